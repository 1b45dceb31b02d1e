// A run as a person looks at it: its record with its stages and what it would cost, read together.
import { type RunRecord, type StageRecord, type Status, statuses } from '../records/index.ts';
import { type RunCosts, runCosts } from './run-cost.ts';
import type { Target } from './target.ts';

export interface RunView {
  readonly run: RunRecord;
  /** In the order in which they began. */
  readonly stages: readonly StageRecord[];
  /** The undoings of stages, where the run was compensated. */
  readonly undos?: readonly StageRecord[];
  /** Dollars in AWS; undefined while it runs, and of one that ended before there were accounts. */
  readonly cost: number | undefined;
}

/** Why a run was not started, or not yet: `skipped: run a is under way`. Undefined for any other. */
export const notBegun = ({ status, cause, waits }: RunRecord): string | undefined => {
  const why = status === 'skipped' ? cause : status === 'pending' ? waits : undefined;
  return why === undefined ? undefined : `${status}: ${why}`;
};

export const viewRun = async (
  target: Pick<Target, 'ledger' | 'pipeline'>,
  run: RunRecord,
  costs: RunCosts = runCosts(target),
): Promise<RunView> => {
  const { stages: records } = target.ledger;
  const stages = await records.list(run.pipeline, run.run);
  const undos = run.compensation || (run.generation ?? 1) > 1 ? await records.listUndo(run.pipeline, run.run) : [];
  const order = (stage: StageRecord): string => stage.startedAt ?? stage.endedAt ?? '';
  return {
    run,
    stages: stages.toSorted((a, b) => order(a).localeCompare(order(b))),
    ...(undos.length > 0 ? { undos: undos.toSorted((a, b) => order(a).localeCompare(order(b))) } : {}),
    cost: await costs(run),
  };
};

/** Stages by status: what `finish` counted, or what is recorded so far. */
export const stageCounts = ({ run, stages }: RunView): { readonly [status in Status]?: number } => {
  if (run.stages) return run.stages;
  const counts: { [status in Status]?: number } = {};
  for (const { status } of stages) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
};

/** `4 completed, 1 failed`, or a dash. */
export const countsText = (counts: { readonly [status in Status]?: number }): string =>
  statuses.flatMap((status) => (counts[status] ? [`${counts[status]} ${status}`] : [])).join(', ') || '–';

/** Items of all maps. */
export const itemTotal = ({ stages }: RunView): number =>
  stages.reduce((sum, { items }) => sum + (items?.total ?? 0), 0);

/** Milliseconds that a run took, or has taken so far. */
export const elapsedMs = ({ startedAt, createdAt, endedAt }: RunRecord, now: number): number =>
  (endedAt === undefined ? now : Date.parse(endedAt)) - Date.parse(startedAt ?? createdAt);

/** Milliseconds that a stage took; undefined when it did not run, or still does. */
export const stageMs = ({ durationMs, startedAt, endedAt, status }: StageRecord): number | undefined => {
  if (durationMs !== undefined) return durationMs;
  if (status === 'skipped' || startedAt === undefined || endedAt === undefined) return undefined;
  return Date.parse(endedAt) - Date.parse(startedAt);
};

/** What a stage took over from earlier runs; undefined for nothing. */
export const cachedWords = ({ stage, cachedFrom, items }: StageRecord): string | undefined => {
  if (cachedFrom)
    return `cached from ${cachedFrom.run}${cachedFrom.stage === stage ? '' : `, stage ${cachedFrom.stage}`}`;
  return items?.cached ? `${items.cached.toLocaleString('en-US')} items cached` : undefined;
};

/** A run as `--json` gives it. */
export const runJson = (view: RunView, now: number): object => {
  const { run, cost } = view;
  return {
    pipeline: run.pipeline,
    run: run.run,
    partition: run.partition,
    status: run.status,
    stages: stageCounts(view),
    items: itemTotal(view),
    deadLetters: run.deadLetters ?? 0,
    createdAt: run.createdAt,
    startedAt: run.startedAt,
    endedAt: run.endedAt,
    durationMs: elapsedMs(run, now),
    trigger: run.trigger,
    estimatedDollars: cost,
    definitionHash: run.definitionHash,
    error: run.error,
    cause: run.cause,
    compensation: run.compensation,
  };
};
