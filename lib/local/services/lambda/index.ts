// Lambda: the real bundles in worker threads or in this process, asynchronous events that survive a restart, queues as event sources.
import { join } from 'node:path';
import { late } from '../../late-modules.ts';
import { callFrom } from '../../operation-table.ts';
import { AwsError, type EngineContext, type Service, type Shape } from '../../service.ts';
import { asyncEvents } from './async-events.ts';
import { eventSourceMappings } from './event-source-mappings.ts';
import { LATEST } from './function-record.ts';
import { functionUrls } from './function-urls.ts';
import { lambdaFunctions } from './functions.ts';
import { type AddedVariables, answerPayload, Concurrency, invokers, payloadOf } from './invoke.ts';
import { type RegisteredFunctions, registeredFunctions } from './registered.ts';
import type { FunctionRunner } from './runner.ts';

export type { FunctionContext, RegisteredFunction, RegisteredFunctions } from './registered.ts';

/** Where functions run: `worker`, a thread each, as separate as a laptop can; `inProcess`, for tests and speed. */
export type LambdaIsolation = 'worker' | 'inProcess';

/** How the Lambda service runs functions. */
export interface LambdaOptions {
  /** @default 'worker' */
  readonly isolation?: LambdaIsolation;
  /** Functions of the embedding program, by name. They run in this process, whatever `isolation` says. */
  readonly functions?: RegisteredFunctions;
  /** Sandboxes (worker threads) that live at a time. @default 8; up to 32, by the machine's memory, where functions take turns */
  readonly sandboxes?: number;
  /** Environment variables that functions get beside their own, by name, as long as this engine is open. They are not kept. */
  readonly variables?: AddedVariables;
  /** Calls at once, of all functions together. @default as many as are asked for */
  readonly concurrency?: number;
}

/** Lambda with something to say about what it remembers. */
export interface LambdaService extends Service {
  readonly id: 'lambda';
  /** Carries on with events and mappings of an earlier run. Call it when every service is there and the server listens. */
  resume(): void;
}

const inProcess = late<typeof import('./in-process.ts')>(import.meta.url, './in-process.ts');
const pool = late<typeof import('./sandbox-pool.ts')>(import.meta.url, './sandbox-pool.ts');

/** Loads what runs functions with the first event: a program whose functions are all registered has no use for it. */
const runnerOf = (
  context: EngineContext,
  isolation: LambdaIsolation,
  sandboxes: number | undefined,
): FunctionRunner => {
  let runner: FunctionRunner | undefined;
  const load = (): FunctionRunner => {
    if (isolation === 'inProcess') return inProcess().inProcessRunner(context);
    const { roomOfMachine, sandboxPool } = pool();
    return sandboxPool(
      sandboxes ? { usual: sandboxes, most: sandboxes } : roomOfMachine(),
      join(context.stateDir, 'compiled'),
    );
  };
  return {
    run: (job) => {
      runner ??= load();
      return runner.run(job);
    },
    retire: (name) => runner?.retire(name),
    close: async () => runner?.close(),
  };
};

/**
 * Lambda for Node.js functions. `CreateFunction` takes `Code: { LocalDirectory }` and replaces a function that exists.
 * `Invoke` takes `Payload` as JSON text, its bytes or a JSON value, and answers `Payload` as JSON text.
 */
export const lambdaService = (context: EngineContext, options: LambdaOptions = {}): LambdaService => {
  const { isolation = 'worker', functions: own = {}, sandboxes, variables, concurrency } = options;
  const inUse = new Concurrency(context.clock, concurrency);
  const registered = registeredFunctions(context, own, inUse.leave);
  const runner = runnerOf(context, isolation, sandboxes);
  const functions = lambdaFunctions(context, registered, runner.retire);
  const { invoke, begin } = invokers(context, runner, registered, inUse, variables);
  const events = asyncEvents(context, functions, invoke);
  const mappings = eventSourceMappings(context, functions, invoke);

  const invokeFunction = (input: Shape): Shape | Promise<Shape> => {
    const record = functions.of(input);
    const type = input.InvocationType ?? 'RequestResponse';
    if (type === 'DryRun') return { StatusCode: 204, Payload: '' };
    const payload = payloadOf(input, type === 'Event');
    if (type === 'Event') {
      events.accept(record, payload.text);
      return { StatusCode: 202, Payload: '' };
    }
    if (type !== 'RequestResponse')
      throw new AwsError('InvalidParameterValueException', `InvocationType ${String(type)} is not valid`);
    return invoke({ record, payload }, ({ outcome, logTail }) => {
      const answer: Shape = { StatusCode: 200, ExecutedVersion: record.version ?? LATEST };
      if (outcome.kind === 'failed') answer.FunctionError = 'Unhandled';
      if (input.LogType === 'Tail') answer.LogResult = logTail();
      answer.Payload = answerPayload(outcome);
      return answer;
    });
  };

  const call = callFrom('lambda', {
    ...functions.operations,
    ...events.operations,
    ...mappings.operations,
    ...functionUrls(context, functions, invokeFunction),
    Invoke: invokeFunction,
  });
  return {
    id: 'lambda',
    call,
    begin: (FunctionName, Payload) => {
      const record = registered.record(FunctionName);
      return record && begin({ record, payload: payloadOf({ Payload }, false) });
    },
    invoke: (FunctionName, Payload, answer) =>
      invoke({ record: functions.of({ FunctionName }), payload: payloadOf({ Payload }, false) }, ({ outcome }) =>
        answer(answerPayload(outcome), outcome.kind === 'failed'),
      ),
    resume: () => {
      events.resume();
      mappings.resume();
    },
    close: async () => {
      events.close();
      mappings.close();
      registered.close();
      inUse.close();
      await runner.close();
    },
  };
};
