// Whole pipelines in virtual time: the emitted machines on the local engine, with the real operators, stage wrappers and
// ledger. Only the handlers are the test's own.
import { Logger } from '@aws-lambda-powertools/logger';
import type { Pipeline, Stage } from '../../lib/definition/index.ts';
import { functionsOf, graphOf, validate } from '../../lib/graph/index.ts';
import type { Shape } from '../../lib/local/index.ts';
import type { BusEvent } from '../../lib/local/service.ts';
import { lambdaService, type RegisteredFunctions } from '../../lib/local/services/lambda/index.ts';
import { virtualClock } from '../../lib/local/virtual-clock.ts';
import { answer, begin, dispatch, finish, reconcile, type Services, settle } from '../../lib/operators/index.ts';
import { openManifests } from '../../lib/operators/manifests.ts';
import {
  type AnswerResult,
  type BackfillRecord,
  compensationName,
  compensationSuffix,
  executionName,
  type Json,
  type ResumeOrder,
  type RunRecord,
  readExecutionName,
  type StageCall,
  type StageRecord,
  type StartMessage,
  statesOf,
} from '../../lib/records/index.ts';
import { type Meter, openMeter } from '../../lib/runtime/meter.ts';
import { paceOf } from '../../lib/runtime/pace.ts';
import { runBatch } from '../../lib/runtime/run-batch.ts';
import { runTask } from '../../lib/runtime/run-task.ts';
import { openStore } from '../../lib/runtime/store.ts';
import { pacing } from '../../lib/verify/functions.ts';
import { openServices, type TestServices } from '../services.ts';
import { deploy } from './deploy.ts';

/**
 * What the stages do, by stage name: a plain function of the input. `now` is the time that calls are paced by. And what Bedrock does, by call:
 * `createModelInvocationJob`.
 */
export type Handlers = {
  readonly [stage: string]: (
    input: never,
    work: Pick<Meter, 'cost' | 'score'> & { readonly now: () => number },
  ) => unknown;
};

export interface EndedRun {
  /** Of the execution: SUCCEEDED, FAILED …; of an Express one, the status of its run. */
  readonly execution: string;
  readonly run: RunRecord;
  readonly stages: { readonly [stage: string]: StageRecord };
  /** Seconds of virtual time from the request to the end. */
  readonly seconds: number;
  /** A stage's output. */
  output(stage: string): Promise<unknown>;
}

export interface Bench {
  readonly local: TestServices;
  readonly services: Services;
  /** Events that the operators have put on the bus. */
  readonly events: { readonly type: string; readonly detail: Shape }[];
  /** What does not get through: the events of executions that died; start messages of a kind. */
  readonly loses: Set<string>;
  /** When so many seconds have passed. */
  passed(seconds: number): Promise<void>;
  /** Asks for a run through the start queue's operator and waits for the end of its execution. */
  run(pipeline: string, input?: Json, id?: string): Promise<EndedRun>;
  /** Sends a start message and waits for the end of the execution that it starts. */
  ask(message: StartMessage): Promise<EndedRun>;
  /** The end of an execution of a run, by its name. */
  look(pipeline: string, execution: string): Promise<EndedRun>;
  /** The run as it is when its compensation has ended. */
  compensated(run: RunRecord): Promise<EndedRun & { readonly undos: readonly StageRecord[] }>;
  /** Lets an ended run go on, and waits for the end of that execution. */
  resume(run: RunRecord, order: Pick<ResumeOrder, 'again' | 'below' | 'items'>): Promise<EndedRun>;
  /** Lets a backfill go on until nothing of it is under way any more. */
  backfill(id: string): Promise<BackfillRecord>;
  /** The same, where something else lets it go on. */
  backfillRests(id: string): Promise<BackfillRecord>;
  /** Does something at a time, in seconds from now. Time stands still meanwhile. */
  later(seconds: number, action: () => Promise<unknown>): void;
  /** Answers a question of the newest run of a pipeline, as the CLI does. */
  answer(pipeline: string, stage: string, value: Json, id?: string): Promise<AnswerResult>;
  close(): Promise<void>;
}

type Delayed = { readonly DelaySeconds?: number };

/** Of a Standard execution. */
const arnOf = (pipeline: string, name: string): string =>
  `arn:aws:states:us-east-1:123456789012:execution:${prefix}${pipeline}:${name}`;

export const start = Date.parse('2026-01-01T00:00:00Z');
const prefix = 'heddle-';

export const openBench = async (pipelines: readonly Pipeline[], handlers: Handlers = {}): Promise<Bench> => {
  const broken = validate(pipelines).filter(({ severity }) => severity === 'error');
  if (broken.length > 0) throw new Error(JSON.stringify(broken));
  const isExpress = (name: string): boolean => pipelines.some((each) => each.name === name && each.type === 'express');
  const clock = virtualClock(start);
  const logger = new Logger({ logLevel: 'SILENT' });
  const ends = new Map<string, PromiseWithResolvers<string>>();
  const endOf = (executionArn: string): PromiseWithResolvers<string> => {
    const known = ends.get(executionArn) ?? Promise.withResolvers<string>();
    ends.set(executionArn, known);
    return known;
  };
  const loses = new Set<string>();
  const ended = async ({ source, detail }: BusEvent): Promise<void> => {
    if (source !== 'aws.states' || detail.status === 'RUNNING') return;
    const release = clock.hold();
    // The engine's own event, which the rule of dead executions hands over as it is.
    if (detail.status !== 'SUCCEEDED' && !loses.has('events')) await reconcile({ detail } as never, prefix, services);
    endOf(String(detail.executionArn)).resolve(String(detail.status));
    release();
  };
  const operators: RegisteredFunctions = {
    operator_begin: (event) => begin(event, services),
    operator_settle: (event) => settle(event, services),
    operator_mend: (event) => settle(event, services),
    operator_finish: (event) => finish(event, services),
  };
  const work =
    (stage: Stage) =>
    async (call: StageCall, { awsRequestId }: { awsRequestId: string }) => {
      const meter = openMeter(local.aws, { startedAt: clock.now() });
      const { lease } = call;
      const own = pacing(clock.now);
      const remainingMs = () => 60_000;
      const pace = lease ? paceOf({ lease, pools: local.ledger.pools, clock: own, remainingMs }) : undefined;
      const attempt = {
        call,
        ledger: local.ledger,
        store: openStore(local.aws, 'payloads', call.run),
        ...{ logger, meter },
        deadLetterQueueUrl: local.queueUrl,
        owner: awsRequestId,
        build: { code: 'test', contract: 'test' },
        signal: new AbortController().signal,
        now: clock.now,
        remainingMs,
        ...(pace ? { pace } : {}),
      };
      const handler = ({ input }: { readonly input: unknown }) =>
        (handlers[stage.name] ?? (() => input))(input as never, { ...meter, now: own.now });
      return call.batch ? runBatch(stage, handler as never, attempt) : runTask(stage, handler as never, attempt);
    };
  const stages: RegisteredFunctions = Object.fromEntries(
    pipelines.flatMap((pipeline) =>
      functionsOf(graphOf(pipeline)).flatMap(({ placeholders, stage }) =>
        placeholders.map((placeholder) => [`${pipeline.name}_${placeholder}`, work(stage)]),
      ),
    ),
  );
  const asBedrock = (call: string, input: unknown): unknown => handlers[call]?.(input as never, undefined as never);
  const bedrock: RegisteredFunctions = Object.fromEntries(
    ['create', 'get', 'stop']
      .map((verb) => `${verb}ModelInvocationJob`)
      .map((call) => [`bedrock_${call}`, (input: unknown) => asBedrock(call, input)]),
  );
  const local = await openServices({
    clock,
    make: [(context) => lambdaService(context, { functions: { ...operators, ...stages, ...bedrock } })],
    emit: (event) => void ended(event),
  });
  const { QueueUrl } = await local.service('sqs').call('CreateQueue', { QueueName: 'start' });
  const events: Bench['events'] = [];
  const aws: Services['aws'] = {
    ...local.aws,
    stopInference: async (JobIdentifier) => void asBedrock('stopModelInvocationJob', { JobIdentifier }),
    call: async (service, operation, input) => {
      const entries = (input as { Entries?: readonly { DetailType: string; Detail: string }[] }).Entries;
      if (operation === 'PutEvents')
        for (const { DetailType, Detail } of entries ?? [])
          await announced({ type: DetailType, detail: JSON.parse(Detail) });
      const { QueueUrl: queue, MessageBody, DelaySeconds = 0 } = input as { [field: string]: string } & Delayed;
      if (operation === 'SendMessage' && queue === QueueUrl) {
        if (DelaySeconds > 0) clock.after(DelaySeconds * 1_000, () => deliver(MessageBody ?? ''));
        else deliver(MessageBody ?? '');
      }
      // No time passes while an operator works, so a long poll would never end.
      const waits = operation === 'ReceiveMessage' ? { ...input, WaitTimeSeconds: 0 } : input;
      return local.aws.call(service, operation, waits);
    },
  };
  /** Nothing tells of the end of an Express execution: what its run is known by is what was put on the bus. */
  const announced = async (event: Bench['events'][number]): Promise<void> => {
    events.push(event);
    // The rule of backfills' runs.
    const { backfill } = event.detail as { readonly backfill?: string };
    if (event.type.startsWith('Heddle Run') && backfill !== undefined)
      deliver(JSON.stringify({ kind: 'advance', backfill, pipeline: event.detail.pipeline, run: event.detail.run }));
    const { pipeline, run: id, status } = event.detail as { readonly [field: string]: string };
    if (!event.type.startsWith('Heddle Run') || !isExpress(pipeline ?? '')) return;
    const run = await local.ledger.runs.get(pipeline ?? '', id ?? '');
    endOf(arnOf(pipeline ?? '', executionName(id ?? '', run?.generation ?? 1))).resolve(status ?? '');
  };
  /** What the start queue's event source does: here at once, and no time passes meanwhile. */
  const consume = async (body: string): Promise<void> => {
    const release = clock.hold();
    const outcome = await dispatch(JSON.parse(body), services);
    if (outcome.kind === 'advanced') await rests(outcome.backfill);
    release();
  };
  const resting = new Map<string, PromiseWithResolvers<BackfillRecord>>();
  const restOf = (id: string): Promise<BackfillRecord> => {
    const rest = Promise.withResolvers<BackfillRecord>();
    resting.set(id, rest);
    return rest.promise;
  };
  const rests = async (id: string): Promise<void> => {
    const backfill = await local.ledger.backfills.get(id);
    if (backfill && backfill.status !== 'running' && !statesOf(backfill.states).includes('asked'))
      resting.get(id)?.resolve(backfill);
  };
  const deliveries = new Set<Promise<void>>();
  let isOpen = true;
  // The queue's few consumers take what a backfill is told one after another: a hundred at once would only race for its record.
  let told = Promise.resolve();
  const deliver = (body: string): void => {
    const { kind } = JSON.parse(body);
    if (!isOpen || loses.has(kind)) return;
    const release = clock.hold();
    const next = (): Promise<void> => consume(body);
    const consumed = kind === 'advance' ? told.then(next, next) : next();
    if (kind === 'advance') told = consumed;
    const delivery = consumed.finally(() => {
      release();
      deliveries.delete(delivery);
    });
    deliveries.add(delivery);
  };
  const services: Services = {
    aws,
    ledger: local.ledger,
    eventBus: 'heddle',
    startQueueUrl: String(QueueUrl),
    manifests: openManifests(local.aws, '/heddle/heddle/', () => 0),
    measures: false,
    now: clock.now,
  };

  for (const pipeline of pipelines) await deploy(local, prefix, pipeline);

  const look: Bench['look'] = async (pipeline, name) => {
    const { run: id } = readExecutionName(name);
    const execution = await endOf(arnOf(pipeline, name)).promise;
    const run = await local.ledger.runs.get(pipeline, id);
    if (!run) throw new Error(`there is no run ${id} of ${pipeline}`);
    return seen(run, execution);
  };
  const seen = async (run: RunRecord, execution: string): Promise<EndedRun> => {
    const records = await local.ledger.stages.list(run.pipeline, run.run);
    const stageRecords = Object.fromEntries(records.map((record) => [record.stage, record]));
    return {
      execution,
      run,
      stages: stageRecords,
      seconds: (Date.parse(run.endedAt ?? '') - Date.parse(run.createdAt)) / 1_000,
      output: async (stage) => {
        const output = stageRecords[stage]?.output;
        return output && local.ledger.payloads.load(output);
      },
    };
  };

  return {
    local,
    services,
    events,
    loses,
    look,
    passed: (seconds) => new Promise((resolve) => clock.after(seconds * 1_000, resolve)),
    run: async (pipeline, input = {}, id = 'test') => {
      const release = clock.hold();
      const outcome = await dispatch({ kind: 'manual', pipeline, id, input, by: 'test' }, services);
      release();
      if (!('run' in outcome)) throw new Error(JSON.stringify(outcome));
      return look(pipeline, outcome.run);
    },
    compensated: async ({ pipeline, run, compensation }) => {
      if (!compensation) throw new Error(`the run ${run} is not compensated`);
      const name = compensationName(run, compensation);
      const execution = await endOf(arnOf(`${pipeline}${compensationSuffix}`, name)).promise;
      const record = (await local.ledger.runs.get(pipeline, run)) as RunRecord; // it was there before
      return { ...(await seen(record, execution)), undos: await local.ledger.stages.listUndo(pipeline, run) };
    },
    ask: async (message) => {
      const release = clock.hold();
      const outcome = await dispatch(message, services);
      release();
      if (outcome.kind !== 'started') throw new Error(JSON.stringify(outcome));
      return look(message.pipeline, outcome.run);
    },
    resume: async ({ pipeline, run, generation = 1 }, parts) => {
      const order = { ...parts, id: `${generation + 1}`, generation: generation + 1, by: 'test', reason: 'a test' };
      const release = clock.hold();
      const outcome = await dispatch({ kind: 'resume', pipeline, run, order }, services);
      release();
      if (outcome.kind !== 'started') throw new Error(JSON.stringify(outcome));
      return look(pipeline, executionName(run, order.generation));
    },
    answer: async (pipeline, stage, value, id = 'only') => {
      const [run] = await local.ledger.runs.latest(pipeline, 1);
      return answer({ pipeline, run: run?.run ?? '', stage, answer: value, by: 'ada', id }, services);
    },
    backfill: (id) => {
      const rest = restOf(id);
      deliver(JSON.stringify({ kind: 'advance', backfill: id, pipeline: '', look: true }));
      return rest;
    },
    backfillRests: restOf,
    later: (seconds, action) => {
      clock.after(seconds * 1_000, () => {
        if (!isOpen) return;
        const release = clock.hold();
        const acting = action()
          .then(() => undefined)
          .finally(() => {
            deliveries.delete(acting);
            release();
          });
        deliveries.add(acting);
      });
    },
    close: async () => {
      isOpen = false;
      await Promise.all(deliveries);
      await local.close();
    },
  };
};
