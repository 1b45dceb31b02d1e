// Pools in whole pipelines, in virtual time: what one holds, all others wait for, in their order.
import { afterEach, expect, test } from '@jest/globals';
import * as z from 'zod';
import { definePipeline, definePool, defineStage } from '../../lib/definition/index.ts';
import { type Bench, openBench } from './bench.ts';

let bench: Bench;
afterEach(() => bench.close());

const anything = z.looseObject({});
const crm = definePool('crm', { slots: 1 });
const push = defineStage('push', { input: z.object({ n: z.number() }), output: anything });
const drop = defineStage('drop', { input: z.object({ n: z.number() }), output: anything });
const pushing = definePipeline('pushing', { input: z.object({ n: z.number() }) }, (flow) => {
  flow.task(push, { n: flow.input.n }, { pool: crm });
});
const dropping = definePipeline('dropping', { input: z.object({ n: z.number() }) }, (flow) => {
  flow.task(drop, { n: flow.input.n }, { pool: crm });
});

/** Counts who is at work at once, and notes in which order they came. */
const counting = () => {
  const seen: number[] = [];
  let now = 0;
  let most = 0;
  const work = async ({ n }: { n: number }) => {
    most = Math.max(most, ++now);
    seen.push(n);
    await new Promise((resolve) => setImmediate(resolve));
    now--;
    return {};
  };
  return { seen, work, most: () => most };
};

test('stages of two pipelines hold one slot in turn, and leave nothing behind', async () => {
  const { work, most, seen } = counting();
  bench = await openBench([pushing, dropping], { push: work, drop: work });
  const runs = await Promise.all(
    Array.from({ length: 12 }, (_, n) => bench.run(n % 2 ? 'pushing' : 'dropping', { n }, `r${n}`)),
  );
  expect(runs.map(({ run }) => run.status)).toEqual(Array.from({ length: 12 }, () => 'completed'));
  expect([most(), seen.toSorted((a, b) => a - b)]).toEqual([1, Array.from({ length: 12 }, (_, n) => n)]);
  expect(await bench.local.ledger.pools.pass({ pool: 'crm', key: '' }, bench.services.now())).not.toHaveProperty(
    'held',
  );
});
