// A run as it stands now, in the terms that progress is shown in. Reads the ledger; draws nothing.
import type { Ledger } from '../../ledger/index.ts';
import type { RunRecord, StageRecord, Status } from '../../records/index.ts';
import { cachedWords } from '../run-view.ts';

export interface StageState {
  readonly id: string;
  readonly status: Status;
  /** For a map: items with an outcome, of how many. */
  readonly items?: { readonly done: number; readonly total: number };
  readonly startedAt?: string;
  readonly endedAt?: string;
  /** Why it failed or was skipped, or where its result was made. */
  readonly why?: string;
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
): Promise<RunState | undefined> => {
  const run = await ledger.runs.get(pipeline, id);
  if (!run) return undefined;
  const undos = run.compensation ? await ledger.stages.listUndo(pipeline, id) : [];
  return runState(ledger, run, [...(await ledger.stages.list(pipeline, id)), ...undos], planned);
};

/** The state of a run whose stages have been read. */
export const runState = async (
  ledger: Ledger,
  run: RunRecord,
  list: readonly StageRecord[],
  planned: readonly string[],
): Promise<RunState> => {
  const records = new Map(list.map((record) => [record.stage, record]));
  // A run begun by another definition may have stages that this one does not plan.
  const ids = [...planned, ...[...records.keys()].filter((stage) => !planned.includes(stage))];
  const stages = await Promise.all(
    ids.map(async (stage): Promise<StageState> => {
      const record = records.get(stage);
      return record ? stateOf(record, await itemsOf(ledger, run, record)) : { id: stage, status: 'pending' };
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

/** While a map runs its batches hold the counts; its own record has them once it has ended. */
const itemsOf = async (
  ledger: Ledger,
  { pipeline, run }: RunRecord,
  { stage, status, items }: StageRecord,
): Promise<StageState['items']> => {
  if (!items) return undefined;
  if (status !== 'running') return { done: items.completed + items.failed, total: items.total };
  const batches = await ledger.stages.listBatches({ pipeline, run, stage }, false);
  // A batch that is claimed and not yet settled has no counts.
  const done = batches.reduce((sum, { completed = 0, failed = 0 }) => sum + completed + failed, 0);
  return { done, total: items.total };
};
