// Makes calls to targets at least once: each is a row until it has been made, given up or sent to its dead-letter queue. In memory there are
// ids alone, and a row is read when its turn has come: what the transaction that it came with took back is not there then.
import { atomically } from '../atomically.ts';
import type { EngineContext, ServiceId } from '../service.ts';
import { AwsError } from '../service.ts';
import type { Delivery } from './delivery.ts';
import { backoffMs, type Failure, failureOf } from './failure.ts';
import { queueUrlOf } from './queue-url.ts';

export interface DeliveryQueue {
  /** Stores all of them in one transaction, then makes them without being waited for. */
  add(deliveries: readonly Delivery[]): void;
  /** Takes up what an earlier process left behind. Called once, when the services of the targets are there. */
  recover(): void;
  /** Resolves when the calls under way have ended; those not begun stay stored. */
  close(): Promise<void>;
}

/** What the owner of the queue hears about a delivery that used up its tries. `deadLettered` is false where it is lost. */
export type OnGivenUp = (delivery: Delivery, failure: Failure, deadLettered: boolean) => Promise<void> | void;

/** The milliseconds that a call has to wait for its turn. It is made then, and asks no second time. */
export type Pace = (delivery: Delivery) => number;

type Row = {
  readonly id: number;
  readonly delivery: Delivery;
  readonly createdMs: number;
  tries: number;
};

const AT_ONCE = 64;

/** A queue in the table `<owner>_deliveries`. */
export const deliveryQueue = (
  context: EngineContext,
  owner: ServiceId,
  onGivenUp: OnGivenUp,
  pace: Pace = () => 0,
): DeliveryQueue => {
  const { clock, database } = context;
  const table = `${owner}_deliveries`;
  database.exec(`CREATE TABLE IF NOT EXISTS ${table} (id INTEGER PRIMARY KEY AUTOINCREMENT, delivery TEXT NOT NULL,
    tries INTEGER NOT NULL, created_ms INTEGER NOT NULL, due_ms INTEGER NOT NULL)`);
  const insert = database.prepare(`INSERT INTO ${table} (delivery, tries, created_ms, due_ms) VALUES (?, 0, ?, ?)`);
  const remove = database.prepare(`DELETE FROM ${table} WHERE id = ?`);
  const postpone = database.prepare(`UPDATE ${table} SET tries = ?, due_ms = ? WHERE id = ?`);
  const find = database.prepare(`SELECT delivery, tries, created_ms FROM ${table} WHERE id = ?`);

  /** Whose turn it is: each once, also where an id that was taken back is given to the next row. */
  const ready = new Set<number>();
  const underWay = new Map<number, Promise<void>>();
  const waits = new Map<number, () => void>();
  /** Those that have waited for the turn that `pace` gave them. */
  const paced = new Set<number>();
  /** Those that are over and whose rows could not be deleted, with how often that was tried. An engine that is closed before makes the call again. */
  const over = new Map<number, number>();
  let pumping: NodeJS.Immediate | undefined;
  let release: (() => void) | undefined; // virtual time stands still while anything is ready or under way
  let closed = false;

  const notStored = (what: string, error: unknown): void =>
    process.emitWarning(`${what} of a delivery of ${owner} could not be stored: ${failureOf(error).message}`);

  const makeCall = async ({ service, operation, input, queueArn, doneWhen }: Delivery): Promise<void> => {
    const address = queueArn === undefined ? {} : { QueueUrl: queueUrlOf(context, queueArn) };
    try {
      await context.service(service).call(operation, { ...input, ...address });
    } catch (error) {
      if (!(error instanceof AwsError && error.code === doneWhen)) throw error;
    }
  };

  const deadLetter = async (row: Row, failure: Failure, exhausted: string | undefined): Promise<boolean> => {
    const letter = row.delivery.deadLetter;
    if (!letter) return false;
    const facts = {
      ...letter.attributes,
      ERROR_CODE: failure.code,
      ERROR_MESSAGE: failure.message,
      RETRY_ATTEMPTS: String(row.tries - 1),
      ...(exhausted && { EXHAUSTED_RETRY_CONDITION: exhausted }),
    };
    const attributes = Object.entries(letter.attributes ? facts : {}).map(([name, value]) => [
      name,
      { DataType: 'String', StringValue: value || '-' },
    ]);
    await context.service('sqs').call('SendMessage', {
      QueueUrl: queueUrlOf(context, letter.queueArn),
      MessageBody: letter.body,
      MessageAttributes: Object.fromEntries(attributes),
    });
    return true;
  };

  const retryLater = (row: Row): void => {
    const delayMs = backoffMs(row.tries, context.random());
    try {
      postpone.run(row.tries, Math.round(clock.now() + delayMs), row.id);
    } catch (error) {
      notStored('another try', error); // it is made all the same, and not counted
    }
    wait(row.id, delayMs);
  };

  /** The delivery is over: made, or given up. Where the disk does not take that, it is tried again, and the call is not. */
  const forget = (row: Row): void => {
    try {
      remove.run(row.id);
      over.delete(row.id);
    } catch (error) {
      if (!over.has(row.id)) notStored('its end', error);
      const tries = (over.get(row.id) ?? 0) + 1;
      over.set(row.id, tries);
      if (!closed) wait(row.id, backoffMs(tries, context.random()));
    }
  };

  const wait = (id: number, delayMs: number): void => {
    const cancel = clock.after(delayMs, () => {
      waits.delete(id);
      ready.add(id);
      pumpSoon();
    });
    waits.set(id, cancel);
  };

  const giveUp = async (row: Row, failure: Failure, exhausted: string | undefined): Promise<void> => {
    let sent = false;
    let why = failure;
    try {
      sent = await deadLetter(row, failure, exhausted);
    } catch (error) {
      why = {
        ...failure,
        message: `${failure.message}; its dead-letter queue failed too: ${failureOf(error).message}`,
      };
    }
    forget(row);
    await onGivenUp(row.delivery, why, sent);
  };

  const rowOf = (id: number): Row | undefined => {
    const found = find.get(id);
    const delivery = found && (JSON.parse(String(found.delivery)) as Delivery); // only `insert` writes this column
    return delivery && { id, delivery, createdMs: Number(found.created_ms), tries: Number(found.tries) };
  };

  const attempt = async (row: Row): Promise<void> => {
    if (over.has(row.id)) return forget(row);
    const early = paced.delete(row.id) ? 0 : pace(row.delivery);
    if (early > 0) {
      paced.add(row.id);
      return wait(row.id, early);
    }
    row.tries += 1;
    try {
      await makeCall(row.delivery);
    } catch (error) {
      const failure = failureOf(error);
      const since = Math.max(row.createdMs, row.delivery.notBeforeMs ?? 0);
      const tooOld = clock.now() - since >= row.delivery.maxAgeSeconds * 1000;
      const usedUp = row.tries > row.delivery.retries;
      if (!failure.passes) await giveUp(row, failure, undefined);
      else if (tooOld) await giveUp(row, failure, 'MaximumEventAgeInSeconds');
      else if (usedUp) await giveUp(row, failure, 'MaximumRetryAttempts');
      else if (!closed) retryLater(row);
      return;
    }
    forget(row);
  };

  const pump = (): void => {
    pumping = undefined;
    for (const id of ready) {
      if (closed || underWay.size === AT_ONCE) break;
      ready.delete(id);
      const row = rowOf(id);
      if (!row) continue;
      const done = attempt(row).finally(() => {
        underWay.delete(id);
        pumpSoon();
      });
      underWay.set(id, done);
    }
    if (ready.size > 0 || underWay.size > 0) return;
    release?.();
    release = undefined;
  };

  const pumpSoon = (): void => {
    if (closed) return;
    release ??= clock.hold();
    pumping ??= setImmediate(pump);
  };

  return {
    add: (deliveries) => {
      const now = clock.now();
      atomically(database, () => {
        for (const delivery of deliveries) {
          const { lastInsertRowid } = insert.run(JSON.stringify(delivery), now, now);
          ready.add(Number(lastInsertRowid));
        }
      });
      if (deliveries.length > 0) pumpSoon();
    },
    recover: () => {
      for (const { id, due_ms } of database.prepare(`SELECT id, due_ms FROM ${table} ORDER BY id`).all()) {
        const known = ready.has(Number(id)) || underWay.has(Number(id)) || waits.has(Number(id));
        if (!known) wait(Number(id), Math.max(0, Number(due_ms) - clock.now()));
      }
    },
    close: async () => {
      closed = true;
      clearImmediate(pumping);
      for (const cancel of waits.values()) cancel();
      await Promise.all(underWay.values());
      release?.();
    },
  };
};
