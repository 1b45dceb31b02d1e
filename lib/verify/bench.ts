// A pipeline at work on an engine of its own, in virtual time: the machine that ships, the wrapper and operators that ship,
// and stubs for handlers. Runs are started as a message on the start queue would.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type CompiledPipeline, compile } from '../asl/index.ts';
import { graphOf, type PipelineGraph } from '../graph/index.ts';
import {
  type Clock,
  type Services as Engine,
  openServices,
  type RegisteredFunctions,
  type Shape,
  virtualClock,
} from '../local/index.ts';
import { answer, begin, dispatch, finish, type Outcome, type Services, settle } from '../operators/index.ts';
import {
  type BeginCall,
  compensationName,
  compensationSuffix,
  executionName,
  type FinishCall,
  type Json,
  type ResumeOrder,
  type RunRecord,
  readExecutionName,
  type SettleCall,
} from '../records/index.ts';
import { stageHandler } from '../runtime/index.ts';
import { invariant } from '../support/invariant.ts';
import { account, type Deployed, deploy, descendantsOf, executionArn, region } from './deploy.ts';
import {
  type FunctionsOptions,
  type Setup,
  serviceFunctions,
  stageFunctions,
  type Wrapper,
  watchedAs,
} from './functions.ts';
import { invoke, type Watch } from './invocations.ts';
import { operatorsServices } from './operators-services.ts';
import { openStartQueue } from './start-queue.ts';
import { openStored, type Stored } from './stored.ts';
import { partitionOf } from './stubs.ts';
import { upstreamRecorder } from './upstream-runs.ts';

export type { Setup, Wrapper } from './functions.ts';

export interface Finished {
  readonly run: string;
  /** Of the execution. Undefined when it did not end in the time that it was given. */
  readonly status: string | undefined;
  /** Why the execution failed. */
  readonly cause?: string;
  readonly started: readonly Outcome[];
}

export interface Bench {
  readonly services: Services;
  readonly deployed: Deployed;
  readonly stored: Stored;
  /** Records what the upstream pipelines gave, for all runs from now on. */
  giveUpstream(upstream: { readonly [alias: string]: Json }): Promise<void>;
  /** Starts a run and waits for its end, through an end of the engine if that is the fault. `id` is what asks for it. */
  run(id: string, setup: Setup): Promise<Finished>;
  /** Lets an ended run go on, as `heddle resume` asks for it, and waits for its end. */
  resume(run: RunRecord, parts: Pick<ResumeOrder, 'again' | 'below' | 'items'>, setup: Setup): Promise<Finished>;
  /** The messages on the dead-letter queue since this was asked last. */
  takeMessages(): Promise<readonly { readonly [field: string]: Json }[]>;
  close(): Promise<void>;
}

const never = new Promise<never>(() => undefined);

/** In real time, whatever the engine's: what takes this long will not end. */
const longestMs = 30_000;

const startedTwice = ({ watch }: Setup): boolean => [...watch.faults.values()].some((fault) => fault.startedTwice);

export const openBench = async (graph: PipelineGraph, wrapper: Wrapper = stageHandler): Promise<Bench> => {
  const { pipeline } = graph;
  const graphs = [graph, ...descendantsOf(pipeline).map(graphOf)];
  const compiled = graphs.map((one) => compile(one));
  const partition = partitionOf(pipeline);
  const isExpress = pipeline.type === 'express';
  const stateDir = mkdtempSync(join(tmpdir(), 'heddle-verify-'));
  const setups = new Map<string, Setup>();
  let asked: Setup | undefined; // whose run has no id yet
  let clock: Clock = virtualClock(Date.now());
  let engine: Engine;
  let deployed: Deployed | undefined;
  const reopened = new WeakSet<Watch>(); // watches of runs through an end of the engine

  const setupOf = (run: string): Setup => {
    const setup = setups.get(run) ?? asked;
    invariant(setup, `nobody asked for the run ${run}`);
    setups.set(run, setup);
    return setup;
  };

  const settled = (call: SettleCall): Promise<unknown> => {
    const { run } = call.action === 'batchFailed' ? call.call : call;
    const setup = setupOf(run.id);
    return invoke(setup.watch, watchedAs(pipeline, run.pipeline, 'stage' in call ? call.stage : ''), call, async () => {
      const said = await settle(call, services);
      const told = call.action === 'ask' ? setup.answer(call.stage) : undefined;
      if (call.action === 'ask' && told !== undefined)
        await answer(
          { pipeline: run.pipeline, run: run.id, stage: call.stage, answer: told, by: 'verify', id: '1' },
          services,
        );
      return said;
    });
  };

  const options: FunctionsOptions = {
    main: pipeline,
    wrapper,
    setupOf,
    now: () => clock.now(),
    latest: () => {
      invariant(asked, 'a function was called for a run that nobody asked for');
      return asked;
    },
    askedBy: async (name, run) => {
      let record = await services.ledger.runs.get(name, run);
      while (record?.askedBy && record.askedBy.pipeline !== pipeline.name)
        record = await services.ledger.runs.get(record.askedBy.pipeline, record.askedBy.run);
      return record?.askedBy?.stage ?? '';
    },
    deployed: () => {
      invariant(deployed, 'a function was called before it was deployed');
      return deployed;
    },
  };
  const functions: RegisteredFunctions = {
    operator_begin: (call: BeginCall) => begin(call, services),
    operator_settle: settled,
    operator_mend: settled,
    operator_finish: (call: FinishCall) => finish(call, services),
    ...Object.assign({}, ...graphs.flatMap((one) => [stageFunctions(one, options), serviceFunctions(one, options)])),
  };

  const open = (port: number): Promise<Engine> =>
    openServices({
      stateDir,
      clock,
      functions,
      services: ['sfn', 'lambda', 'dynamodb', 's3', 'sqs', 'eventbridge'],
      port,
      region,
      account,
    });

  const queue = openStartQueue(
    () => clock,
    (message) => dispatch(message, services),
  );

  engine = await open(0);
  deployed = await deploy(engine, compiled);
  const services = operatorsServices({
    deployed,
    pipeline,
    compiled: new Map(graphs.map(({ pipeline: of }, at) => [of, compiled[at] as CompiledPipeline])),
    take: (body, afterSeconds) => queue.take(body, afterSeconds),
    // AWS starts an Express execution at least once.
    startsTwice: () => isExpress && asked !== undefined && startedTwice(asked),
    now: () => clock.now(),
  });
  const port = Number(new URL(deployed.endpoint).port);

  /** Ends the engine as a crash of its process would, and opens it again at the time that it was. */
  const reopen = async (): Promise<void> => {
    await engine.close();
    await nextTurn(); // else the first calls of the next engine would go to connections of this one
    clock = virtualClock(clock.now());
    engine = await open(port);
    queue.again();
  };

  const recordUpstream = upstreamRecorder(services);

  const standardEnd = (machine: string, name: string): Promise<Shape> => engine.ended(executionArn(machine, name));

  /** Nobody is told how an Express execution ended: what is known is what the look at its run found. */
  const expressEnd = async (machine: string, name: string): Promise<Shape> => {
    await queue.looked(machine, name);
    const { status, cause } = (await services.ledger.runs.get(pipeline.name, readExecutionName(name).run)) ?? {};
    return { status: status === 'completed' ? 'SUCCEEDED' : 'FAILED', ...(cause ? { error: status, cause } : {}) };
  };

  /** The run is over when what it did is undone as well, where that is due. */
  const wholeEnd = async (name: string, watch: Watch): Promise<Shape> => {
    const began = engine;
    try {
      const end = await (isExpress ? expressEnd : standardEnd)(pipeline.name, name);
      if (compiled[0]?.compensation === undefined) return end;
      const { run } = readExecutionName(name);
      const order = (await services.ledger.runs.get(pipeline.name, run))?.compensation;
      if (order === undefined) return end;
      const undoing = compensationName(run, order);
      await queue.compensated(pipeline.name, undoing);
      await standardEnd(`${pipeline.name}${compensationSuffix}`, undoing);
      return end;
    } catch (error) {
      // The engine is going down, or has: the next one is asked again.
      if (watch.hasHalted && (engine !== began || !reopened.has(watch))) return never;
      throw error;
    }
  };

  /** Without a status the run did not end. */
  const endOf = async (name: string, watch: Watch): Promise<Pick<Finished, 'status' | 'cause'>> => {
    const late = Promise.withResolvers<undefined>();
    const timer = setTimeout(() => late.resolve(undefined), longestMs);
    try {
      const cut = watch.halted.promise.then(async () => {
        await reopen();
        reopened.add(watch);
        return wholeEnd(name, watch);
      });
      const first = await Promise.race([wholeEnd(name, watch), cut, late.promise]);
      if (first === undefined) await reopen(); // what hangs must not hold up the next run
      if (first === undefined && queue.lost !== undefined)
        return { status: undefined, cause: `a start message: ${queue.lost}` };
      if (first?.error === undefined) return { status: first && String(first.status) };
      return { status: String(first.status), cause: `${first.error}: ${first.cause}` };
    } finally {
      clearTimeout(timer);
    }
  };

  const stored = openStored(
    () => engine,
    () => services,
  );

  return {
    services,
    deployed,
    stored,

    giveUpstream: (upstream) => recordUpstream(pipeline, upstream),

    run: async (id, setup) => {
      asked = setup;
      queue.lost = undefined;
      await stored.put(setup.files);
      for (const { child, upstream, partition: of } of setup.above) await recordUpstream(child, upstream, of);
      const message = {
        kind: 'manual',
        pipeline: pipeline.name,
        id,
        partition,
        input: setup.input,
        by: 'verify',
      } as const;
      const times = startedTwice(setup) ? 2 : 1;
      const release = clock.hold(); // until somebody waits for the run, nothing is late
      let started: readonly Outcome[];
      try {
        started = await Promise.all(Array.from({ length: times }, () => dispatch(message, services)));
      } finally {
        release();
      }
      const [run] = started.flatMap((outcome) => ('run' in outcome ? [outcome.run] : []));
      if (run === undefined) return { run: '', status: undefined, started };
      return { run, started, ...(await endOf(run, setup.watch)) };
    },

    resume: async ({ run, generation = 1 }, parts, setup) => {
      setups.set(run, setup);
      const order = { ...parts, id: `${generation + 1}`, generation: generation + 1, by: 'verify', reason: 'verify' };
      const release = clock.hold();
      let started: readonly Outcome[];
      try {
        started = [await dispatch({ kind: 'resume', pipeline: pipeline.name, run, order }, services)];
      } finally {
        release();
      }
      return { run, started, ...(await endOf(executionName(run, order.generation), setup.watch)) };
    },

    takeMessages: async () => {
      const taken: { readonly [field: string]: Json }[] = [];
      const queue = engine.service('sqs');
      const QueueUrl = deployed?.queueUrl;
      for (;;) {
        const { Messages = [] } = await queue.call('ReceiveMessage', { QueueUrl, MaxNumberOfMessages: 10 });
        const messages = Messages as readonly { readonly Body: string; readonly ReceiptHandle: string }[]; // as the API gives them
        if (messages.length === 0) return taken;
        for (const { Body, ReceiptHandle } of messages) {
          const message = JSON.parse(Body);
          if (message.pipeline === pipeline.name) taken.push(message); // not of those that it runs
          await queue.call('DeleteMessage', { QueueUrl, ReceiptHandle });
        }
      }
    },

    close: async () => {
      await engine.close();
      rmSync(stateDir, { recursive: true, force: true });
    },
  };
};
