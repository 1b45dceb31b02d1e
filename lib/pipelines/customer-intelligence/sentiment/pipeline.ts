import * as z from 'zod';
import { definePipeline, gt } from '../../../definition/index.ts';
import { collect } from '../collect/pipeline.ts';
import { sourceDays } from '../partitions.ts';
import { carefulModel, rescore, route, scoreReview, summarise } from './contracts.ts';

/** Scores every review. The careful model reads only what the cheap one is unsure of. */
export const sentiment = definePipeline(
  'sentiment',
  {
    description: 'Scores every review; a more careful model reads those that the cheap one is unsure of.',
    input: z.object({}),
    partitions: sourceDays,
    upstream: { collect },
  },
  (flow) => {
    const { reviews } = flow.upstream.collect;
    // A review that a model cannot read is a dead letter, to be replayed; above a tenth, what is left would mislead.
    const bears = { percent: 10 };
    const first = flow.map(scoreReview, reviews, (review) => review, { batch: 250, tolerate: bears });
    const routed = flow.task(route, { reviews, scores: first.outputs });
    const second = flow.choose(
      gt(routed.unsureCount, 0),
      () => ({
        scores: flow.map(rescore, routed.unsure, (review) => review, {
          batch: 100,
          tolerate: bears,
          pool: carefulModel,
        }).outputs,
      }),
      () => ({ scores: [] }),
      { id: 'anyUnsure' },
    );
    const summary = flow.task(summarise, { reviews, first: first.outputs, second: second.scores });
    return {
      run: flow.run.id,
      scored: summary.scored,
      models: summary.models,
      mean: summary.mean,
      quality: summary.quality,
    };
  },
);
