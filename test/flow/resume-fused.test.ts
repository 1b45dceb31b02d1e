// A map that works on the batches of another as they come has begun when that one fails: a resume takes up where it was.
import { afterEach, expect, test } from '@jest/globals';
import * as z from 'zod';
import { definePipeline, defineStage } from '../../lib/definition/index.ts';
import { orderOf, planRedo } from '../../lib/ledger/index.ts';
import { PermanentError } from '../../lib/runtime/index.ts';
import { type Bench, openBench } from './bench.ts';

let bench: Bench;
afterEach(() => bench.close());

const one = z.object({ n: z.number() });
const double = defineStage('double', { input: one, output: one, retry: { attempts: 1 } });
const square = defineStage('square', { input: one, output: one, retry: { attempts: 1 } });
const sum = defineStage('sum', { input: z.object({ all: z.array(one).readonly() }), output: one });

const pipeline = definePipeline('maps', { input: z.object({ list: z.array(z.number()) }) }, (flow) => {
  const doubled = flow.map(double, flow.input.list, (n) => ({ n }), { batch: 2 });
  const squared = flow.map(square, doubled.outputs, ({ n }) => ({ n }), { batch: 2 });
  return flow.task(sum, { all: squared.outputs });
});

test.each([
  ['the first map failed', [2, 5], [], [16, 100]],
  ['both did', [2, 5], [0, 12], [0, 16, 100, 144]],
])('%s: what either lacks is done, once, and nothing else', async (_, doubles, squares, redone) => {
  let failing = { double: new Set(doubles), square: new Set(squares) };
  const squared: number[] = [];
  bench = await openBench([pipeline], {
    double: ({ n }: { readonly n: number }) => {
      if (failing.double.has(n)) throw new PermanentError('not now');
      return { n: 2 * n };
    },
    square: ({ n }: { readonly n: number }) => {
      if (failing.square.has(n)) throw new PermanentError('nor this');
      squared.push(n * n);
      return { n: n * n };
    },
    sum: ({ all }: { readonly all: readonly { readonly n: number }[] }) => ({
      n: all.reduce((total, { n }) => total + n, 0),
    }),
  });
  const first = await bench.run('maps', { list: [0, 1, 2, 3, 4, 5, 6, 7] });
  expect(first.run.status).toBe('failed');
  expect(first.stages.square).toMatchObject({ status: 'skipped' });
  failing = { double: new Set(), square: new Set() };
  squared.length = 0;
  const plan = planRedo({
    records: Object.values(first.stages),
    stages: ['double', 'square', 'sum'],
    deployed: new Map(),
    lost: new Set(),
    redefined: false,
    from: undefined,
  });
  const mended = await bench.resume(first.run, orderOf(plan));
  expect([mended.run.status, await mended.output('sum')]).toEqual(['completed', { n: 4 * 140 }]);
  expect(squared.toSorted((a, b) => a - b)).toEqual(redone);
  const letters = await bench.local.ledger.deadLetters.list('maps', mended.run.run);
  expect(letters.map(({ state }) => state)).toEqual(letters.map(() => 'replayed'));
});

const pairs = definePipeline('pairs', { input: z.object({ list: z.array(z.number()) }) }, (flow) => {
  const doubled = flow.map(double, flow.input.list, (n) => ({ n }));
  return flow.task(sum, { all: doubled.outputs });
});

test('of a map of a thousand the ten that failed, and what depends on them', async () => {
  const failing = new Set(Array.from({ length: 10 }, (_, n) => n * 100 + 7));
  const bad = [...failing];
  const done: (number | string)[] = [];
  bench = await openBench([pairs], {
    double: ({ n }: { readonly n: number }) => {
      if (failing.has(n)) throw new PermanentError('not now');
      done.push(n);
      return { n: 2 * n };
    },
    sum: ({ all }: { readonly all: readonly { readonly n: number }[] }) => {
      done.push('sum');
      return { n: all.reduce((total, { n }) => total + n, 0) };
    },
  });
  const first = await bench.run('pairs', { list: Array.from({ length: 1_000 }, (_, n) => n) });
  expect([first.run.status, first.run.deadLetters, done.length]).toEqual(['failed', 10, 990]);
  failing.clear();
  done.length = 0;
  const mended = await bench.resume(first.run, { again: [], below: [], items: { double: 'failed' } });
  expect([mended.run.status, await mended.output('sum')]).toEqual(['completed', { n: 999_000 }]);
  expect(done.toSorted()).toEqual([...bad, 'sum'].toSorted());
});
