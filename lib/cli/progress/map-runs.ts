// How far the maps of a run are that run in executions of their own: Step Functions counts their items.
import { type Aws, AwsCallError } from '../../support/aws-call.ts';

export interface MapRunCounts {
  /** Items of the batches that ended, well or not. */
  readonly done: number;
  readonly total: number;
}

export interface MapRuns {
  /** Of the stage's Map Run in an execution; undefined where it has none under its own name, or it may not be looked at. */
  counts(executionArn: string, stage: string): Promise<MapRunCounts | undefined>;
}

type Listed = readonly { readonly mapRunArn: string }[];
type Counts = { readonly [status in 'succeeded' | 'failed' | 'timedOut' | 'aborted' | 'total']: number };

/** `…:mapRun:<machine>/<label>:<id>` */
const labelOf = (arn: string): string | undefined => /\/([^/:]+):[^:]+$/.exec(arn)?.[1];

export const openMapRuns = (aws: Aws): MapRuns => {
  const known = new Map<string, string>();
  let isDenied = false;

  const arnOf = async (executionArn: string, stage: string): Promise<string | undefined> => {
    const key = `${executionArn} ${stage}`;
    if (!known.has(key)) {
      const { mapRuns } = await aws.call('states', 'ListMapRuns', { executionArn });
      // The newest first: of those with one name it is the one that counts.
      const found = (mapRuns as Listed).find(({ mapRunArn }) => labelOf(mapRunArn) === stage);
      if (found) known.set(key, found.mapRunArn);
    }
    return known.get(key);
  };

  return {
    counts: async (executionArn, stage) => {
      if (isDenied) return undefined;
      try {
        const mapRunArn = await arnOf(executionArn, stage);
        if (mapRunArn === undefined) return undefined;
        const { itemCounts } = await aws.call('states', 'DescribeMapRun', { mapRunArn });
        const { succeeded, failed, timedOut, aborted, total } = itemCounts as Counts;
        return { done: succeeded + failed + timedOut + aborted, total };
      } catch (error) {
        if (!(error instanceof AwsCallError)) throw error;
        // Who may read the ledger need not have rights on Step Functions; and an execution may be gone.
        isDenied = error.code === 'AccessDeniedException';
        return undefined;
      }
    },
  };
};
