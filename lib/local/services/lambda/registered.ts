// Functions of the program that embeds the engine, callable as Lambda functions. They are the program's own code: they see
// its environment and write to its console, no log group is kept for them, and only a state's TimeoutSeconds ends the wait
// for them. A call costs a few microseconds, so there is nothing here that it could do without.
import { realClock } from '../../clock.ts';
import type { EngineContext, StartedCall } from '../../service.ts';
import { uuid } from '../../uuid.ts';
import { type FunctionRecord, functionArn, LATEST } from './function-record.ts';
import { answerOf, errorShape } from './function-runtime.mjs';
import { closedOutcome, type FailedOutcome, type Outcome } from './runner.ts';

/** What a registered function gets beside its event, in the names of Lambda's context object. */
export interface FunctionContext {
  readonly awsRequestId: string;
  readonly functionName: string;
  readonly functionVersion: string;
  readonly invokedFunctionArn: string;
  /** Counts down from Lambda's 15 minutes; at zero nothing happens. */
  getRemainingTimeInMillis(): number;
}

/** A plain function as a Lambda function: gets the event (parsed JSON), gives the result or a promise of it. */
export type RegisteredFunction = (event: never, context: FunctionContext) => unknown;

/** Registered functions by name. */
export type RegisteredFunctions = { readonly [name: string]: RegisteredFunction };

const LONGEST_SECONDS = 900;
const clock = realClock(); // as the program's own code sees time

export interface Registered {
  /** The record that a registered function shows itself with, by the function's name or ARN. */
  record(nameOrArn: string): FunctionRecord | undefined;
  records(): readonly FunctionRecord[];
  /** Calls a registered function. `requestId` is made up when it is not given. Never throws. */
  begin<T>(
    record: FunctionRecord,
    event: unknown,
    answer: (outcome: Outcome) => T,
    requestId: string | undefined,
  ): RegisteredCall<T>;
  close(): void;
}

const recordOf = (context: EngineContext, name: string): FunctionRecord => ({
  name,
  directory: '',
  role: '',
  handler: name,
  runtime: 'nodejs24.x',
  timeoutSeconds: LONGEST_SECONDS,
  memoryMb: 10_240,
  description: 'a function of the embedding program',
  environment: {},
  logGroup: `/aws/lambda/${name}`,
  deadLetterArn: '',
  revision: 1,
  modifiedMs: context.clock.now(),
});

class Call implements FunctionContext {
  // `declare`: a field that is defined before the constructor sets it is written twice.
  declare readonly functionVersion: string;
  declare readonly functionName: string;
  readonly #context: EngineContext;
  readonly #startedAt: number;
  #requestId: string | undefined;

  constructor(context: EngineContext, functionName: string, requestId: string | undefined) {
    this.functionVersion = LATEST;
    this.functionName = functionName;
    this.#context = context;
    this.#startedAt = clock.now();
    this.#requestId = requestId;
  }

  get awsRequestId(): string {
    this.#requestId ??= uuid(() => this.#context.random());
    return this.#requestId;
  }

  get invokedFunctionArn(): string {
    return functionArn(this.#context, this.functionName);
  }

  /** A function that needs no `this`, as Lambda's needs none; made only for those who ask. */
  get getRemainingTimeInMillis(): () => number {
    return () => Math.max(0, LONGEST_SECONDS * 1000 - (clock.now() - this.#startedAt));
  }
}

const thrown = (error: unknown): FailedOutcome => ({ kind: 'failed', error: errorShape(error) });

/** What JSON makes of a value may throw as well (a cycle, a bigint). */
const answered = (value: unknown): Outcome => {
  try {
    const answer = answerOf(value);
    return typeof answer === 'string' ? { kind: 'done', payload: answer } : { kind: 'failed', error: answer };
  } catch (error) {
    return thrown(error);
  }
};

/** What is under way, of all functions. */
interface Running {
  /** Told when a call has ended. */
  readonly leave: () => void;
  /** Ends those calls that are waited for. */
  readonly waiting: Set<() => void>;
  closed: boolean;
}

export class RegisteredCall<T> implements StartedCall<T> {
  readonly returned: unknown;
  readonly #running: Running;
  readonly #answer: (outcome: Outcome) => T;
  #isOver = false;

  constructor(returned: unknown, running: Running, answer: (outcome: Outcome) => T) {
    this.returned = returned;
    this.#running = running;
    this.#answer = answer;
  }

  done(value: unknown): T {
    this.end();
    return this.#answer(this.#running.closed ? closedOutcome : answered(value));
  }

  failed(error: unknown): T {
    this.end();
    return this.#answer(this.#running.closed ? closedOutcome : thrown(error));
  }

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#running.leave();
  }

  /** What is made of it, of `closedOutcome` where the engine is closed before. */
  settled(): Promise<T> {
    return new Promise((resolve) => {
      const { waiting } = this.#running;
      const settle = (made: T): void => {
        waiting.delete(close);
        resolve(made);
      };
      const close = (): void => settle(this.#answer(closedOutcome));
      waiting.add(close);
      Promise.resolve(this.returned).then(
        (value) => settle(this.done(value)),
        (error: unknown) => settle(this.failed(error)),
      );
    });
  }
}

/** `leave` is told when a call has ended. */
export const registeredFunctions = (
  context: EngineContext,
  functions: RegisteredFunctions,
  leave: () => void,
): Registered => {
  const records = Object.keys(functions).map((name) => recordOf(context, name));
  const known = new Map(
    records.flatMap((record) => [record.name, functionArn(context, record.name)].map((key) => [key, record])),
  );
  const running: Running = { leave, waiting: new Set(), closed: false };

  return {
    record: (nameOrArn) => known.get(nameOrArn),
    records: () => records,
    begin: ({ name }, event, answer, requestId) => {
      let returned: unknown;
      try {
        returned = functions[name]?.(event as never, new Call(context, name, requestId)); // the event's type is the program's own promise
      } catch (error) {
        returned = Promise.reject(error);
      }
      return new RegisteredCall(returned, running, answer);
    },
    close: () => {
      running.closed = true;
      for (const close of [...running.waiting]) close();
    },
  };
};
