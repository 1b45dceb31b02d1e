// Two small pipelines for tests of commands.
import * as z from 'zod';
import { definePipeline, defineStage, schedule } from '../../lib/definition/index.ts';

const list = defineStage('list', {
  input: z.object({ day: z.string() }),
  output: z.object({ files: z.array(z.object({ key: z.string() })) }),
});
const clean = defineStage('clean', { input: z.object({ key: z.string() }), output: z.object({ rows: z.number() }) });
const publish = defineStage('publish', {
  input: z.object({ count: z.number() }),
  output: z.object({ url: z.string() }),
});

export const orders = definePipeline(
  'orders',
  {
    input: z.object({ day: z.string() }),
    triggers: [schedule('cron(0 3 * * ? *)', { input: { day: 'today' } })],
  },
  (flow) => {
    const { files } = flow.task(list, { day: flow.input.day });
    const cleaned = flow.map(clean, files, (file) => ({ key: file.key }));
    return { cleaned: cleaned.count };
  },
);

export const report = definePipeline('report', { input: z.object({}), upstream: { orders } }, (flow) =>
  flow.task(publish, { count: flow.upstream.orders.cleaned }),
);
