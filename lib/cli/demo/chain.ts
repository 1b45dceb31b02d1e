// The runs that one dropped object led to: of the pipeline it started, and of those downstream for the same partition.
import type { Ledger } from '../../ledger/index.ts';
import { executionName, type RunRecord, type StageRecord } from '../../records/index.ts';

/** A pipeline of the chain and the names of those it waits for. The first one has none. */
export interface Link {
  readonly name: string;
  readonly upstream: readonly string[];
}

export interface ChainRun {
  readonly pipeline: string;
  readonly upstream: readonly string[];
  /** Undefined until it is dispatched. */
  readonly run: RunRecord | undefined;
  readonly stages: readonly StageRecord[];
}

/**
 * The chain as it stands, in the order of the links. `identity` is the object's, as dispatch records it. A run belongs to the
 * chain when each of its upstream runs does, as it stands now, so runs of the partition from earlier content, or from what a
 * run gave before it was resumed, are left out.
 */
export const readChain = async (
  ledger: Ledger,
  links: readonly Link[],
  partition: string,
  identity: string,
): Promise<readonly ChainRun[]> => {
  const chain = new Map<string, RunRecord>();
  const runs: ChainRun[] = [];
  for (const { name, upstream } of links) {
    const newest = await ledger.runs.partition(name, partition);
    const record = newest ? await ledger.runs.get(name, newest.run) : undefined;
    const belongs =
      record !== undefined &&
      (upstream.length === 0
        ? record.trigger.identity === identity
        : Object.values(record.upstream).every((above) => isFrom(record, chain.get(above.pipeline), above.run)));
    if (record && belongs) chain.set(name, record);
    const run = belongs ? record : undefined;
    runs.push({ pipeline: name, upstream, run, stages: run ? await ledger.stages.list(name, run.run) : [] });
  }
  return runs;
};

/** An upstream start is known by the executions that it follows from; a person's is from the run, whichever execution. */
const isFrom = ({ trigger }: RunRecord, above: RunRecord | undefined, run: string): boolean =>
  above?.run === run &&
  (trigger.kind !== 'upstream' || trigger.identity.split(' ').includes(executionName(run, above.generation ?? 1)));

const ended = (run: RunRecord | undefined): boolean =>
  run?.status === 'completed' || run?.status === 'failed' || run?.status === 'cancelled';

/** True when nothing more will happen: every run has ended, or waits in vain for one that did not complete. */
export const isOver = (runs: readonly ChainRun[]): boolean => {
  const broken = new Set<string>();
  for (const { pipeline, upstream, run } of runs) {
    const inVain = run === undefined && upstream.some((name) => broken.has(name));
    if (!ended(run) && !inVain) return false;
    if (run?.status !== 'completed') broken.add(pipeline);
  }
  return true;
};
