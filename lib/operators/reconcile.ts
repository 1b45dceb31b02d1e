// `reconcile`: settles the run of an execution that died before its `finish` could: stopped, timed out, or broken.
import {
  compensationSuffix,
  type RunRecord,
  readCompensationName,
  readExecutionName,
  type StageRecord,
  type Status,
} from '../records/index.ts';
import { errorNames } from '../support/error-names.ts';
import { cancelChildren } from './cancel-children.ts';
import { accountSoFar, compensationOf, leaveStanding } from './compensate.ts';
import { deathOf } from './death.ts';
import { endOfLate, tellLate } from './late.ts';
import { openLettersAgain } from './open-letters-again.ts';
import { releasePools } from './pools.ts';
import { isoTime, type Services } from './services.ts';
import { stopJobs } from './stop-jobs.ts';
import { isTold, tellEnd } from './tell-end.ts';

/** The part of Step Functions' "Execution Status Change" event that matters here. */
export interface ExecutionEnded {
  readonly detail: {
    readonly stateMachineArn: string;
    readonly name: string;
    readonly status: 'FAILED' | 'TIMED_OUT' | 'ABORTED';
    readonly input?: string | null;
    readonly error?: string | null;
    readonly cause?: string | null;
  };
}

interface AbandonedEnd {
  readonly status: 'cancelled' | 'failed';
  readonly endedAt: string;
  readonly error: string;
  readonly cause: string;
}

const underWay: readonly Status[] = ['pending', 'running', 'waiting'];

/** `prefix` is the orchestrator's: machines are named `<prefix><pipeline>`. True when there was something to settle. */
export const reconcile = async ({ detail }: ExecutionEnded, prefix: string, services: Services): Promise<boolean> => {
  const machine = detail.stateMachineArn.split(':').at(-1) ?? '';
  if (!machine.startsWith(prefix)) return false;
  const pipeline = machine.slice(prefix.length);
  if (pipeline.endsWith(compensationSuffix))
    return settleCompensation(pipeline.slice(0, -compensationSuffix.length), detail.name, endOf(detail), services);
  return reconcileRun({ pipeline, ...readExecutionName(detail.name) }, detail, services);
};

interface Dead {
  readonly status: string;
  readonly error?: string | null;
  readonly cause?: string | null;
}

const endOf = (dead: Dead): Pick<AbandonedEnd, 'status' | 'error' | 'cause'> => {
  const death = deathOf(dead);
  return {
    // Stopped by its deadline, it did not do what it was to do; by a person, it was not to.
    status: dead.status === 'ABORTED' && death.error !== errorNames.deadlineMissed ? 'cancelled' : 'failed',
    error: death.error ?? errorNames.runFailed,
    cause: death.cause ?? `the execution ended as ${dead.status}`,
  };
};

/** Settles the run of an execution that has ended like this. True when there was something to settle. */
export const reconcileRun = async (
  at: { readonly pipeline: string; readonly run: string; readonly generation: number },
  dead: Dead,
  services: Services,
): Promise<boolean> => {
  const record = dead.status === 'TIMED_OUT' ? await services.ledger.runs.get(at.pipeline, at.run) : undefined;
  // The machine's own time is up with the deadline of a run that its deadline ends.
  if (record?.deadline?.ends && record.deadline.at <= isoTime(services.now())) {
    await tellLate(record, services);
    return settleRun(at, endOfLate(record), services);
  }
  return settleRun(at, endOf(dead), services);
};

/** Ends the compensation whose execution ended without doing so; what is left stands, with dead letters. */
const settleCompensation = async (
  pipeline: string,
  name: string,
  failure: Pick<AbandonedEnd, 'error' | 'cause'>,
  services: Services,
): Promise<boolean> => {
  const of = readCompensationName(name);
  const record = of && (await services.ledger.runs.get(pipeline, of.run));
  const { compensation } = record ?? {};
  if (!record || compensation?.generation !== of?.generation || compensation?.round !== of?.round) return false;
  return leaveStanding(record, failure, services);
};

/** Ends a run whose execution ended in this generation without doing so. True when there was something to settle. */
export const settleRun = async (
  { pipeline, run, generation }: { readonly pipeline: string; readonly run: string; readonly generation: number },
  { status, error, cause }: Pick<AbandonedEnd, 'status' | 'error' | 'cause'>,
  services: Services,
): Promise<boolean> => {
  const { ledger, now } = services;
  const before = await ledger.runs.get(pipeline, run);
  if (!before || (before.generation ?? 1) !== generation) return false; // it is in a later execution already
  if (!underWay.includes(before.status)) return tellAgain(before, services);

  const endedAt = isoTime(now());
  // The jobs first, then the stages: a crash in between leaves the run to be settled by the event's next delivery.
  const left = await ledger.stages.list(pipeline, run);
  await stopJobs(before, left, services);
  const stages = await settleStages(before, left, { status, endedAt, error, cause }, services);
  const settled = await ledger.stages.list(pipeline, run);
  await releasePools(before, settled, services);
  const undone = await compensationOf(before, status, settled, services);
  const account = await accountSoFar(before, settled, services);
  const endedBy = services.operator ?? 'reconcile';
  const end = { status, endedAt, endedBy, stages, account, error, cause, ...undone };
  const record = await ledger.runs.end(pipeline, run, end, generation, 'untold');
  if (record) return tellFirst(record, settled, services);
  // `finish` was there first, or this itself, and the answer to its write was lost.
  const known = await ledger.runs.get(pipeline, run);
  return known !== undefined && (known.generation ?? 1) === generation && tellAgain(known, services);
};

/** The children first: what `tellEnd` writes last says that all is done. */
const tellFirst = async (record: RunRecord, stages: readonly StageRecord[], services: Services): Promise<true> => {
  await cancelChildren(record, stages, settleRun, services);
  await tellEnd(record, stages, services);
  await services.ledger.openRuns.close(record);
  return true;
};

/** Of a run that was ended before: whoever did, `finish` or this, may have died before it had told of it. */
export const tellAgain = async (record: RunRecord, services: Services): Promise<false> => {
  const { ledger } = services;
  if (!(await isTold(record, services)))
    await tellFirst(record, await ledger.stages.list(record.pipeline, record.run), services);
  return false;
};

/** Ends the stages that the execution left under way; an attempt that is still at work can no longer settle its stage. */
const settleStages = async (
  { pipeline, run, generation = 1 }: RunRecord,
  records: readonly StageRecord[],
  end: AbandonedEnd,
  services: Services,
): Promise<NonNullable<RunRecord['stages']>> => {
  const { ledger } = services;
  const counts: { [status in Status]?: number } = {};
  const completed = new Set<string>();
  for (const record of records) {
    const status = await settledAs(record);
    counts[status] = (counts[status] ?? 0) + 1;
    if (status === 'completed') completed.add(record.stage);
  }
  if (generation > 1) await openLettersAgain({ pipeline, run, generation }, completed, services);
  return counts;

  async function settledAs({ stage, status }: StageRecord): Promise<Status> {
    if (!underWay.includes(status)) return status;
    const settled = await ledger.stages.abandon({ pipeline, run, stage, generation }, end);
    return settled ? end.status : ((await ledger.stages.get({ pipeline, run, stage }))?.status ?? status);
  }
};
