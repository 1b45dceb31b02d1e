// One invocation of a function: its room, its event, its answer.
import type { Clock } from '../../clock.ts';
import { late, once } from '../../late-modules.ts';
import { AwsError, type EngineContext, type Shape } from '../../service.ts';
import type { FunctionRecord } from './function-record.ts';
import type { Registered, RegisteredCall } from './registered.ts';
import { type EventPayload, eventOf, type FunctionRunner, type Outcome } from './runner.ts';
import type { AddedVariables, Invocation, Invoked } from './sandboxed-calls.ts';

const sandboxedModule = late<typeof import('./sandboxed-calls.ts')>(import.meta.url, './sandboxed-calls.ts');

const MAX_SYNC_BYTES = 6 * 1024 * 1024;
const MAX_ASYNC_BYTES = 1024 * 1024;

/** Invokes, and gives what `answer` makes of it. */
export type Invoker = <T>(invocation: Invocation, answer: (invoked: Invoked) => T | Promise<T>) => Promise<T>;

export interface Invokers {
  readonly invoke: Invoker;
  /** Of a registered function, and what `answer` makes of it. `requestId` is made up when it is not given. */
  begin<T>(
    record: FunctionRecord,
    payload: EventPayload,
    answer: (outcome: Outcome) => T,
    requestId?: string,
  ): RegisteredCall<T>;
}

export const outcomeOf = ({ outcome }: Invoked): Outcome => outcome;

/** The event in `Payload`: JSON text, its bytes, or a JSON value. Throws where it is not JSON or too large. */
export const payloadOf = (input: Shape, isAsync: boolean): EventPayload => {
  const { Payload: payload } = input;
  const text = payload instanceof Uint8Array ? Buffer.from(payload).toString() : payload;
  const json = text === undefined || text === '' ? '{}' : typeof text === 'string' ? text : JSON.stringify(text);
  return eventIn(json, isAsync ? MAX_ASYNC_BYTES : MAX_SYNC_BYTES);
};

/** The event that a text says. Throws where it is not JSON or too large. */
export const eventIn = (json: string, limit = MAX_SYNC_BYTES): EventPayload => {
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
  const sandboxed = once(() => sandboxedModule().sandboxedCalls(context, runner, added));
  const refuse = (record: FunctionRecord): never => {
    sandboxed().countThrottle(record);
    throw tooMany();
  };
  const begin: Invokers['begin'] = (record, payload, answer, requestId) => {
    if (!inUse.enter()) refuse(record);
    return registered.begin(record, payload.value, answer, requestId);
  };

  return {
    begin,
    invoke: (invocation, answer) => {
      const { record, payload, requestId } = invocation;
      if (record.directory === '')
        return begin(record, payload, unchanged, requestId)
          .settled()
          .then((outcome) => answer({ outcome, logTail: noLog }));
      if (!inUse.enter()) refuse(record);
      return sandboxed().run(invocation).finally(inUse.leave).then(answer);
    },
  };
};

const noLog = (): string => '';
const unchanged = (outcome: Outcome): Outcome => outcome;

/** The payload that the caller gets: the result, or the error as JSON. */
export const answerPayload = (outcome: Outcome): string =>
  outcome.kind === 'done' ? outcome.payload : JSON.stringify(outcome.error);
