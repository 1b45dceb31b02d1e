// `sweep`: looks at runs that are not over, every few minutes, and puts right what no event told of: executions that died without a word,
// runs that never began, deadlines, stages that are stuck, compensations that were not asked for. It reads the index of open runs, so
// it costs what there is to look at; each look says when the next one is.
import {
  executionName,
  isExpressArn,
  type OpenRun,
  type PipelineManifest,
  type RunRecord,
  type StageRecord,
} from '../records/index.ts';
import { AwsCallError } from '../support/aws-call.ts';
import { errorNames } from '../support/error-names.ts';
import { admit, patient } from './admission/index.ts';
import { askForCompensation, leaveStanding } from './compensate.ts';
import { atDeadline, longestDelaySeconds, watchDeadline } from './deadline.ts';
import { look } from './look.ts';
import { markPartition } from './mark-partition.ts';
import { tellParent } from './parent.ts';
import { sweepPools, type Unswept } from './pools.ts';
import { reconcileRun, tellAgain } from './reconcile.ts';
import { resume } from './resume.ts';
import { isoTime, type Services } from './services.ts';
import { startExecution } from './start-execution.ts';
import { tell } from './tell.ts';

/** Runs that one sweep looks at; the others are the next one's. */
const most = 500;
const atOnce = 10;
/** Nor for longer than this: the sweep's Lambda has 240 s, and the pools have their share of it. */
const longestMs = 100_000;
/** Between two looks at a run: as long as it has lasted, within these. */
const [soonestMs, latestMs] = [10 * 60_000, 60 * 60_000];
/** How long something may be late before it is not only slow. */
const slackMs = 10 * 60_000;
/** Between the end of a stage and the beginning of the next there are operators, with their retries. */
const quietMs = 30 * 60_000;

export interface Swept {
  readonly looked: number;
  /** Runs that could not be looked at, with why. They are looked at again by the next sweep. */
  readonly failed: readonly (OpenRun & { readonly why: string })[];
  /** Pools that could not be looked at, the same way. */
  readonly pools: readonly Unswept[];
}

export const sweep = async (services: Services): Promise<Swept> => {
  const until = services.now() + longestMs;
  const due = await services.ledger.openRuns.due(isoTime(services.now()), most);
  const failed: (OpenRun & { readonly why: string })[] = [];
  let looked = 0;
  for (let start = 0; start < due.length && services.now() < until; start += atOnce) {
    looked = Math.min(due.length, start + atOnce);
    await Promise.all(
      due.slice(start, looked).map(async (run) => {
        try {
          await lookAt(run, services);
        } catch (error) {
          failed.push({ ...run, why: error instanceof Error ? error.message : String(error) });
        }
      }),
    );
  }
  return { looked, failed, pools: await sweepPools(services) };
};

const lookAt = async (open: OpenRun, services: Services): Promise<void> => {
  const { ledger, manifests, now } = services;
  const record = await ledger.runs.get(open.pipeline, open.run);
  if (!record) return;
  // First: what is slow or throws below is not done again at once.
  await ledger.openRuns.lookAgain(open, isoTime(now() + soonestMs));
  if (record.endedAt !== undefined) {
    await tellAgain(record, services);
    await ledger.openRuns.close(record);
    return lookAtCompensation(record, services);
  }
  const manifest = await manifests.of(record.pipeline);
  const stages = await ledger.stages.list(open.pipeline, open.run);
  if (manifest) await lookAtDeadline(record, manifest, services);
  if (record.status === 'pending') await lookAtPending(record, manifest, services);
  else await lookAtRunning(record, stages, services);
  await ledger.openRuns.lookAgain(open, isoTime(nextLook(record, stages, now())));
};

/** Never later than something is due that is known. */
const nextLook = (record: RunRecord, stages: readonly StageRecord[], now: number): number => {
  const age = now - Date.parse(record.startedAt ?? record.createdAt);
  const deadline = record.deadline ? Date.parse(record.deadline.at) : undefined;
  const due = [
    ...(deadline === undefined ? [] : [deadline - (longestDelaySeconds * 1_000) / 2, deadline + slackMs]),
    ...stages.flatMap(({ status, until, overdueAt }) => {
      if (status === 'waiting' && until !== undefined) return [Date.parse(until) + slackMs];
      return status === 'running' && overdueAt !== undefined ? [Date.parse(overdueAt) + 1_000] : [];
    }),
  ].filter((moment) => moment > now);
  return Math.min(now + Math.min(latestMs, Math.max(soonestMs, age)), ...due);
};

const lookAtDeadline = async (record: RunRecord, manifest: PipelineManifest, services: Services): Promise<void> => {
  const { pipeline, run, generation = 1, deadline } = record;
  if (!deadline) return;
  if (Date.parse(deadline.at) > services.now()) return watchDeadline(record, services);
  // Its message was lost, or is late.
  await atDeadline({ kind: 'deadline', pipeline, run, generation }, manifest, services);
};

type Execution = { readonly status: string; readonly error?: string; readonly cause?: string };

/** Undefined when there is no such execution, or none any more. */
const execution = async (executionArn: string, { aws }: Services): Promise<Execution | undefined> => {
  try {
    return (await aws.call('states', 'DescribeExecution', { executionArn })) as unknown as Execution;
  } catch (error) {
    if (error instanceof AwsCallError && /(Execution|StateMachine)DoesNotExist/.test(error.code)) return undefined;
    throw error;
  }
};

/** A run that was recorded and has not begun: its order is carried out again, which does nothing twice. */
const lookAtPending = async (
  record: RunRecord,
  manifest: PipelineManifest | undefined,
  services: Services,
): Promise<void> => {
  const { pipeline, run, generation = 1 } = record;
  if (!manifest) return tellStuck(record, 'begin', record.createdAt, services);
  // Of Express executions none can be asked after. Where one is under way all the same, the one that is started now finds the run taken.
  if (manifest.type !== 'express') {
    const arn = `${manifest.stateMachineArn.replace(':stateMachine:', ':execution:')}:${executionName(run, generation)}`;
    const started = await execution(arn, services);
    if (started?.status === 'RUNNING') return; // it waits for `begin`, which is tried again
    if (started) return void (await reconcileRun({ pipeline, run, generation }, ended(started), services));
  }
  if (record.heldBy !== undefined) {
    const pauses = await services.ledger.pauses.list(pipeline);
    if (pauses.some(({ id }) => id === record.heldBy)) return; // whose end lets it go on; it is there until it has let all go
  }
  if (record.resume) return void (await resume(pipeline, run, record.resume, manifest, services));
  if (await admit(record, patient(manifest), services)) return;
  await markPartition(record, services);
  await startExecution(manifest, run, generation, services);
};

const lookAtRunning = async (record: RunRecord, stages: readonly StageRecord[], services: Services): Promise<void> => {
  const { pipeline, run, generation = 1, executionArn = '' } = record;
  if (isExpressArn(executionArn)) return void (await look({ kind: 'look', pipeline, run, generation }, services));
  const found = await execution(executionArn, services);
  if (found?.status === 'RUNNING') return lookForStuck(record, stages, services);
  await reconcileRun({ pipeline, run, generation }, found ? ended(found) : gone, services);
};

const gone = { status: 'FAILED', error: errorNames.runFailed, cause: 'Step Functions has no such execution any more' };

const ended = ({ status, error, cause }: Execution) => ({ status, error: error ?? null, cause: cause ?? null });

/** The execution lives: what it waits for may not come. */
const lookForStuck = async (record: RunRecord, stages: readonly StageRecord[], services: Services): Promise<void> => {
  const now = services.now();
  const underWay = stages.filter(({ status }) => status === 'running' || status === 'waiting');
  for (const stage of underWay) {
    const since = await stuckSince(record, stage, services);
    if (since !== undefined) await tellStuck(record, stage.stage, since, services);
  }
  if (underWay.length > 0) return;
  const last = stages.toSorted((a, b) => (b.endedAt ?? '').localeCompare(a.endedAt ?? ''))[0];
  const since = last?.endedAt ?? record.startedAt ?? record.createdAt;
  if (now - Date.parse(since) > quietMs)
    await tellStuck(record, last ? `after ${last.stage}` : 'at the beginning', since, services);
};

/** Since when nothing can be expected of a stage any more; undefined for one of which it can. */
const stuckSince = async (
  { pipeline, run, generation = 1 }: RunRecord,
  stage: StageRecord,
  services: Services,
): Promise<string | undefined> => {
  const { ledger } = services;
  const now = services.now();
  if (stage.status === 'waiting') {
    const { child, until } = stage;
    const other = child && (await ledger.runs.get(child.pipeline, child.run));
    if (other?.endedAt !== undefined) {
      await tellParent(other, services); // whoever ended it died before it could
      return undefined;
    }
    return until !== undefined && now > Date.parse(until) + slackMs ? until : undefined;
  }
  if (stage.overdueAt !== undefined) return stage.overdueAt < isoTime(now) ? stage.overdueAt : undefined;
  // A map: its batches have attempts of their own.
  let oldest: string | undefined;
  const { stage: name, spread } = stage;
  for await (const page of ledger.stages.batchPages({ pipeline, run, stage: name, generation, spread }))
    for (const { status, overdueAt } of page)
      if (status === 'running' && overdueAt !== undefined && overdueAt < (oldest ?? isoTime(now))) oldest = overdueAt;
  return oldest;
};

/** Tells once of each time that a stage is stuck. */
const tellStuck = async (
  { pipeline, run, partition, generation = 1 }: RunRecord,
  stage: string,
  since: string,
  services: Services,
): Promise<void> => {
  const { ledger, now } = services;
  const id = `stuck#${stage}#${generation}#${since}`;
  if (await ledger.audit.has(pipeline, run, id)) return;
  await tell('stuck', { pipeline, id: run, partition }, { stage, since, limitSeconds: slackMs / 1_000 }, services);
  const at = isoTime(now());
  const detail = `${stage} gives no sign of life, where one was to come by ${since}`;
  await ledger.audit.record(pipeline, run, { id, at, by: 'sweep', what: 'stuck', detail });
};

const lookAtCompensation = async (record: RunRecord, services: Services): Promise<void> => {
  const { compensation } = record;
  if (compensation?.status === 'pending') return askForCompensation(record, services);
  if (compensation?.status !== 'running' || compensation.execution === undefined) return;
  const found = await execution(compensation.execution, services);
  if (found?.status === 'RUNNING') return;
  const { error = errorNames.runFailed, cause = 'its execution ended without undoing it' } = found ?? {};
  await leaveStanding(record, { error, cause }, services);
};
