import { meanScore } from '../../../lib/pipelines/customer-intelligence/model/merge-scores.ts';
import { countTerms, rankTerms } from '../../../lib/pipelines/customer-intelligence/terms/count-terms.ts';
import { terms } from '../../../lib/pipelines/customer-intelligence/trends/contracts.ts';
import { stageHandler } from '../../../lib/runtime/index.ts';

/** Terms in each list of the ranking. */
const shown = 12;

export const handler = stageHandler(terms, async ({ input, log }) => {
  const counted = countTerms(input.scored);
  log.info('counted terms', { reviews: input.scored.length, terms: counted.length });
  return { terms: counted, ranking: rankTerms(counted, meanScore(input.scored), shown) };
});
