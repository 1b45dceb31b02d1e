// What a run takes over from earlier runs: whole pipelines in virtual time, and the calls that it costs.
import { afterEach, describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { type CacheOption, definePipeline, defineStage } from '../../lib/definition/index.ts';
import { PermanentError } from '../../lib/runtime/index.ts';
import { type Bench, openBench } from './bench.ts';

let bench: Bench;
afterEach(() => bench.close());

const one = z.object({ n: z.number(), text: z.string().optional() });
const score = defineStage('score', { input: one, output: one, retry: { attempts: 1 } });
const last = defineStage('last', { input: one, output: one });
const sum = defineStage('sum', { input: z.object({ all: z.array(one).readonly() }), output: one });

const single = (cache: CacheOption) =>
  definePipeline('single', { input: one }, (flow) => {
    const scored = flow.task(score, { n: flow.input.n }, { cache });
    return flow.task(last, { n: scored.n });
  });

/** A pipeline with a handler that says what it was called with. */
const open = async (cache: CacheOption = true, text = ''): Promise<number[]> => {
  const calls: number[] = [];
  bench = await openBench([single(cache)], {
    score: ({ n }: { readonly n: number }) => {
      calls.push(n);
      return { n: n * 10 + calls.length, text };
    },
  });
  return calls;
};

describe('a task', () => {
  test('is completed from an earlier run on the same input, and says from which', async () => {
    const calls = await open();
    const first = await bench.run('single', { n: 1 }, 'a');
    const second = await bench.run('single', { n: 1 }, 'b');
    const other = await bench.run('single', { n: 2 }, 'c');
    expect(calls).toEqual([1, 2]);
    expect([second.run.status, await second.output('score'), await second.output('last')]).toEqual([
      'completed',
      { n: 11, text: '' },
      { n: 11 },
    ]);
    const at = first.stages.score?.endedAt;
    expect(second.stages.score).toMatchObject({ cachedFrom: { run: first.run.run, stage: 'score', at }, attempts: 1 });
    expect(first.stages.score).not.toHaveProperty('cachedFrom');
    expect(other.stages.score).not.toHaveProperty('cachedFrom');
  });

  test('without the option it works each time', async () => {
    const calls = await open(false);
    await bench.run('single', { n: 1 }, 'a');
    await bench.run('single', { n: 1 }, 'b');
    expect(calls).toEqual([1, 1]);
  });

  test('a result that is too old is made again, and the newer one is kept', async () => {
    const calls = await open({ for: '1h' });
    await bench.run('single', { n: 1 }, 'a');
    await new Promise<void>((resolve) => bench.later(3_601, async () => resolve()));
    const second = await bench.run('single', { n: 1 }, 'b');
    const third = await bench.run('single', { n: 1 }, 'c');
    expect(calls).toEqual([1, 1]);
    expect(third.stages.score?.cachedFrom?.run).toBe(second.run.run);
  });

  test('a result whose object is gone is made again', async () => {
    const calls = await open(true, 'x'.repeat(70_000));
    const first = await bench.run('single', { n: 1 }, 'a');
    const { output } = first.stages.score ?? {};
    if (output?.kind !== 'object') throw new Error('it should have been too long for the record');
    const hit = await bench.run('single', { n: 1 }, 'b');
    expect(hit.stages.score?.cachedFrom?.run).toBe(first.run.run);
    await bench.local.service('s3').call('DeleteObject', { Bucket: 'payloads', Key: output.key });
    const second = await bench.run('single', { n: 1 }, 'c');
    expect([second.run.status, second.stages.score?.cachedFrom, calls]).toEqual(['completed', undefined, [1, 1]]);
  });

  test('a resume from the stage really runs it, and later runs take over what that gave', async () => {
    const calls = await open();
    await bench.run('single', { n: 1 }, 'a');
    const second = await bench.run('single', { n: 1 }, 'b');
    const again = await bench.resume(second.run, { again: ['score'], below: ['last'], items: {} });
    expect([calls, await again.output('last')]).toEqual([[1, 1], { n: 12 }]);
    expect(again.stages.score).not.toHaveProperty('cachedFrom');
    const third = await bench.run('single', { n: 1 }, 'c');
    expect([third.stages.score?.cachedFrom?.run, await third.output('last')]).toEqual([second.run.run, { n: 12 }]);
  });

  test('a fork from the stage really runs it', async () => {
    const calls = await open();
    const { run } = await bench.run('single', { n: 1 }, 'a');
    const message = { kind: 'fork', pipeline: 'single', run: run.run, id: 'f', from: 'score' } as const;
    const forked = await bench.ask({ ...message, again: ['score', 'last'], by: 'test' });
    expect([forked.run.status, forked.stages.score?.cachedFrom, calls]).toEqual(['completed', undefined, [1, 1]]);
  });

  test('a result that was taken over is still one after a resume of what follows', async () => {
    const calls = await open();
    const first = await bench.run('single', { n: 1 }, 'a');
    const second = await bench.run('single', { n: 1 }, 'b');
    const again = await bench.resume(second.run, { again: [], below: ['score', 'last'], items: {} });
    expect([calls, again.stages.score?.cachedFrom?.run]).toEqual([[1], first.run.run]);
  });
});

describe('a map', () => {
  const scores = (cache: CacheOption) =>
    definePipeline('scores', { input: z.object({ list: z.array(z.number()) }) }, (flow) => {
      const scored = flow.map(score, flow.input.list, (n) => ({ n }), { batch: 3, cache, tolerate: { percent: 50 } });
      return flow.task(sum, { all: scored.outputs });
    });
  const poison = new Set<number>();
  const openScores = async (): Promise<number[]> => {
    const calls: number[] = [];
    bench = await openBench([scores(true)], {
      score: ({ n }: { readonly n: number }) => {
        calls.push(n);
        if (poison.has(n)) throw new PermanentError('poison');
        return { n: n * 10 };
      },
      sum: ({ all }: { readonly all: readonly { readonly n: number }[] }) => ({
        n: all.reduce((total, { n }) => total + n, 0),
      }),
    });
    return calls;
  };

  test('works on the items alone that no run has worked on, wherever they stand', async () => {
    const calls = await openScores();
    await bench.run('scores', { list: [1, 2, 3, 4, 5, 6, 7] }, 'a');
    calls.length = 0;
    const second = await bench.run('scores', { list: [7, 8, 1, 2, 3, 9, 4, 5] }, 'b');
    expect(calls.toSorted()).toEqual([8, 9]);
    expect(second.stages.score).toMatchObject({ status: 'completed', items: { total: 8, completed: 8, cached: 6 } });
    expect(await second.output('sum')).toEqual({ n: 390 });
  });

  test('never takes over a failure; its replay, and a resume from it, really work', async () => {
    const calls = await openScores();
    poison.add(2);
    await bench.run('scores', { list: [1, 2, 3] }, 'a');
    const second = await bench.run('scores', { list: [1, 2, 3] }, 'b');
    expect(calls).toEqual([1, 2, 3, 2]);
    expect(second.stages.score).toMatchObject({ items: { total: 3, completed: 2, failed: 1, cached: 2 } });
    poison.clear();
    const mended = await bench.resume(second.run, { again: [], below: ['sum'], items: { score: [1] } });
    expect([calls, await mended.output('sum')]).toEqual([[1, 2, 3, 2, 2], { n: 60 }]);
    const anew = await bench.resume(mended.run, { again: ['score'], below: ['sum'], items: {} });
    expect(calls.slice(5).toSorted()).toEqual([1, 2, 3]);
    expect(anew.stages.score?.items).toEqual({ total: 3, completed: 3, failed: 0 });
  });
});

test('a stage of an each is looked up with all that it reads of the item and of the stages beside it', async () => {
  const both = defineStage('both', { input: z.object({ n: z.number(), other: z.number() }), output: one });
  const pipeline = definePipeline('eaches', { input: z.object({ list: z.array(z.number()) }) }, (flow) => {
    const done = flow.each(flow.input.list, (n, each) => {
      const scored = each.task(score, { n });
      return each.task(both, { n, other: scored.n }, { cache: true });
    });
    return flow.task(sum, { all: done.outputs });
  });
  let factor = 10;
  const calls: number[] = [];
  bench = await openBench([pipeline], {
    score: ({ n }: { readonly n: number }) => ({ n: n * factor }),
    both: ({ n, other }: { readonly n: number; readonly other: number }) => {
      calls.push(n);
      return { n: n + other };
    },
    sum: ({ all }: { readonly all: readonly { readonly n: number }[] }) => ({
      n: all.reduce((total, { n }) => total + n, 0),
    }),
  });
  await bench.run('eaches', { list: [1, 2] }, 'a');
  const second = await bench.run('eaches', { list: [2, 1, 3] }, 'b');
  expect([calls, await second.output('sum')]).toEqual([[1, 2, 3], { n: 66 }]);
  factor = 100;
  const third = await bench.run('eaches', { list: [1] }, 'c');
  expect([calls.slice(3), await third.output('sum')]).toEqual([[1], { n: 101 }]);
});
