// Functions of the program that embeds the engine, callable as Lambda functions. They are the program's own code: they see
// its environment and write to its console, and no log group is kept for them.
import { realClock } from '../../clock.ts';
import type { EngineContext } from '../../service.ts';
import { uuid } from '../../uuid.ts';
import { type FunctionRecord, functionArn } from './function-record.ts';
import { answerOf, errorShape } from './function-runtime.mjs';
import { closedOutcome, type Outcome, timedOut } from './runner.ts';

/** What a registered function gets beside its event, in the names of Lambda's context object. */
export interface FunctionContext {
  readonly awsRequestId: string;
  readonly functionName: string;
  readonly functionVersion: string;
  readonly invokedFunctionArn: string;
  getRemainingTimeInMillis(): number;
}

/** A plain function as a Lambda function: gets the event (parsed JSON), gives the result or a promise of it. */
export type RegisteredFunction = (event: never, context: FunctionContext) => unknown;

/** Registered functions by name. */
export type RegisteredFunctions = { readonly [name: string]: RegisteredFunction };

const LONGEST_SECONDS = 900; // AWS: no function runs longer

export interface Registered {
  /** The record that a registered function shows itself with, or undefined. */
  record(name: string): FunctionRecord | undefined;
  records(): readonly FunctionRecord[];
  /** Calls a registered function. `requestId` is made up when it is not given. Never rejects. */
  run(record: FunctionRecord, event: unknown, requestId?: string): Promise<Outcome>;
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

export const registeredFunctions = (context: EngineContext, functions: RegisteredFunctions): Registered => {
  const clock = realClock();
  const records = new Map(Object.keys(functions).map((name) => [name, recordOf(context, name)]));
  const running = new Set<(outcome: Outcome) => void>();
  const timeoutMs = LONGEST_SECONDS * 1000;

  const contextFor = (name: string, deadlineMs: number, known: string | undefined) => {
    let requestId = known;
    return {
      functionName: name,
      functionVersion: '$LATEST',
      invokedFunctionArn: functionArn(context, name),
      getRemainingTimeInMillis: () => Math.max(0, deadlineMs - clock.now()),
      // Most functions never ask, and a request id costs as much as the rest of a call.
      get awsRequestId() {
        requestId ??= uuid(() => context.random());
        return requestId;
      },
    };
  };

  const call = async (name: string, event: unknown, about: FunctionContext): Promise<Outcome> => {
    try {
      const answer = answerOf(await functions[name]?.(event as never, about)); // its type is the program's own promise
      return typeof answer === 'string' ? { kind: 'done', payload: answer } : { kind: 'failed', error: answer };
    } catch (thrown) {
      return { kind: 'failed', error: errorShape(thrown) };
    }
  };

  return {
    record: (name) => records.get(name),
    records: () => [...records.values()],
    run: ({ name }, event, requestId) =>
      new Promise((resolve) => {
        const about = contextFor(name, clock.now() + timeoutMs, requestId);
        const settle = (outcome: Outcome): void => {
          cancel();
          running.delete(settle);
          resolve(outcome);
        };
        const cancel = clock.after(timeoutMs, () => settle(timedOut(about.awsRequestId, timeoutMs)));
        running.add(settle);
        void call(name, event, about).then(settle);
      }),
    close: () => {
      for (const settle of running) settle(closedOutcome);
    },
  };
};
