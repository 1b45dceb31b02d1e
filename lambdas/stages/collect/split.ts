import { split } from '../../../lib/pipelines/customer-intelligence/collect/contracts.ts';
import { rejectionsIn, summariseSources } from '../../../lib/pipelines/customer-intelligence/reading/split-reviews.ts';
import { stageHandler } from '../../../lib/runtime/index.ts';

/** More than a reader of the report will go through; the dead letters hold all of them. */
const shownRejections = 50;

export const handler = stageHandler(split, async ({ input }) => {
  const rejected = rejectionsIn(input.rows, input.reviews);
  return {
    rows: input.rows.length,
    reviews: input.reviews.length,
    sources: summariseSources(input.reviews),
    rejected: rejected.slice(0, shownRejections),
    rejectedCount: rejected.length,
  };
});
