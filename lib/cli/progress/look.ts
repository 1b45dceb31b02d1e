// A run as it stands now, in the terms that progress is shown in. Reads the ledger; draws nothing.
import { type Ledger, tallyOf } from '../../ledger/index.ts';
import type { RunRecord, StageRecord, Status } from '../../records/index.ts';
import { cachedWords } from '../run-view.ts';
import type { MapRuns } from './map-runs.ts';

export interface StageState {
  readonly id: string;
  readonly status: Status;
  /** For a map: items with an outcome, of how many, where that is known. */
  readonly items?: ItemProgress;
  readonly startedAt?: string;
  readonly endedAt?: string;
  /** Why it failed or was skipped, or where its result was made. */
  readonly why?: string;
}

export interface ItemProgress {
  readonly done: number;
  /** At least so many of them failed. */
  readonly failed: number;
  readonly total?: number;
}

export interface RunState {
  readonly run: RunRecord;
  /** The planned stages in their order, those that have not begun as `pending`. */
  readonly stages: readonly StageState[];
}

/** Undefined when there is no such run. `planned` are the ids of the stages of its definition. */
export const lookAt = async (
  ledger: Ledger,
  { pipeline, run: id }: Pick<RunRecord, 'pipeline' | 'run'>,
  planned: readonly string[],
  mapRuns?: MapRuns,
): Promise<RunState | undefined> => {
  const run = await ledger.runs.get(pipeline, id);
  if (!run) return undefined;
  const undos = run.compensation ? await ledger.stages.listUndo(pipeline, id) : [];
  return runState(ledger, run, [...(await ledger.stages.list(pipeline, id)), ...undos], planned, mapRuns);
};

/** The state of a run whose stages have been read. */
export const runState = async (
  ledger: Ledger,
  run: RunRecord,
  list: readonly StageRecord[],
  planned: readonly string[],
  mapRuns?: MapRuns,
): Promise<RunState> => {
  const records = new Map(list.map((record) => [record.stage, record]));
  // A run begun by another definition may have stages that this one does not plan.
  const ids = [...planned, ...[...records.keys()].filter((stage) => !planned.includes(stage))];
  const stages = await Promise.all(
    ids.map(async (stage): Promise<StageState> => {
      const record = records.get(stage);
      return record
        ? stateOf(record, await itemsSoFar(ledger, run, record, mapRuns))
        : { id: stage, status: 'pending' };
    }),
  );
  return { run, stages };
};

const stateOf = (record: StageRecord, items: StageState['items']): StageState => {
  const why = record.cause ?? record.reason ?? cachedWords(record);
  return {
    id: record.stage,
    status: record.status,
    ...(items ? { items } : {}),
    ...(record.startedAt ? { startedAt: record.startedAt } : {}),
    ...(record.endedAt ? { endedAt: record.endedAt } : {}),
    ...(why ? { why } : {}),
  };
};

/** Pages of batches that one look reads: some ten thousand of them. */
const mostPages = 4;

/**
 * While a map runs its batches hold the counts; its own record has them once it has ended. Of a file nobody but the Map Run knows how
 * many rows there are, nor of very many batches how far they are without reading them all.
 */
export const itemsSoFar = async (
  ledger: Ledger,
  { pipeline, run, executionArn }: RunRecord,
  { stage, status, items, owner, spread }: StageRecord,
  mapRuns?: MapRuns,
): Promise<ItemProgress | undefined> => {
  if (items && status !== 'running')
    return { done: items.completed + items.failed, failed: items.failed, total: items.total };
  if (status !== 'running' || owner !== undefined) return undefined; // no map: those have no attempts of their own
  const at = { pipeline, run, stage, spread };
  const { completed, failed, isWhole } = await tallyOf(ledger.stages, at, { pages: mostPages });
  const isCounted = items === undefined || !isWhole;
  const counts = isCounted && executionArn !== undefined ? await mapRuns?.counts(executionArn, stage) : undefined;
  const done = isWhole ? completed + failed : Math.max(completed + failed, counts?.done ?? 0);
  const total = items?.total ?? counts?.total;
  if (done === 0 && total === undefined) return undefined;
  return { done, failed, ...(total === undefined ? {} : { total }) };
};
