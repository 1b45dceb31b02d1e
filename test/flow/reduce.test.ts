// A reduce whose calls fail, or die: a resume or a replay does what failed of the tree, and nothing else of it again.
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import * as z from 'zod';
import { definePipeline, defineStage } from '../../lib/definition/index.ts';
import { belowOf, orderOf, planRedo } from '../../lib/ledger/index.ts';
import { replay } from '../../lib/operators/index.ts';
import { PermanentError } from '../../lib/runtime/index.ts';
import { type Bench, type EndedRun, openBench } from './bench.ts';

const one = z.object({ n: z.number() });
const sum = z.object({ sum: z.number() });
const square = defineStage('square', { input: one, output: one, retry: { attempts: 1 } });
const total = defineStage('total', { input: z.object({ parts: z.array(sum) }), output: sum, retry: { attempts: 2 } });

const pipeline = definePipeline('reduced', { input: z.object({ list: z.array(z.number()) }) }, (flow) => {
  const squared = flow.map(square, flow.input.list, (n) => ({ n }), { batch: 1, tolerate: { count: 1 } });
  return flow.reduce(total, squared, ({ n }) => ({ sum: n }), { empty: { sum: 0 } });
});
/** In batches of one, folded in three portions: 1 + 4 + 9, 16 + 25 + 36, 49 + 64 + 81; in all 285. */
const list = [1, 2, 3, 4, 5, 6, 7, 8, 9];
const portions = [14, 77, 194];

let bench: Bench;
afterEach(() => bench.close());

const failing = new Set<string>();
let folded: number[] = [];
let squared: number[] = [];
beforeEach(async () => {
  failing.clear();
  folded = [];
  squared = [];
  bench = await openBench([pipeline], {
    square: ({ n }: { readonly n: number }) => {
      if (failing.has(`square ${n}`)) throw new PermanentError('not now');
      squared.push(n);
      return { n: n * n };
    },
    total: ({ parts }: { readonly parts: readonly { readonly sum: number }[] }) => {
      const made = parts.reduce((before, part) => before + part.sum, 0);
      if (failing.has(`total ${made}`)) throw new PermanentError('not this');
      if (failing.delete(`total ${made} once`)) throw new Error('died');
      folded.push(made);
      return { sum: made };
    },
  });
});

const inOrder = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b);
const again = ({ run, stages }: EndedRun) => {
  const facts = { deployed: new Map(), lost: new Set<string>(), redefined: false, from: undefined };
  const order = orderOf(planRedo({ ...facts, records: Object.values(stages), stages: Object.keys(stages) }));
  folded = [];
  squared = [];
  failing.clear();
  return bench.resume(run, order);
};

test.each([
  [[], 0],
  [[3], 9],
  [[3, 4], 25],
  [[3, 4, 5], 50],
  [list, 285],
])('what each batch of %j gave is folded once', async (given, made) => {
  const ran = await bench.run('reduced', { list: given });
  expect([ran.run.status, await ran.output('total')]).toEqual(['completed', { sum: made }]);
});

test('a portion that failed is done again by a resume, then the last call; the other portions stay', async () => {
  failing.add('total 77');
  const first = await bench.run('reduced', { list });
  expect(first.run.status).toBe('failed');
  expect(first.stages).toMatchObject({
    square: { status: 'completed' },
    totalPortions: { status: 'failed', items: { completed: 2, failed: 1 } },
    total: { status: 'skipped' },
  });
  const mended = await again(first);
  expect([mended.run.status, await mended.output('total')]).toEqual(['completed', { sum: 285 }]);
  expect([squared, inOrder(folded)]).toEqual([[], [77, 285]]);
});

test('…and by a replay of its dead letter', async () => {
  failing.add('total 194');
  const first = await bench.run('reduced', { list });
  const letters = await bench.local.ledger.deadLetters.list('reduced', first.run.run);
  expect(letters).toMatchObject([{ stage: 'totalPortions', item: 2, cause: 'not this' }]);
  folded = [];
  failing.clear();
  const body = JSON.stringify({ pipeline: 'reduced', run: first.run.run, stage: 'totalPortions', item: 2 });
  expect(await replay([{ messageId: 'm', body }], bench.services)).toMatchObject([{ kept: false }]);
  const mended = await bench.look('reduced', `${first.run.run}_2`);
  expect([mended.run.status, await mended.output('total')]).toEqual(['completed', { sum: 285 }]);
  expect(inOrder(folded)).toEqual([194, 285]);
});

test('where only the last call failed, no portion is folded again', async () => {
  failing.add('total 285');
  const first = await bench.run('reduced', { list });
  expect(first.stages).toMatchObject({ totalPortions: { status: 'completed' }, total: { status: 'failed' } });
  const mended = await again(first);
  expect([mended.run.status, await mended.output('total')]).toEqual(['completed', { sum: 285 }]);
  expect(folded).toEqual([285]);
});

test('a call that dies is tried again, with what it has to fold and nothing else', async () => {
  failing.add('total 77 once');
  const ran = await bench.run('reduced', { list });
  expect([ran.run.status, await ran.output('total')]).toEqual(['completed', { sum: 285 }]);
  expect(inOrder(folded)).toEqual([...portions, 285]);
});

test('an item of the map that is replayed comes into the sum', async () => {
  failing.add('square 5');
  const first = await bench.run('reduced', { list });
  expect([first.run.status, await first.output('total')]).toEqual(['completed', { sum: 260 }]);
  failing.clear();
  squared = [];
  const below = [...belowOf(new Set(['square']), Object.values(first.stages)).keys()];
  const mended = await bench.resume(first.run, { again: [], below, items: { square: [4] } });
  expect(squared).toEqual([5]);
  expect([mended.run.status, await mended.output('total')]).toEqual(['completed', { sum: 285 }]);
});
