import { meanScore, mergeScores } from '../../../lib/pipelines/customer-intelligence/model/merge-scores.ts';
import { qualityOf } from '../../../lib/pipelines/customer-intelligence/model/quality.ts';
import { summarise } from '../../../lib/pipelines/customer-intelligence/sentiment/contracts.ts';
import { stageHandler } from '../../../lib/runtime/index.ts';

export const handler = stageHandler(summarise, async ({ input, log }) => {
  const scored = mergeScores(input.reviews, input.first, input.second);
  const quality = qualityOf(scored, input.first);
  log.info('summarised', { reviews: scored.length, ...(quality && { accuracy: quality.all.accuracy }) });
  const careful = scored.filter(({ model }) => model === 'careful').length;
  return {
    scored,
    models: { lexicon: scored.length - careful, careful },
    mean: meanScore(scored),
    quality,
  };
});
