// What the rules refuse of `flow.each`: each definition with its messages in full.
import type { EachFlow, Pipeline, Ref } from '../../lib/definition/index.ts';
import { clean, list, orders, publish, untyped } from './definitions.ts';

export const brokenEaches: Record<string, [Pipeline, ...string[]]> = {
  'a stage used twice for each item': [
    orders((flow) =>
      flow.each(flow.task(list, flow.input).files, (file: Ref<{ key: string }>, each: EachFlow) => {
        each.task(clean, { key: file.key });
        return each.task(clean, { key: file.key });
      }),
    ),
    "HDL102 orders.clean: two stages are called clean. Fix: give this use its own name: each.task(clean, …, { id: 'clean2' }).",
  ],
  'two stages for each item of a number, none at once': [
    orders((flow) =>
      flow.each(
        untyped(flow.task(list, flow.input)).total,
        (_: unknown, each: EachFlow) => {
          const { rows } = each.task(clean, { key: 'k' });
          return each.task(publish, { rows });
        },
        { concurrency: 0 },
      ),
    ),
    'HDL207 orders.clean: maps over list.total, which is a number, not a list. Fix: map over list.files.',
    'HDL208 orders.clean: concurrency is 0, but a map runs 1 to 10,000 batches at once. Fix: set it from 1 to 10,000.',
  ],
  'what a stage gave for an item, read outside': [
    orders((flow) => {
      const { files } = flow.task(list, flow.input);
      const kept: Ref<{ rows: number }>[] = [];
      flow.each(files, (each: Ref<{ key: string }>, one: EachFlow) => {
        const cleaned = one.task(clean, { key: each.key });
        kept.push(cleaned);
        return cleaned;
      });
      flow.map(publish, files, () => ({ rows: kept[0]?.rows ?? 0 }));
    }),
    'HDL211 orders.publish: reads clean.rows outside the flow.each that it is said in. Fix: call each.task for what is done with each item, and read the outputs of what flow.each gives for all of them.',
  ],
};
