// One invocation of a function: its sandbox, its log, its answer in the shapes of the Invoke API.
import type { Clock } from '../../clock.ts';
import { AwsError, type EngineContext, type Service, type Shape } from '../../service.ts';
import { uuid } from '../../uuid.ts';
import { functionEnvironment } from './function-environment.ts';
import { invocationLog, logsOf } from './function-logs.ts';
import { functionMetrics } from './function-metrics.ts';
import { type FunctionRecord, functionArn, identityOf, LATEST } from './function-record.ts';
import type { Registered, RegisteredCall } from './registered.ts';
import { type EventPayload, eventOf, type FunctionRunner, type Outcome } from './runner.ts';

const MAX_SYNC_BYTES = 6 * 1024 * 1024;
const MAX_ASYNC_BYTES = 1024 * 1024;

/** What came of an invocation. */
export interface Invoked {
  readonly outcome: Outcome;
  /** The last of its log, in base64. */
  logTail(): string;
}

export interface Invocation {
  readonly record: FunctionRecord;
  readonly payload: EventPayload;
  /** Kept over the retries of an asynchronous event; made up where it is not given. */
  readonly requestId?: string;
}

/** Invokes, and gives what `answer` makes of it. */
export type Invoker = <T>(invocation: Invocation, answer: (invoked: Invoked) => T | Promise<T>) => Promise<T>;

export interface Invokers {
  readonly invoke: Invoker;
  /** Of a registered function. */
  begin(invocation: Invocation): RegisteredCall;
}

export const outcomeOf = ({ outcome }: Invoked): Outcome => outcome;

/** Environment variables that functions get beside their own, by the function's name. */
export type AddedVariables = { readonly [name: string]: { readonly [variable: string]: string } };

/** The event in `Payload`: JSON text, its bytes, or a JSON value. Throws where it is not JSON or too large. */
export const payloadOf = (input: Shape, isAsync: boolean): EventPayload => {
  const { Payload: payload } = input;
  const text = payload instanceof Uint8Array ? Buffer.from(payload).toString() : payload;
  const json = text === undefined || text === '' ? '{}' : typeof text === 'string' ? text : JSON.stringify(text);
  const limit = isAsync ? MAX_ASYNC_BYTES : MAX_SYNC_BYTES;
  // A character takes three bytes at most: mostly the length alone tells.
  if (json.length * 3 > limit && Buffer.byteLength(json) > limit) {
    const message = `Request must be smaller than ${limit} bytes for the InvokeFunction operation`;
    throw new AwsError('RequestTooLargeException', message, 413, { Type: 'User' });
  }
  try {
    return eventOf(json);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const message = `Could not parse request body into json: ${why}`;
    throw new AwsError('InvalidRequestContentException', message, 400, { Type: 'User' });
  }
};

const EIGHT_DIGITS = 2 ** 32;

/** `digits` hexadecimal digits, a multiple of eight. */
const hex = (random: () => number, digits: number): string => {
  let text = '';
  while (text.length < digits)
    text += Math.floor(random() * EIGHT_DIGITS)
      .toString(16)
      .padStart(8, '0');
  return text;
};

/** How many calls are under way, with the engine's clock held meanwhile. */
export class Concurrency {
  readonly #clock: Clock;
  readonly #most: number;
  #count = 0;
  #release: (() => void) | undefined;

  /** `most` calls at once. */
  constructor(clock: Clock, most = Number.POSITIVE_INFINITY) {
    this.#clock = clock;
    this.#most = most;
  }

  /** Takes room for a call; false where there is none. */
  enter(): boolean {
    if (this.#count >= this.#most) return false;
    if (this.#count++ === 0) this.#release = this.#clock.hold();
    return true;
  }

  readonly leave = (): void => {
    if (--this.#count === 0) this.#release?.();
  };

  /** The clock is held no longer for what is still under way. */
  close(): void {
    this.#release?.();
  }
}

/** What Lambda answers when all of an account's concurrency is in use. */
const tooMany = (): AwsError =>
  new AwsError('TooManyRequestsException', 'Rate Exceeded.', 429, {
    Reason: 'ConcurrentInvocationLimitExceeded',
    Type: 'User',
  });

export const isThrottled = (error: unknown): boolean =>
  error instanceof AwsError && error.code === 'TooManyRequestsException';

/**
 * Runs functions: registered ones as they are, all others with `runner`. Throws TooManyRequestsException when the account's
 * concurrency is in use.
 */
export const invokers = (
  context: EngineContext,
  runner: FunctionRunner,
  registered: Registered,
  inUse: Concurrency,
  added: AddedVariables = {},
): Invokers => {
  const { clock } = context;
  let logs: { readonly service: Service | undefined } | undefined; // asked for once, when all services are there
  const { count, countThrottle } = functionMetrics(context);
  // One stream a function and engine start, not one a sandbox: local logs are read by people.
  const streams = new Map<string, string>();
  const streamOf = (record: FunctionRecord): string => {
    const id = `${identityOf(record)}/${record.revision}`;
    const known = streams.get(id);
    if (known !== undefined) return known;
    const day = new Date(clock.now()).toISOString().slice(0, 10).replaceAll('-', '/');
    const stream = `${day}/[${record.version ?? LATEST}]${hex(context.random, 32)}`;
    streams.set(id, stream);
    return stream;
  };

  const run = async ({ record, payload, requestId = uuid(context.random) }: Invocation): Promise<Invoked> => {
    const logStream = streamOf(record);
    logs ??= { service: logsOf(context) };
    const log = invocationLog(clock, logs.service, record, { logStream, requestId });
    const startedAt = performance.now();
    const outcome = await runner.run({
      record,
      requestId,
      payload,
      functionArn: functionArn(context, identityOf(record)),
      traceId: `Root=1-${hex(context.random, 8)}-${hex(context.random, 24)};Sampled=0`,
      logStream,
      environment: () => functionEnvironment(context, record, logStream, added[record.name]),
      log: log.write,
    });
    if (outcome.kind === 'failed' && outcome.error.trace === undefined) log.write(outcome.error.errorMessage);
    const durationMs = performance.now() - startedAt;
    count(record, outcome, durationMs);
    await log.end(durationMs);
    return { outcome, logTail: log.tail };
  };

  const enter = (record: FunctionRecord): void => {
    if (inUse.enter()) return;
    countThrottle(record);
    throw tooMany();
  };
  const begin = ({ record, payload, requestId }: Invocation): RegisteredCall => {
    enter(record);
    return registered.begin(record, payload.value, requestId);
  };

  return {
    begin,
    invoke: (invocation, answer) => {
      if (invocation.record.directory === '')
        return begin(invocation)
          .outcome()
          .then((outcome) => answer({ outcome, logTail: noLog }));
      enter(invocation.record);
      return run(invocation).finally(inUse.leave).then(answer);
    },
  };
};

const noLog = (): string => '';

/** The payload that the caller gets: the result, or the error as JSON. */
export const answerPayload = (outcome: Outcome): string =>
  outcome.kind === 'done' ? outcome.payload : JSON.stringify(outcome.error);
