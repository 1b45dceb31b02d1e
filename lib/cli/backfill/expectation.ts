// How long a backfill may take, and what it may cost: from what earlier runs took, else from the estimate of the definition.
import { estimate } from '../../asl/index.ts';
import type { Pipeline } from '../../definition/index.ts';
import { graphOf } from '../../graph/index.ts';
import type { BackfillPlan, Prices } from '../../records/index.ts';
import { elapsedMs } from '../run-view.ts';
import type { Target } from '../target.ts';

/** Of one run of a pipeline. Undefined where nothing is known. */
export interface Expected {
  readonly ms: number | undefined;
  readonly from: 'earlier runs' | 'estimate' | undefined;
  /** In AWS. */
  readonly dollars: number | undefined;
}

/** Completed runs whose median is taken. */
const recorded = 20;

export const expectationOf = async (
  { ledger }: Target,
  pipeline: string,
  definition: Pipeline | undefined,
  prices: Prices,
): Promise<Expected> => {
  const runs = await ledger.runs.latest(pipeline, 2 * recorded);
  const took = runs
    .filter(({ status, startedAt }) => status === 'completed' && startedAt !== undefined)
    .slice(0, recorded)
    .map((run) => elapsedMs(run, 0))
    .sort((a, b) => a - b);
  const median = took[Math.floor(took.length / 2)];
  const estimated = definition && estimate(graphOf(definition), { prices });
  const dollars = estimated && estimated.happy.dollars / 1_000;
  if (median !== undefined) return { ms: median, from: 'earlier runs', dollars };
  if (estimated) return { ms: estimated.usualSeconds * 1_000, from: 'estimate', dollars };
  return { ms: undefined, from: undefined, dollars: undefined };
};

/** At most so many at once, each after what it needs: as long as the work, or the longest chain of it. */
export const durationOf = (
  plan: BackfillPlan,
  concurrency: number,
  expected: ReadonlyMap<string, Expected>,
): number | undefined => {
  let work = 0;
  const ends: number[] = [];
  for (const { pipeline, after } of plan) {
    const ms = expected.get(pipeline)?.ms;
    if (ms === undefined) return undefined;
    work += ms;
    ends.push(ms + Math.max(0, ...after.map((needed) => ends[needed] ?? 0)));
  }
  return Math.max(
    work / concurrency,
    ends.reduce((longest, end) => Math.max(longest, end), 0),
  );
};
