// What a further execution of a run makes of the branches of a choice, and of runs above that are under way themselves.
import { afterEach, expect, test } from '@jest/globals';
import * as z from 'zod';
import { definePipeline, defineStage, gt } from '../../lib/definition/index.ts';
import { belowOf } from '../../lib/ledger/index.ts';
import { type Bench, openBench } from './bench.ts';

let bench: Bench;
afterEach(() => bench.close());

const one = z.object({ n: z.number() });
const count = defineStage('count', { input: z.object({}), output: one });
const handle = defineStage('handle', { input: one, output: one });
const each = defineStage('each', { input: z.object({ item: z.number() }), output: one });
const list = defineStage('list', { input: one, output: z.object({ items: z.array(z.number()) }) });

const choosing = definePipeline('choosing', { input: z.looseObject({}) }, (flow) => {
  const { n } = flow.task(count, {});
  return flow.choose(
    gt(n, 0),
    () => ({
      n: flow.task(handle, { n }).n,
      all: flow.map(each, flow.task(list, { n }).items, (item) => ({ item })).count,
    }),
    () => ({ n: 0, all: 0 }),
    { id: 'any' },
  );
});

test('a branch that is not taken any more is passed over, whatever it gave before', async () => {
  let n = 2;
  bench = await openBench([choosing], {
    count: () => ({ n }),
    list: () => ({ items: [1, 2, 3] }),
    each: ({ item }: { readonly item: number }) => ({ n: item }),
  });
  const first = await bench.run('choosing');
  expect(first.run).toMatchObject({ status: 'completed', stages: { completed: 4 } });
  n = 0;
  const below = [...belowOf(new Set(['count']), Object.values(first.stages)).keys()];
  const again = await bench.resume(first.run, { again: ['count'], below, items: {} });
  expect(again.run).toMatchObject({ status: 'completed', stages: { completed: 1, skipped: 3 } });
  expect(again.execution).toBe('SUCCEEDED');
  expect(again.stages.each).toMatchObject({ status: 'skipped', reason: 'any took otherwise' });
});
