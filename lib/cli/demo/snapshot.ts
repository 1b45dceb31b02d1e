// A chain of runs as it stands now, in the terms that progress is shown in. Reads the ledger; draws nothing.
import type { Ledger } from '../../ledger/index.ts';
import type { StageRecord } from '../../records/index.ts';
import { type RunState, runState } from '../progress/index.ts';
import { type ChainRun, type Link, readChain } from './chain.ts';

export interface PipelineProgress {
  readonly pipeline: string;
  /** Undefined while it waits. */
  readonly state: RunState | undefined;
  /** What it waits for, while it waits. */
  readonly waitsFor: readonly string[];
}

export interface Snapshot {
  readonly chain: readonly ChainRun[];
  readonly pipelines: readonly PipelineProgress[];
}

const byStart = (a: StageRecord, b: StageRecord): number =>
  (a.startedAt ?? a.endedAt ?? '').localeCompare(b.startedAt ?? b.endedAt ?? '');

export const takeSnapshot = async (
  ledger: Ledger,
  links: readonly Link[],
  partition: string,
  identity: string,
): Promise<Snapshot> => {
  const chain = await readChain(ledger, links, partition, identity);
  const completed = new Set(chain.filter(({ run }) => run?.status === 'completed').map(({ pipeline }) => pipeline));
  const pipelines: PipelineProgress[] = [];
  for (const [index, { pipeline, run, stages }] of chain.entries()) {
    const upstream = links[index]?.upstream ?? [];
    const begun = stages.toSorted(byStart);
    const state =
      run &&
      (await runState(
        ledger,
        run,
        begun,
        begun.map(({ stage }) => stage),
      ));
    pipelines.push({ pipeline, state, waitsFor: state ? [] : upstream.filter((name) => !completed.has(name)) });
  }
  return { chain, pipelines };
};
