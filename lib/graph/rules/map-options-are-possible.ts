import type { Diagnostic, MapNode } from '../../definition/index.ts';
import type { Rule } from './rule.ts';
import { isWhole } from './wording.ts';

/**
 * HDL208: options of `flow.map` outside what Step Functions and the batching can do: concurrency 1 to 10,000 (a Distributed Map's limit),
 * batch 1 to 10,000, tolerate.percent 0 to 100, tolerate.count and expect.items 0 or more; whole numbers but for the
 * percentage. Fix: choose a value in the range.
 */
export const mapOptionsArePossible: Rule = ({ graph: { pipeline, stages } }) =>
  stages.flatMap(({ id, node }) =>
    node.kind === 'map' && (node.each ?? id) === id // of a flow.each once
      ? problemsOf(node).map(
          ({ message, fix }): Diagnostic => ({
            code: 'HDL208',
            severity: 'error',
            at: `${pipeline.name}.${id}`,
            message,
            fix,
          }),
        )
      : [],
  );

const problemsOf = ({ concurrency, batch, tolerate, expect: { items } }: MapNode) => [
  ...(isWhole(concurrency, 1, 10_000)
    ? []
    : [
        {
          message: `concurrency is ${concurrency}, but a map runs 1 to 10,000 batches at once`,
          fix: 'set it from 1 to 10,000',
        },
      ]),
  ...(isWhole(batch, 1, 10_000)
    ? []
    : [{ message: `batch is ${batch}, but one call gets 1 to 10,000 items`, fix: 'set it from 1 to 10,000' }]),
  ...(tolerate.count === undefined || isWhole(tolerate.count, 0, Number.MAX_SAFE_INTEGER)
    ? []
    : [{ message: `tolerate.count is ${tolerate.count}, which is no number of items`, fix: 'set it to 0 or more' }]),
  ...(tolerate.percent === undefined || (tolerate.percent >= 0 && tolerate.percent <= 100)
    ? []
    : [{ message: `tolerate.percent is ${tolerate.percent}, which is no percentage`, fix: 'set it from 0 to 100' }]),
  ...(items === undefined || isWhole(items, 0, Number.MAX_SAFE_INTEGER)
    ? []
    : [{ message: `expect.items is ${items}, which is no number of items`, fix: 'set it to 0 or more' }]),
];
