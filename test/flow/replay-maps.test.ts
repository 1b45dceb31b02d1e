// Items of a map that failed are done again, and a map over its outputs takes them up.
import { afterEach, expect, test } from '@jest/globals';
import * as z from 'zod';
import { definePipeline, defineStage, fromS3 } from '../../lib/definition/index.ts';
import { belowOf, orderOf, planRedo } from '../../lib/ledger/index.ts';
import { replay } from '../../lib/operators/index.ts';
import { PermanentError } from '../../lib/runtime/index.ts';
import { type Bench, openBench } from './bench.ts';

let bench: Bench;
afterEach(() => bench.close());

const one = z.object({ n: z.number() });
const double = defineStage('double', { input: one, output: one, retry: { attempts: 1 } });
const square = defineStage('square', { input: one, output: one, retry: { attempts: 1 } });
const half = defineStage('half', { input: one, output: one, retry: { attempts: 1 } });
const sum = defineStage('sum', { input: z.object({ all: z.array(one).readonly() }), output: one });

test('an item of a flow.each goes through what is left for it, and the others stay', async () => {
  const pipeline = definePipeline('maps', { input: z.object({ list: z.array(z.number()) }) }, (flow) => {
    const both = flow.each(
      flow.input.list,
      (n, each) => {
        const doubled = each.task(double, { n });
        const squared = each.task(square, { n: doubled.n });
        return each.task(half, { n: squared.n }, { after: [each.task(square, { n }, { id: 'beside' })] });
      },
      { batch: 2, tolerate: { percent: 50 } },
    );
    return flow.task(sum, { all: both.outputs });
  });
  const failing = new Set(['double 2', 'square 8']);
  const worked: string[] = [];
  const work = (name: string, of: (n: number) => number) => (input: { readonly n: number }) => {
    if (failing.has(`${name} ${input.n}`)) throw new PermanentError('not now');
    worked.push(`${name} ${input.n}`);
    return { n: of(input.n) };
  };
  bench = await openBench([pipeline], {
    double: work('double', (n) => 2 * n),
    square: work('square', (n) => n * n),
    half: work('half', (n) => n / 2),
    sum: ({ all }: { readonly all: readonly { readonly n: number }[] }) => ({
      n: all.reduce((total, { n }) => total + n, 0),
    }),
  });
  const sumOf = (...items: readonly number[]) => ({ n: items.reduce((total, n) => total + 2 * n * n, 0) });
  const first = await bench.run('maps', { list: [0, 1, 2, 3, 4, 5] });
  expect([first.run.status, await first.output('sum')]).toEqual(['completed', sumOf(0, 1, 3, 5)]);
  expect(first.stages).toMatchObject({
    double: { items: { completed: 5, failed: 1 } },
    square: { items: { completed: 4, failed: 1 } },
    half: { items: { completed: 4, failed: 0 } },
  });
  failing.clear();
  worked.length = 0;
  const resumed = async (run: typeof first, roots: { readonly [stage: string]: readonly number[] }) => {
    const below = [...belowOf(new Set(Object.keys(roots)), Object.values(run.stages)).keys()];
    return bench.resume(run.run, { again: [], below, items: roots });
  };
  const second = await resumed(first, { double: [2] });
  expect(worked.toSorted()).toEqual(['double 2', 'half 16', 'square 4']);
  expect([second.run.status, await second.output('sum')]).toEqual(['completed', sumOf(0, 1, 2, 3, 5)]);
  worked.length = 0;
  const third = await resumed(second, { square: [4] });
  expect(worked.toSorted()).toEqual(['half 64', 'square 8']);
  expect([third.run.status, await third.output('sum')]).toEqual(['completed', sumOf(0, 1, 2, 3, 4, 5)]);
});

test.each([
  ['in one Map', 2],
  ['in a Map of its own', 3],
])('a map over the outputs of a map, %s', async (_, batch) => {
  const pipeline = definePipeline('maps', { input: z.object({ list: z.array(z.number()) }) }, (flow) => {
    const doubled = flow.map(double, flow.input.list, (n) => ({ n }), { batch: 2, tolerate: { percent: 50 } });
    const squared = flow.map(square, doubled.outputs, ({ n }) => ({ n }), { batch, tolerate: { percent: 50 } });
    return flow.task(sum, { all: squared.outputs });
  });
  const failing = new Set([2, 5]);
  const doubles: number[] = [];
  bench = await openBench([pipeline], {
    double: ({ n }: { readonly n: number }) => {
      if (failing.has(n)) throw new PermanentError('not now');
      doubles.push(n);
      return { n: 2 * n };
    },
    square: ({ n }: { readonly n: number }) => ({ n: n * n }),
    sum: ({ all }: { readonly all: readonly { readonly n: number }[] }) => ({
      n: all.reduce((total, { n }) => total + n, 0),
    }),
  });
  const first = await bench.run('maps', { list: [0, 1, 2, 3, 4, 5, 6, 7] });
  expect([first.run.status, await first.output('sum')]).toEqual(['completed', { n: 4 * (140 - 4 - 25) }]);
  const told = bench.events.filter(({ type }) => type === 'Heddle Dead Letter').map(({ detail }) => detail);
  expect(told).toEqual([expect.objectContaining({ stage: 'double', items: 2, item: 2, cause: 'not now' })]);
  expect(told[0]?.text).toMatch(
    /^2 items of the map double of the run \S+ of maps .*: npx heddle dead-letters replay /,
  );
  failing.clear();
  doubles.length = 0;
  const below = [...belowOf(new Set(['double']), Object.values(first.stages)).keys()];
  const mended = await bench.resume(first.run, { again: [], below, items: { double: [2, 5] } });
  expect(doubles.toSorted()).toEqual([2, 5]);
  expect([mended.run.status, await mended.output('sum')]).toEqual(['completed', { n: 4 * 140 }]);
});

test('maps that run batch by batch behind each other: a resume does what failed in the later one, a replay what did in either', async () => {
  const pipeline = definePipeline('fused', { input: z.object({ list: z.array(z.number()) }) }, (flow) => {
    const doubled = flow.map(double, flow.input.list, (n) => ({ n }), { batch: 2, tolerate: { percent: 50 } });
    const squared = flow.map(square, doubled.outputs, ({ n }) => ({ n }), { batch: 2 });
    return flow.task(sum, { all: squared.outputs });
  });
  const failing = new Set(['double 2', 'square 10']);
  const calls: string[] = [];
  const work = (name: string, of: (n: number) => number) => (input: { readonly n: number }) => {
    calls.push(`${name} ${input.n}`);
    if (failing.has(`${name} ${input.n}`)) throw new PermanentError('not now');
    return { n: of(input.n) };
  };
  bench = await openBench([pipeline], {
    double: work('double', (n) => 2 * n),
    square: work('square', (n) => n * n),
    sum: ({ all }: { readonly all: readonly { readonly n: number }[] }) => ({
      n: all.reduce((total, { n }) => total + n, 0),
    }),
  });
  const first = await bench.run('fused', { list: [0, 1, 2, 3, 4, 5, 6, 7] });
  expect(first.run).toMatchObject({ status: 'failed', deadLetters: 2 });
  calls.length = 0;
  failing.delete('square 10');
  const stages = ['double', 'square', 'sum'];
  const facts = { deployed: new Map(), lost: new Set<string>(), redefined: false, from: undefined };
  const order = orderOf(planRedo({ ...facts, records: Object.values(first.stages), stages }));
  const resumed = await bench.resume(first.run, order);
  expect(calls).toEqual(['square 10']);
  expect([resumed.run.status, await resumed.output('sum')]).toEqual(['completed', { n: 4 * (140 - 4) }]);

  calls.length = 0;
  failing.clear();
  const [letter] = await bench.local.ledger.deadLetters.list('fused', first.run.run);
  expect(letter).toMatchObject({ stage: 'double', item: 2 });
  const { pipeline: of, run, stage, item } = letter ?? {};
  const body = JSON.stringify({ pipeline: of, run, stage, item });
  expect(await replay([{ messageId: 'm', body }], bench.services)).toMatchObject([{ kept: false }]);
  const mended = await bench.look('fused', `${first.run.run}_3`);
  expect(calls.filter((call) => call.startsWith('double'))).toEqual(['double 2']);
  expect([mended.run.status, await mended.output('sum')]).toEqual(['completed', { n: 4 * 140 }]);
});

test('a map that gave the value of its onFailure gives its own outputs once its failed items are replayed', async () => {
  const pipeline = definePipeline('maps', { input: z.object({ list: z.array(z.number()) }) }, (flow) => {
    const doubled = flow.map(double, flow.input.list, (n) => ({ n }), { batch: 2, onFailure: { value: [{ n: 100 }] } });
    return flow.task(sum, { all: doubled.outputs });
  });
  const failing = new Set([2]);
  bench = await openBench([pipeline], {
    double: ({ n }: { readonly n: number }) => {
      if (failing.has(n)) throw new PermanentError('not now');
      return { n: 2 * n };
    },
    sum: ({ all }: { readonly all: readonly { readonly n: number }[] }) => ({
      n: all.reduce((total, { n }) => total + n, 0),
    }),
  });
  const first = await bench.run('maps', { list: [1, 2, 3] });
  expect([first.run.status, await first.output('sum')]).toEqual(['completed', { n: 100 }]);
  failing.clear();
  const below = [...belowOf(new Set(['double']), Object.values(first.stages)).keys()];
  const mended = await bench.resume(first.run, { again: [], below, items: { double: [1] } });
  expect([mended.run.status, await mended.output('sum')]).toEqual(['completed', { n: 12 }]);
});

test('an item of a map over JSON lines of which one is none, and stays so; then that one, corrected', async () => {
  const pipeline = definePipeline('lines', { input: z.object({}) }, (flow) => {
    const rows = fromS3({ bucket: 'inbox', key: 'n.jsonl', format: 'jsonl', row: one });
    return flow.map(double, rows, ({ n }) => ({ n }), { batch: 2, tolerate: { count: 2 } }).count;
  });
  const failing = new Set([3]);
  const worked: number[] = [];
  bench = await openBench([pipeline], {
    double: ({ n }: { readonly n: number }) => {
      if (failing.has(n)) throw new PermanentError('not now');
      worked.push(n);
      return { n: 2 * n };
    },
  });
  const s3 = bench.local.service('s3');
  await s3.call('CreateBucket', { Bucket: 'inbox' });
  const put = (third: string) =>
    s3.call('PutObject', {
      Bucket: 'inbox',
      Key: 'n.jsonl',
      Body: Buffer.from(`{"n":0}\n{"n":1}\n${third}\n{"n":3}\n`),
    });
  await put('no');
  const first = await bench.run('lines');
  expect(first.stages).toMatchObject({ double: { items: { total: 4, completed: 2, failed: 2 } } });
  failing.clear();
  worked.length = 0;
  const below = [...belowOf(new Set(['double']), Object.values(first.stages)).keys()];
  const second = await bench.resume(first.run, { again: [], below, items: { double: [3] } });
  expect(worked).toEqual([3]);
  expect(second.stages).toMatchObject({
    double: { status: 'completed', items: { total: 4, completed: 3, failed: 1 } },
  });
  worked.length = 0;
  await put('{"n":2}');
  const third = await bench.resume(second.run, { again: [], below, items: { double: [2] } });
  expect(worked).toEqual([2]);
  expect(third.stages).toMatchObject({ double: { status: 'completed', items: { total: 4, completed: 4, failed: 0 } } });
});

test.each([2, 10])(
  'a score counts that blocked an item, until that item is done again; %i in a batch',
  async (batch) => {
    const pipeline = definePipeline('maps', { input: z.object({ list: z.array(z.number()) }) }, (flow) => {
      const options = { batch, tolerate: { count: 2 } };
      return flow.task(sum, { all: flow.map(double, flow.input.list, (n) => ({ n }), options).outputs });
    });
    const failing = new Set([2, 4]);
    bench = await openBench([pipeline], {
      double: ({ n }: { readonly n: number }, { score }) => {
        score('good', failing.has(n) ? 0.25 : 1, { block: { below: 0.5 } });
        return { n };
      },
      sum: () => ({ n: 0 }),
    });
    const first = await bench.run('maps', { list: [1, 2, 3, 4, 5] });
    const goodOf = ({ run }: typeof first) => run.account?.stages.double?.scores?.good;
    expect(goodOf(first)).toMatchObject({ count: 5, sum: 3.5, min: 0.25, blocked: 2 });
    failing.clear();
    const below = [...belowOf(new Set(['double']), Object.values(first.stages)).keys()];
    const second = await bench.resume(first.run, { again: [], below, items: { double: [1] } });
    expect(goodOf(second)).toMatchObject({ count: 5, sum: 4.25, min: 0.25, blocked: 1 });
    const third = await bench.resume(second.run, { again: [], below, items: { double: [3] } });
    expect(goodOf(third)).toMatchObject({ count: 5, sum: 5, min: 1 });
    expect(goodOf(third)).not.toHaveProperty('blocked');
  },
);
