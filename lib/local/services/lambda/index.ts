// Lambda: the real bundles in worker threads or in this process, asynchronous events that survive a restart, queues as event sources.
import { join } from 'node:path';
import { late } from '../../late-modules.ts';
import { callFrom } from '../../operation-table.ts';
import type { EngineContext, Service } from '../../service.ts';
import type { LambdaApi } from './api.ts';
import { answerPayload, Concurrency, eventIn, invokers, payloadOf } from './invoke.ts';
import { type RegisteredFunctions, registeredFunctions } from './registered.ts';
import type { FunctionRunner } from './runner.ts';
import type { AddedVariables } from './sandboxed-calls.ts';

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

const apiModule = late<typeof import('./api.ts')>(import.meta.url, './api.ts');
const inProcess = late<typeof import('./in-process.ts')>(import.meta.url, './in-process.ts');
const pool = late<typeof import('./sandbox-pool.ts')>(import.meta.url, './sandbox-pool.ts');

/** Whether an earlier engine on this folder had functions, events or mappings. */
const hasState = ({ database }: EngineContext): boolean =>
  database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'lambda_functions'").get() !== undefined;

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
 * Lambda for Node.js functions. `CreateFunction` takes a zip file, one in a bucket, or `Code: { LocalDirectory }`, which replaces a function that exists.
 * `Invoke` takes `Payload` as JSON text, its bytes or a JSON value, and answers `Payload` as JSON text.
 */
export const lambdaService = (context: EngineContext, options: LambdaOptions = {}): LambdaService => {
  const { isolation = 'worker', functions: own = {}, sandboxes, variables, concurrency } = options;
  const inUse = new Concurrency(context.clock, concurrency);
  const registered = registeredFunctions(context, own, inUse.leave);
  const runner = runnerOf(context, isolation, sandboxes);
  const { invoke, begin } = invokers(context, runner, registered, inUse, variables);
  let hasBegun = false;
  let made: LambdaApi | undefined;
  const api = (): LambdaApi => {
    if (made) return made;
    made = apiModule().lambdaApi(context, registered, runner.retire, invoke);
    if (hasBegun) made.resume();
    return made;
  };

  return {
    id: 'lambda',
    call: callFrom('lambda', {}, () => api().operations),
    caller: (functionArn, answer) => {
      const record = registered.record(functionArn);
      return record && ((event) => begin(record, eventIn(event), answer));
    },
    invoke: (FunctionName, Payload, answer) => {
      const record = registered.record(FunctionName) ?? api().functions.of({ FunctionName });
      return invoke({ record, payload: payloadOf({ Payload }, false) }, ({ outcome }) =>
        answer(answerPayload(outcome), outcome.kind === 'failed'),
      );
    },
    resume: () => {
      hasBegun = true;
      if (made) made.resume();
      else if (hasState(context)) api();
    },
    close: async () => {
      made?.close();
      registered.close();
      inUse.close();
      await runner.close();
    },
  };
};
