// Functions in the engine's own process: no thread, no copy of an event, nothing between a breakpoint and the handler.
// What that cannot give: one event at a time (events of a function interleave where it awaits), a memory limit, an end to a
// handler that has timed out (its result is dropped; a loop that never awaits is not even noticed), the time zone of Lambda,
// a process that outlives process.exit. Globals are the engine's; a CommonJS module is loaded once for all revisions.
import { realClock } from '../../clock.ts';
import type { EngineContext } from '../../service.ts';
import { type FunctionRecord, identityOf, LATEST } from './function-record.ts';
import { answerOf, contextOf, errorLine, errorShape, type Handler, loadHandler } from './function-runtime.mjs';
import { type FunctionScope, runInScope, scopeOf, useScopes } from './function-scope.ts';
import { closedOutcome, type FunctionRunner, type Job, type Outcome, timedOut } from './runner.ts';

interface Loaded {
  readonly revision: number;
  /** The function's own, kept from event to event. */
  readonly environment: NodeJS.ProcessEnv;
  readonly handler: ReturnType<typeof loadHandler>;
}

type Outside = Pick<FunctionScope, 'now' | 'fetch'>;

let instances = 0; // over all engines of the process: Node keeps modules by their address for ever

const load = (job: Job, outside: Outside): Loaded => {
  const { directory, handler: handlerName, revision, runtime } = job.record;
  const environment = { ...job.environment() };
  instances += 1;
  const instance = `?instance=${instances}`;
  const scope = scopeOf({ ...outside, environment, requestId: job.requestId, log: job.log });
  return {
    revision,
    environment,
    handler: runInScope(scope, () => loadHandler({ directory, handlerName, runtime, instance })).finally(scope.flush),
  };
};

const settingsOf = (record: FunctionRecord, logStream: string) => ({
  functionName: record.name,
  functionVersion: record.version ?? LATEST,
  memoryMb: record.memoryMb,
  logGroup: record.logGroup,
  logStream,
});

const call = async (handler: Handler, job: Job, deadlineMs: number): Promise<Outcome> => {
  try {
    const context = contextOf(settingsOf(job.record, job.logStream), { ...job, deadlineMs });
    const answer = answerOf(await handler(job.payload.value, context));
    if (typeof answer === 'string') return { kind: 'done', payload: answer };
    return { kind: 'failed', error: answer };
  } catch (thrown) {
    return { kind: 'failed', error: errorShape(thrown) };
  }
};

/** `line` is undefined where its level is not wanted. */
const say = (job: Job, line: string | undefined): void => {
  if (line !== undefined) job.log(line);
};

/** Imports each revision of a function once, and calls it here, where the time is the engine's. Timeouts are of real time. */
export const inProcessRunner = (context: Pick<EngineContext, 'clock' | 'fetch'>): FunctionRunner => {
  const clock = realClock();
  const outside: Outside = { now: context.clock.now, fetch: context.fetch };
  const known = new Map<string, Loaded>();
  const release = useScopes();
  const closed = Promise.withResolvers<Outcome>();

  const loadedFor = (job: Job): Loaded => {
    const before = known.get(identityOf(job.record));
    if (before?.revision === job.record.revision) return before;
    const loaded = load(job, outside);
    known.set(identityOf(job.record), loaded);
    return loaded;
  };

  const work = async (job: Job, loaded: Loaded, deadlineMs: number): Promise<Outcome> => {
    const handler = await loaded.handler;
    if (typeof handler !== 'function') {
      const id = identityOf(job.record);
      if (known.get(id) === loaded) known.delete(id); // the next event tries again, as on AWS
      say(job, errorLine(undefined, handler, loaded.environment));
      return { kind: 'failed', error: handler };
    }
    const { environment } = loaded;
    environment._X_AMZN_TRACE_ID = job.traceId;
    const scope = scopeOf({ ...outside, environment, requestId: job.requestId, log: job.log });
    const outcome = await runInScope(scope, () => call(handler, job, deadlineMs));
    scope.flush();
    if (outcome.kind === 'failed' && outcome.error.trace !== undefined) {
      const { errorType, errorMessage, trace } = outcome.error;
      say(job, errorLine(job.requestId, { errorType, errorMessage, trace }, environment));
    }
    return outcome;
  };

  return {
    run: (job) => {
      const timeoutMs = job.record.timeoutSeconds * 1000;
      const timeout = Promise.withResolvers<Outcome>();
      const cancel = clock.after(timeoutMs, () => timeout.resolve(timedOut(job.requestId, timeoutMs)));
      const outcome = work(job, loadedFor(job), outside.now() + timeoutMs);
      return Promise.race([outcome, timeout.promise, closed.promise]).finally(cancel);
    },
    retire: (identity) => void known.delete(identity),
    close: async () => {
      closed.resolve(closedOutcome);
      release();
    },
  };
};
