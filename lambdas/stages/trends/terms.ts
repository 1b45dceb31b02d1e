import { countTerms } from '../../../lib/pipelines/customer-intelligence/terms/count-terms.ts';
import { terms } from '../../../lib/pipelines/customer-intelligence/trends/contracts.ts';
import { stageHandler } from '../../../lib/runtime/index.ts';

export const handler = stageHandler(terms, async ({ input, log }) => {
  const counted = countTerms(input.reviews);
  log.info('counted terms', { reviews: input.reviews.length, terms: counted.length });
  return { terms: counted };
});
