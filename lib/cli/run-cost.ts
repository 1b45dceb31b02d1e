// What a run cost in AWS, or would have cost there: from its account, and from what its definition says of all runs.
import { billOf, type PipelineManifest, type Prices, prices, type RunRecord, sumBills } from '../records/index.ts';
import type { Target } from './target.ts';

/** Dollars of a run; undefined while it is under way, and of one that ended before there were accounts. */
export type RunCosts = (run: RunRecord) => Promise<number | undefined>;

/** Reads the manifest of each pipeline once. */
export const runCosts = (target: Pick<Target, 'pipeline'>, by: Prices = prices): RunCosts => {
  const manifests = new Map<string, Promise<PipelineManifest>>();
  return async ({ pipeline, account, generation = 1 }) => {
    if (!account) return undefined;
    const reading = manifests.get(pipeline) ?? target.pipeline(pipeline);
    manifests.set(pipeline, reading);
    const { overhead = {} } = await reading;
    const { total } = sumBills(
      [...Object.values(account.stages), ...(account.others ? [account.others] : [])].map(({ spent }) =>
        billOf(spent, by),
      ),
    );
    return total + generation * billOf({ usage: overhead }, by).total;
  };
};
