import * as z from 'zod';
import { definePipeline } from '../../../definition/index.ts';
import { collect } from '../collect/pipeline.ts';
import { sourceDays } from '../partitions.ts';
import { daily, movers, terms } from './contracts.ts';

/** Reviews by day and source, and the words in them. `daily` and `terms` run side by side, all of it beside `sentiment`. */
export const trends = definePipeline(
  'trends',
  {
    description: 'Counts reviews by day and source, the terms that they use, and what rose and fell.',
    input: z.object({}),
    partitions: sourceDays,
    upstream: { collect },
  },
  (flow) => {
    const { reviews } = flow.upstream.collect;
    const byDay = flow.task(daily, { reviews });
    const spoken = flow.task(terms, { reviews });
    const moved = flow.task(movers, { days: byDay.days, terms: spoken.terms });
    return {
      run: flow.run.id,
      days: byDay.days,
      from: byDay.from,
      to: byDay.to,
      terms: spoken.terms,
      middle: moved.middle,
      risers: moved.risers,
      fallers: moved.fallers,
    };
  },
);
