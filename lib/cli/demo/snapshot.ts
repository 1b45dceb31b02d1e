// A chain of runs as it stands now, in the terms that progress is shown in. Reads the ledger; draws nothing.
import type { Ledger } from '../../ledger/index.ts';
import type { RunRecord, StageRecord } from '../../records/index.ts';
import { type ChainRun, type Link, readChain } from './chain.ts';

export interface StageProgress {
  readonly id: string;
  readonly status: StageRecord['status'];
  /** For a map: items with an outcome, of how many. */
  readonly items?: { readonly done: number; readonly total: number };
  readonly cause?: string;
}

export interface PipelineProgress {
  readonly pipeline: string;
  readonly status: RunRecord['status'] | 'waiting';
  readonly stages: readonly StageProgress[];
  /** Milliseconds since the run started, or that it took. */
  readonly elapsedMs: number;
  /** What it waits for, while it waits. */
  readonly waitsFor: readonly string[];
}

export interface Snapshot {
  readonly chain: readonly ChainRun[];
  readonly pipelines: readonly PipelineProgress[];
}

const itemsOf = async (ledger: Ledger, run: RunRecord, stage: StageRecord): Promise<StageProgress['items']> => {
  if (!stage.items) return undefined;
  if (stage.status !== 'running') return { done: stage.items.completed + stage.items.failed, total: stage.items.total };
  const batches = await ledger.stages.listBatches({ pipeline: run.pipeline, run: run.run, stage: stage.stage }, false);
  const done = batches.reduce((sum, batch) => sum + (batch.completed ?? 0) + (batch.failed ?? 0), 0);
  return { done, total: stage.items.total };
};

const byStart = (a: StageRecord, b: StageRecord): number =>
  (a.startedAt ?? a.endedAt ?? '').localeCompare(b.startedAt ?? b.endedAt ?? '');

export const takeSnapshot = async (
  ledger: Ledger,
  links: readonly Link[],
  partition: string,
  identity: string,
  now: number,
): Promise<Snapshot> => {
  const chain = await readChain(ledger, links, partition, identity);
  const completed = new Set(chain.filter(({ run }) => run?.status === 'completed').map(({ pipeline }) => pipeline));
  const pipelines: PipelineProgress[] = [];
  for (const [index, { pipeline, run, stages }] of chain.entries()) {
    const waitsFor = (links[index]?.upstream ?? []).filter((name) => !completed.has(name));
    if (!run) {
      pipelines.push({ pipeline, status: 'waiting', stages: [], elapsedMs: 0, waitsFor });
      continue;
    }
    const progress: StageProgress[] = [];
    for (const stage of stages.toSorted(byStart)) {
      const items = await itemsOf(ledger, run, stage);
      progress.push({
        id: stage.stage,
        status: stage.status,
        ...(items ? { items } : {}),
        ...(stage.cause ? { cause: stage.cause } : {}),
      });
    }
    const end = run.endedAt ? Date.parse(run.endedAt) : now;
    pipelines.push({
      pipeline,
      status: run.status,
      stages: progress,
      elapsedMs: end - Date.parse(run.startedAt ?? run.createdAt),
      waitsFor: [],
    });
  }
  return { chain, pipelines };
};
