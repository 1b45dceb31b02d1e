// Asynchronous invocation (InvocationType Event): kept until it has run, tried three times, then sent where failures go.
// https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
import type { OperationTable } from '../../operation-table.ts';
import type { EngineContext, Shape } from '../../service.ts';
import { storedMap } from '../../stored-map.ts';
import { uuid } from '../../uuid.ts';
import { type Delivery, deliverDeadLetter, deliverResult } from './destinations.ts';
import { type FunctionRecord, functionArn, identityOf, LATEST, read } from './function-record.ts';
import type { Functions } from './functions.ts';
import { type Invoker, isThrottled, outcomeOf } from './invoke.ts';
import { eventOf, type Outcome } from './runner.ts';

const RETRY_MS = [60_000, 120_000];
const MAX_RETRIES = RETRY_MS.length;
const THROTTLED_MS = 20_000;
const MAX_AGE_SECONDS = 21_600;

interface EventConfig {
  readonly retries: number;
  readonly maxAgeSeconds: number;
  readonly onSuccess: string;
  readonly onFailure: string;
  readonly modifiedMs: number;
}

interface PendingEvent {
  readonly requestId: string;
  readonly functionName: string;
  readonly payload: string;
  readonly attempts: number;
  readonly dueMs: number;
  readonly createdMs: number;
}

export interface AsyncEvents {
  readonly operations: OperationTable;
  /** Accepts an event; it runs soon, also after a restart. */
  accept(record: FunctionRecord, payload: string): void;
  /** Carries on with what was pending when the engine stopped. */
  resume(): void;
  close(): void;
}

const DEFAULT: EventConfig = {
  retries: MAX_RETRIES,
  maxAgeSeconds: MAX_AGE_SECONDS,
  onSuccess: '',
  onFailure: '',
  modifiedMs: 0,
};

const destination = (input: Shape, side: string): string => {
  const config = read.optionalShape(input, 'DestinationConfig') ?? {};
  return read.optionalText(read.optionalShape(config, side) ?? {}, 'Destination') ?? '';
};

export const asyncEvents = (context: EngineContext, functions: Functions, invoke: Invoker): AsyncEvents => {
  const { clock } = context;
  const events = storedMap<PendingEvent>(context.database, 'lambda_events');
  const configs = storedMap<EventConfig>(context.database, 'lambda_event_configs');
  const timers = new Map<string, () => void>();
  let isClosed = false;

  const giveUp = async (delivery: Delivery, deadLetterArn: string, onFailure: string): Promise<void> => {
    if (onFailure !== '') await deliverResult(context, onFailure, delivery);
    if (deadLetterArn !== '') await deliverDeadLetter(context, deadLetterArn, delivery);
  };

  const attempt = async (event: PendingEvent): Promise<void> => {
    const record = functions.of({ FunctionName: event.functionName });
    const config = configs.get(record.name) ?? DEFAULT;
    let outcome: Outcome;
    try {
      outcome = await invoke({ record, payload: eventOf(event.payload), requestId: event.requestId }, outcomeOf);
    } catch (error) {
      if (!isThrottled(error)) throw error;
      // It was not called: that is no attempt. AWS comes back for six hours, more and more slowly.
      return schedule({ ...event, dueMs: clock.now() + 1_000 + context.random() * THROTTLED_MS });
    }
    if (isClosed) return; // cut off with its sandbox: the event is still pending and runs at the next start
    const attempts = event.attempts + 1;
    const now = clock.now();
    const delivery: Delivery = {
      requestId: event.requestId,
      functionArn: functionArn(context, `${record.name}:${record.version ?? LATEST}`),
      payload: event.payload,
      attempts,
      outcome,
    };
    const wait = RETRY_MS[event.attempts];
    const isRetried =
      outcome.kind === 'failed' &&
      attempts <= config.retries &&
      wait !== undefined &&
      now + wait - event.createdMs <= config.maxAgeSeconds * 1000;
    if (isRetried) return schedule({ ...event, attempts, dueMs: now + wait });
    // Delivered before it is forgotten: a killed engine delivers again rather than never.
    if (outcome.kind === 'failed') await giveUp(delivery, record.deadLetterArn, config.onFailure);
    else if (config.onSuccess !== '') await deliverResult(context, config.onSuccess, delivery);
    events.delete(event.requestId);
  };

  const run = async (event: PendingEvent): Promise<void> => {
    timers.delete(event.requestId);
    const release = clock.hold();
    try {
      await attempt(event);
    } catch (error) {
      // Nobody waits for an asynchronous event: its loss (function or destination gone) must at least be seen.
      events.delete(event.requestId);
      process.emitWarning(`the event ${event.requestId} of ${event.functionName} was dropped: ${String(error)}`);
    } finally {
      release();
    }
  };

  const schedule = (event: PendingEvent): void => {
    events.set(event.requestId, event);
    const wait = Math.max(0, event.dueMs - clock.now());
    timers.set(
      event.requestId,
      clock.after(wait, () => void run(event)),
    );
  };

  const configOf = (input: Shape): Shape => {
    const { name } = functions.of(input);
    const config = configs.get(name) ?? DEFAULT;
    return {
      FunctionArn: `${functionArn(context, name)}:$LATEST`,
      LastModified: config.modifiedMs / 1000,
      MaximumRetryAttempts: config.retries,
      MaximumEventAgeInSeconds: config.maxAgeSeconds,
      DestinationConfig: {
        OnSuccess: config.onSuccess === '' ? {} : { Destination: config.onSuccess },
        OnFailure: config.onFailure === '' ? {} : { Destination: config.onFailure },
      },
    };
  };

  return {
    accept: (record, payload) => {
      const now = clock.now();
      const requestId = uuid(context.random);
      schedule({ requestId, functionName: identityOf(record), payload, attempts: 0, dueMs: now, createdMs: now });
    },
    resume: () => {
      for (const event of events.values()) schedule(event);
    },
    close: () => {
      isClosed = true;
      for (const cancel of timers.values()) cancel();
      timers.clear();
    },
    operations: {
      GetFunctionEventInvokeConfig: configOf,
      PutFunctionEventInvokeConfig: (input) => {
        const { name } = functions.of(input);
        configs.set(name, {
          retries: read.optionalNumber(input, 'MaximumRetryAttempts') ?? MAX_RETRIES,
          maxAgeSeconds: read.optionalNumber(input, 'MaximumEventAgeInSeconds') ?? MAX_AGE_SECONDS,
          onSuccess: destination(input, 'OnSuccess'),
          onFailure: destination(input, 'OnFailure'),
          modifiedMs: clock.now(),
        });
        return configOf(input);
      },
    },
  };
};
