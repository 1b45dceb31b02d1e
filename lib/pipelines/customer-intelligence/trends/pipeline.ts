import * as z from 'zod';
import { definePipeline } from '../../../definition/index.ts';
import { sourceDays } from '../partitions.ts';
import { sentiment } from '../sentiment/pipeline.ts';
import { daily, movers, terms } from './contracts.ts';

/** Sentiment by day and source, and the words behind it. `daily` and `terms` run side by side. */
export const trends = definePipeline(
  'trends',
  {
    description: 'Sentiment by day and source, the terms behind it, and what rose and fell.',
    input: z.object({}),
    partitions: sourceDays,
    upstream: { sentiment },
  },
  (flow) => {
    const { scored } = flow.upstream.sentiment;
    const byDay = flow.task(daily, { scored });
    const spoken = flow.task(terms, { scored });
    const moved = flow.task(movers, { days: byDay.days, terms: spoken.terms });
    return {
      run: flow.run.id,
      days: byDay.days,
      from: byDay.from,
      to: byDay.to,
      ranking: spoken.ranking,
      middle: moved.middle,
      risers: moved.risers,
      fallers: moved.fallers,
    };
  },
);
