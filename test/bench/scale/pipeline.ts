// A map over the rows of a file, a thousand to a call, that does nothing with them: what is measured is all else.
import * as z from 'zod';
import { definePipeline, defineStage, fromS3 } from '../../../lib/definition/index.ts';

const row = z.object({ id: z.string(), text: z.string() });

export const nothing = defineStage('nothing', { input: row, output: z.object({ id: z.string() }), timeout: '1m' });

export const rows = definePipeline('rows', { input: z.object({ key: z.string() }) }, (flow) => {
  const file = fromS3({ bucket: 'inbox', key: flow.input.key, format: 'csv', row });
  const done = flow.map(nothing, file, ({ id, text }) => ({ id, text }), { batch: 1_000, concurrency: 40 });
  return { done: done.count, failed: done.failed };
});
