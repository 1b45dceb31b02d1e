// Dead letters: the ledger's record first, then the SQS message, then a mark that it was sent.
import { type DeadLetter, deadLetterKey, discardedEntry, openLettersIndexKey, runsIndex } from '../records/index.ts';
import type { Aws } from '../support/aws-call.ts';
import { eachAtOnce } from '../support/each-at-once.ts';
import { openAudit } from './audit.ts';
import type { Table } from './table.ts';

/** Which dead letter, as messages and people name it. */
export type LetterAddress = Pick<DeadLetter, 'pipeline' | 'run' | 'stage' | 'item'>;

export interface DeadLetters {
  /**
   * Records a dead letter and sends it to the queue. A repeat sends nothing; a crash between the two is mended by the
   * repeat, at worst with a second message of the same `id`. One that was closed opens again when a later execution of the
   * run fails there too.
   */
  write(letter: DeadLetter, queueUrl: string): Promise<void>;
  get(at: LetterAddress): Promise<DeadLetter | undefined>;
  list(pipeline: string, run: string): Promise<readonly DeadLetter[]>;
  /** Up to `most` of a run, or of one of its stages, closed ones too: by stage and item. */
  first(pipeline: string, run: string, most: number, stage?: string): Promise<readonly DeadLetter[]>;
  /** Up to `limit` open ones of a pipeline, those that failed last first. */
  open(pipeline: string, limit: number): Promise<readonly DeadLetter[]>;
  /**
   * Opens again what this execution of the run was to do and did not come to, for its stage is not among `completed`, and sends it to the
   * queue again: its message was taken off with the order. A repeat sends what one who died in between did not. `queueUrl` gives
   * undefined where the pipeline, with its queue, is gone.
   */
  reopen(
    at: { readonly pipeline: string; readonly run: string; readonly generation: number },
    completed: ReadonlySet<string>,
    queueUrl: () => Promise<string | undefined>,
  ): Promise<void>;
  /** Closes an open one as replayed in this execution of its run. False when it is not open. */
  replayed(
    at: LetterAddress,
    closed: { by: string; at: string; because: string; replayedIn: number },
  ): Promise<boolean>;
  /** Closes an open one for good. False when it is not open. */
  discard(at: LetterAddress, closed: { by: string; at: string; because: string }): Promise<boolean>;
}

interface Recorded extends DeadLetter {
  readonly notified: boolean;
}

/** Letters that are opened again side by side: a map may have 100,000. */
const atOnce = 20;

const closing = ['closedBy', 'closedAt', 'because', 'replayedIn'];

/** True for one that nobody has replayed or discarded. */
export const isOpen = ({ state = 'open' }: DeadLetter): boolean => state === 'open';

export const openDeadLetters = (aws: Aws, table: Table): DeadLetters => {
  const audit = openAudit(table);
  const keyOf = ({ pipeline, run, stage, item }: LetterAddress) => deadLetterKey(pipeline, run, stage, item);

  /** True when it is new, or of a later execution than the one that is recorded. */
  const record = async (letter: DeadLetter): Promise<boolean> => {
    const key = keyOf(letter);
    const fresh = { ...letter, ...openLettersIndexKey(letter.pipeline, letter), state: 'open', notified: false };
    if (await table.create(key, fresh)) return true;
    const { generation = 1, round } = letter;
    if (generation > 1 || round !== undefined) {
      // What it tells of its closing goes as it opens again: whoever closed it may have died before there was a line of that.
      const before = await table.get<DeadLetter>(key);
      if (before?.state === 'discarded') await audit.record(letter.pipeline, letter.run, discardedEntry(before));
    }
    const later =
      generation === 1 ? '#generation < :generation' : 'attribute_not_exists(#generation) OR #generation < :generation';
    const reopened = await table.update({
      key,
      set: fresh,
      remove: closing,
      condition: round === undefined ? later : `${later} OR (#generation = :generation AND #round < :round)`,
      values: { generation, ...(round === undefined ? {} : { round }) },
    });
    return reopened !== undefined;
  };

  const close = async (at: LetterAddress, set: Partial<DeadLetter>): Promise<boolean> =>
    (await table.update({
      key: keyOf(at),
      set,
      remove: [runsIndex.pk, runsIndex.sk],
      condition: 'attribute_exists(pk) AND (attribute_not_exists(#state) OR #state = :open)',
      values: { open: 'open' },
    })) !== undefined;

  const send = async (letter: DeadLetter, queueUrl: string): Promise<void> => {
    const key = keyOf(letter);
    const { pipeline, run, partition, stage, item, error, cause, attempts, firstAt, lastAt } = letter;
    const { definitionHash, generation, round, reopenedIn } = letter;
    const message = {
      ...{ id: `${key.pk}/${key.sk}`, pipeline, run, partition, stage, item, error, cause, attempts, firstAt, lastAt },
      ...{ definitionHash, generation, round, reopenedIn },
    };
    await aws.call('sqs', 'SendMessage', { QueueUrl: queueUrl, MessageBody: JSON.stringify(message) });
    await table.update({ key, set: { notified: true }, condition: 'attribute_exists(pk)' });
  };

  /** As it is now: it may be that another did so, or this itself, and the answer to its write was lost. */
  const openAgain = async (letter: DeadLetter, generation: number): Promise<Recorded | undefined> => {
    const key = keyOf(letter);
    const opened = await table.update<Recorded>({
      key,
      set: { state: 'open', reopenedIn: generation, notified: false, ...openLettersIndexKey(letter.pipeline, letter) },
      remove: closing,
      condition: '#replayedIn = :generation',
      values: { generation },
    });
    return opened ?? table.get<Recorded>(key);
  };

  return {
    write: async (letter, queueUrl) => {
      if (!(await record(letter)) && (await table.get<Recorded>(keyOf(letter)))?.notified === true) return;
      await send(letter, queueUrl);
    },

    get: (at) => table.get(keyOf(at)),

    list: (pipeline, run) => table.list(`run#${pipeline}#${run}`, 'dead#'),

    first: async (pipeline, run, most, stage) => {
      const [from, to] = stage === undefined ? ['dead#', 'dead$'] : [`dead#${stage}`, `dead#${stage}#:`]; // items are digits
      const found: DeadLetter[] = [];
      for await (const page of table.pagesBetween<DeadLetter>(`run#${pipeline}#${run}`, from, to)) {
        for (const letter of page) found.push(letter);
        if (found.length >= most) break;
      }
      return found.slice(0, most);
    },

    open: (pipeline, limit) => table.latest(runsIndex, `dead#${pipeline}`, limit),

    reopen: async ({ pipeline, run, generation }, completed, queueUrl) => {
      const isUnsent = (letter: Recorded): boolean =>
        isOpen(letter) && letter.reopenedIn === generation && !letter.notified;
      const letters = (await table.list<Recorded>(`run#${pipeline}#${run}`, 'dead#')).filter(
        (letter) => !completed.has(letter.stage) && (letter.replayedIn === generation || isUnsent(letter)),
      );
      await eachAtOnce(letters, atOnce, async (letter) => {
        const opened = isUnsent(letter) ? letter : await openAgain(letter, generation);
        const url = opened && isUnsent(opened) ? await queueUrl() : undefined;
        if (opened && url !== undefined) await send(opened, url);
        return undefined;
      });
    },

    replayed: (at, { by, at: closedAt, because, replayedIn }) =>
      close(at, { state: 'replayed', closedBy: by, closedAt, because, replayedIn }),

    discard: (at, { by, at: closedAt, because }) => close(at, { state: 'discarded', closedBy: by, closedAt, because }),
  };
};
