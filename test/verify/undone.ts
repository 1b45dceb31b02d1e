// A pipeline whose stages are undone when it fails: one after another, beside each other, in a branch, by a fallback.
import * as z from 'zod';
import { definePipeline, defineStage, type ExecutionType, gt } from '../../lib/definition/index.ts';

const order = z.object({ order: z.string() });
const done = z.object({ id: z.string(), n: z.int().min(1).max(9) });
const step = <const Name extends string>(name: Name) => defineStage(name, { input: order, output: done });
const undo = <const Name extends string>(name: Name) =>
  defineStage(name, { input: z.object({ input: order, output: done }), output: z.object({ note: z.string() }) });

const buyingAs = (name: string, type: ExecutionType) =>
  definePipeline(name, { input: order, type }, (flow) => {
    const { order } = flow.input;
    const reserved = flow.task(step('reserve'), { order }, { compensate: undo('release') });
    const charged = flow.task(
      step('charge'),
      { order },
      { after: [reserved], fallback: step('invoice'), compensate: undo('refund') },
    );
    flow.task(step('stamp'), { order }, { onFailure: { value: { id: 'none', n: 1 } }, compensate: undo('unstamp') });
    const shipped = flow.choose(
      gt(charged.n, 0),
      () => flow.task(step('ship'), { order: charged.id }, { compensate: undo('recall') }).id,
      () => '',
      { id: 'any' },
    );
    return flow.task(step('confirm'), { order: shipped }, { compensate: undo('withdraw') }).id;
  });

export const buying = buyingAs('buying', 'standard');
export const quickBuying = buyingAs('quickBuying', 'express');
