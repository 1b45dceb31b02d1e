import * as z from 'zod';
import { definePipeline } from '../../../definition/index.ts';
import { collect } from '../collect/pipeline.ts';
import { sourceDays } from '../partitions.ts';
import { sentiment } from '../sentiment/pipeline.ts';
import { trends } from '../trends/pipeline.ts';
import { compose, html, markdown, publish } from './contracts.ts';

/** Puts together what is said and how it is felt: one report for one drop, as Markdown and as a page that stands alone. */
export const report = definePipeline(
  'report',
  {
    description: 'Writes the report of a drop, as Markdown and as a page that stands alone.',
    input: z.object({}),
    partitions: sourceDays,
    upstream: { collect, sentiment, trends },
  },
  (flow) => {
    const { collect: drop, sentiment: scoring, trends: trending } = flow.upstream;
    const model = flow.task(compose, {
      collect: {
        run: drop.run,
        file: drop.file,
        notes: drop.notes,
        rows: drop.rows,
        sources: drop.sources,
        rejected: drop.rejected,
        rejectedCount: drop.rejectedCount,
      },
      sentiment: scoring,
      trends: trending,
    });
    const text = flow.task(markdown, model);
    const page = flow.task(html, model);
    const index = flow.task(publish, { title: model.title, headline: model.headline, markdown: text, html: page });
    return { headline: index.headline, quality: scoring.quality, artifacts: index.artifacts, index: index.index };
  },
);
