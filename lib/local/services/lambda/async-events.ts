// Asynchronous invocation (InvocationType Event): kept until it has run, tried three times while it is not too old, then sent where
// failures go.
// https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
import type { OperationTable } from '../../operation-table.ts';
import { AwsError, type EngineContext, type Shape } from '../../service.ts';
import { storedMap } from '../../stored-map.ts';
import { uuid } from '../../uuid.ts';
import { type Delivery, deliverDeadLetter, deliverResult } from './destinations.ts';
import { type FunctionRecord, functionArn, identityOf, LATEST, read } from './function-record.ts';
import type { Functions } from './functions.ts';
import { type Invoker, isThrottled, outcomeOf } from './invoke.ts';
import { eventOf, type Outcome } from './runner.ts';

const RETRY_MS = [60_000, 120_000];
const MAX_RETRIES = RETRY_MS.length;
const LONGEST_PAUSE_MS = 300_000; // between two tries that are throttled
const MIN_AGE_SECONDS = 60;
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
  /** Tries in a row that were throttled. */
  readonly throttled?: number;
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

type GivenUp = Exclude<Delivery['condition'], 'Success'>;

const DEFAULT: EventConfig = {
  retries: MAX_RETRIES,
  maxAgeSeconds: MAX_AGE_SECONDS,
  onSuccess: '',
  onFailure: '',
  modifiedMs: 0,
};

const bounded = (input: Shape, field: string, low: number, high: number): number => {
  const value = read.optionalNumber(input, field) ?? high;
  if (Number.isInteger(value) && value >= low && value <= high) return value;
  throw new AwsError('InvalidParameterValueException', `${field} must be from ${low} to ${high}; found ${value}`);
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

  /** Undefined where it was throttled. */
  const called = async (record: FunctionRecord, { payload, requestId }: PendingEvent): Promise<Outcome | undefined> => {
    try {
      return await invoke({ record, payload: eventOf(payload), requestId }, outcomeOf);
    } catch (error) {
      if (!isThrottled(error)) throw error;
      return undefined;
    }
  };

  /** The event as it is to be tried again, or why it is not. */
  const nextTry = (event: PendingEvent, outcome: Outcome | undefined, config: EventConfig): PendingEvent | GivenUp => {
    const now = clock.now();
    const lastMs = event.createdMs + config.maxAgeSeconds * 1000;
    if (outcome) {
      const wait = RETRY_MS[event.attempts];
      if (wait === undefined || event.attempts >= config.retries) return 'RetriesExhausted';
      if (now + wait > lastMs) return 'EventAgeExceeded';
      return { ...event, attempts: event.attempts + 1, throttled: 0, dueMs: now + wait };
    }
    // It was not called: that is no attempt. AWS comes back until the event is too old, more and more slowly.
    if (now >= lastMs) return 'EventAgeExceeded';
    const { throttled = 0 } = event;
    const wait = Math.min(LONGEST_PAUSE_MS, 1_000 * 2 ** throttled) * (0.5 + context.random() / 2);
    return { ...event, throttled: throttled + 1, dueMs: Math.min(now + wait, lastMs) };
  };

  const attempt = async (event: PendingEvent): Promise<void> => {
    const record = functions.of({ FunctionName: event.functionName });
    const config = configs.get(record.name) ?? DEFAULT;
    const outcome = await called(record, event);
    if (isClosed) return; // cut off with its sandbox: the event is still pending and runs at the next start
    const next = outcome?.kind === 'done' ? 'Success' : nextTry(event, outcome, config);
    if (typeof next !== 'string') return schedule(next);
    const delivery: Delivery = {
      requestId: event.requestId,
      functionArn: functionArn(context, `${record.name}:${record.version ?? LATEST}`),
      payload: event.payload,
      attempts: event.attempts + (outcome ? 1 : 0),
      condition: next,
      outcome,
    };
    // Delivered before it is forgotten: a killed engine delivers again rather than never.
    if (next !== 'Success') await giveUp(delivery, record.deadLetterArn, config.onFailure);
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
    const config = configs.get(name);
    if (!config)
      throw new AwsError(
        'ResourceNotFoundException',
        `The function ${functionArn(context, name)}:$LATEST doesn't have an EventInvokeConfig`,
        404,
        { Type: 'User' },
      );
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
          retries: bounded(input, 'MaximumRetryAttempts', 0, MAX_RETRIES),
          maxAgeSeconds: bounded(input, 'MaximumEventAgeInSeconds', MIN_AGE_SECONDS, MAX_AGE_SECONDS),
          onSuccess: destination(input, 'OnSuccess'),
          onFailure: destination(input, 'OnFailure'),
          modifiedMs: clock.now(),
        });
        return configOf(input);
      },
      DeleteFunctionEventInvokeConfig: (input) => {
        configs.delete(functions.of(input).name);
        return {};
      },
    },
  };
};
