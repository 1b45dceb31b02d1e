// Pools in whole pipelines, in virtual time: what one holds, all others wait for, in their order.
import { afterEach, expect, test } from '@jest/globals';
import * as z from 'zod';
import { definePipeline, definePool, defineStage, lowPriority, schedule } from '../../lib/definition/index.ts';
import { sweep } from '../../lib/operators/index.ts';
import { ThrottledError } from '../../lib/support/run-errors.ts';
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

const hold = defineStage('hold', {
  input: z.object({ n: z.number() }),
  output: anything,
  retry: { attempts: 2, intervalSeconds: 3_600, capSeconds: 3_600, jitter: 'none' },
});
const holding = definePipeline('holding', { input: z.object({ n: z.number() }) }, (flow) => {
  flow.task(hold, { n: flow.input.n }, { pool: crm });
});
const failing = {
  hold: () => {
    throw new Error('not now');
  },
  push: () => ({}),
};
const free = async () => {
  const pool = await bench.local.ledger.pools.get({ pool: 'crm', key: '' });
  expect(pool).not.toHaveProperty('held');
  expect(await bench.local.ledger.pools.waiting({ pool: 'crm', key: '' })).toEqual([]);
};
const stop = async (pipeline: string) => {
  const [run] = await bench.local.ledger.runs.latest(pipeline, 1);
  await bench.local.aws.call('states', 'StopExecution', { executionArn: run?.executionArn });
};

test('a slot is kept over the pause before another attempt, and given back when the stage has failed for good', async () => {
  bench = await openBench([holding, pushing], failing);
  const held = bench.run('holding', { n: 0 });
  await bench.passed(60);
  const waited = await bench.run('pushing', { n: 1 });
  expect([(await held).run.status, waited.run.status, Math.round(waited.seconds / 60)]).toEqual([
    'failed',
    'completed',
    59,
  ]);
  await free();
});

test('live runs come before those of a trigger that can wait, but not for ever', async () => {
  const first = definePool('crm', { slots: 1, priority: { aging: '10m' } });
  const nightly = definePipeline(
    'nightly',
    {
      input: z.object({ n: z.number() }),
      triggers: [lowPriority(schedule('cron(0 3 * * ? *)', { input: { n: 7 } }))],
    },
    (flow) => {
      flow.task(drop, { n: flow.input.n }, { pool: first });
    },
  );
  const keeping = definePipeline('keeping', { input: z.object({ n: z.number() }) }, (flow) => {
    flow.task(hold, { n: flow.input.n }, { pool: first });
  });
  const live = definePipeline('live', { input: z.object({ n: z.number() }) }, (flow) => {
    flow.task(push, { n: flow.input.n }, { pool: first });
  });
  const seen: number[] = [];
  const note = ({ n }: { n: number }) => {
    seen.push(n);
    return {};
  };
  bench = await openBench([keeping, nightly, live], { hold: failing.hold, push: note, drop: note });
  const held = bench.run('keeping', { n: 0 });
  await bench.passed(60);
  const time = '2026-01-01T03:00:00.000Z';
  const waits = [
    bench.ask({ kind: 'schedule', pipeline: 'nightly', schedule: 'schedule1', time, timeZone: 'UTC', input: { n: 7 } }),
  ];
  for (const [wait, n] of [
    [300, 1],
    [60, 2],
    [300, 3],
  ] as const) {
    await bench.passed(wait);
    waits.push(bench.run('live', { n }, `live${n}`));
  }
  await Promise.all([held, ...waits]);
  expect(seen).toEqual([1, 2, 7, 3]);
});

test('an execution that is stopped while it holds a slot gives it back at once', async () => {
  bench = await openBench([holding, pushing], failing);
  const held = bench.run('holding', { n: 0 });
  await bench.passed(60);
  bench.later(600, () => stop('holding'));
  const waited = await bench.run('pushing', { n: 1 });
  expect([(await held).run.status, waited.run.status, Math.round(waited.seconds)]).toEqual([
    'cancelled',
    'completed',
    600,
  ]);
  await free();
});

test('one that is stopped while it waits is passed over when it would be its turn', async () => {
  bench = await openBench([holding, pushing, dropping], { ...failing, drop: () => ({}) });
  const held = bench.run('holding', { n: 0 });
  await bench.passed(60);
  bench.later(600, () => stop('dropping'));
  const stopped = bench.run('dropping', { n: 1 });
  await bench.passed(60);
  const waited = await bench.run('pushing', { n: 2 });
  expect([(await held).run.status, (await stopped).run.status, waited.run.status]).toEqual([
    'failed',
    'cancelled',
    'completed',
  ]);
  await free();
});

test('what died without a word is found by the sweep', async () => {
  bench = await openBench([holding, pushing], failing);
  bench.loses.add('events');
  const held = bench.run('holding', { n: 0 });
  await bench.passed(60);
  bench.later(60, () => stop('holding'));
  bench.later(1_200, () => sweep(bench.services));
  const waited = await bench.run('pushing', { n: 1 });
  await held;
  expect([waited.run.status, Math.round(waited.seconds)]).toEqual(['completed', 1_200]);
  await free();
});

test('each value of a key has slots of its own; an item without one is a dead letter, and the rest goes on', async () => {
  const perCustomer = definePool('perCustomer', { slots: 1, key: 'customer' });
  const call = defineStage('call', {
    input: z.object({ customer: z.string(), n: z.number() }),
    output: anything,
  });
  const calling = definePipeline('calling', { input: z.object({ items: z.array(z.looseObject({})) }) }, (flow) => {
    flow.map(call, flow.input.items, (item) => item as never, {
      pool: perCustomer,
      batch: 1,
      concurrency: 10,
      tolerate: { count: 1 },
    });
  });
  const atOnce = new Map<string, number>();
  const most = new Map<string, number>();
  let all = 0;
  let mostOfAll = 0;
  const bothAtWork = Promise.withResolvers<void>();
  bench = await openBench([calling], {
    call: async ({ customer }: { customer: string }) => {
      atOnce.set(customer, (atOnce.get(customer) ?? 0) + 1);
      most.set(customer, Math.max(most.get(customer) ?? 0, atOnce.get(customer) ?? 0));
      mostOfAll = Math.max(mostOfAll, ++all);
      if (atOnce.size === 2) bothAtWork.resolve();
      await bothAtWork.promise;
      await new Promise((resolve) => setImmediate(resolve)); // whoever is let in beside it comes now
      atOnce.set(customer, (atOnce.get(customer) ?? 0) - 1);
      all--;
      return {};
    },
  });
  const items = Array.from({ length: 8 }, (_, n) => ({ n, customer: n % 2 ? 'acme' : 'beta' }));
  const { run, stages } = await bench.run('calling', { items: [...items, { n: 8 }] });
  expect([run.status, stages.call?.items]).toEqual(['completed', { total: 9, completed: 8, failed: 1 }]);
  expect([...most].toSorted()).toEqual([
    ['acme', 1],
    ['beta', 1],
  ]);
  expect(mostOfAll).toBe(2);
  const [letter] = await bench.local.ledger.deadLetters.list('calling', run.run);
  expect([letter?.item, letter?.error, letter?.cause]).toEqual([
    8,
    'Heddle.Permanent',
    'HDL705 the pool perCustomer has limits for each customer, but here it is not there. Expected a text of up to 1,024 bytes, or a number. Fix: correct what gives customer',
  ]);
});

const model = definePool('model', { rate: { per: '1s', calls: 5 } });
const asking = definePipeline('asking', { input: z.object({ n: z.number() }) }, (flow) => {
  flow.task(push, { n: flow.input.n }, { pool: model });
});
const telling = definePipeline(
  'telling',
  { input: z.object({ items: z.array(z.object({ n: z.number() })) }) },
  (flow) => {
    flow.map(drop, flow.input.items, (item) => ({ n: item.n }), { pool: model, batch: 5, concurrency: 3 });
  },
);
/** How many of them at most are in a second. */
const mostInASecond = (times: readonly number[]): number =>
  Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + 1_000).length));

test('a rate that two pipelines share holds under a burst of tasks and of batches, and is used', async () => {
  const times: number[] = [];
  const call = (_: unknown, { now }: { now: () => number }) => {
    times.push(now());
    return {};
  };
  bench = await openBench([asking, telling], { push: call, drop: call });
  const items = Array.from({ length: 20 }, (_, n) => ({ n }));
  const runs = await Promise.all([
    ...items.map(({ n }) => bench.run('asking', { n }, `a${n}`)),
    bench.run('telling', { items }, 't'),
  ]);
  expect(new Set(runs.map(({ run }) => run.status))).toEqual(new Set(['completed']));
  expect([times.length, mostInASecond(times)]).toEqual([40, 5]);
  // Forty calls, 202 ms apart (a second's fifth and 1 %), and 5 % more for those that begin a little late.
  expect(Math.max(...times) - Math.min(...times)).toBeLessThan(39 * 202 * 1.05);
});

test('what a service says of when to come back holds for all who use the pool', async () => {
  const times: number[] = [];
  let refusals = 0;
  const call = ({ n }: { n: number }, { now }: { now: () => number }) => {
    times.push(now());
    if (n === 0 && refusals++ === 0) throw new ThrottledError('slow down', { retryAfter: 40 });
    return {};
  };
  bench = await openBench([asking, telling], { push: call, drop: call });
  const refused = bench.run('asking', { n: 0 }, 'refused');
  await bench.passed(5);
  const items = Array.from({ length: 6 }, (_, n) => ({ n: n + 1 }));
  const others = await Promise.all([
    ...items.map(({ n }) => bench.run('asking', { n }, `a${n}`)),
    bench.run('telling', { items }, 't'),
  ]);
  expect(new Set([await refused, ...others].map(({ run }) => run.status))).toEqual(new Set(['completed']));
  const [first = 0, ...rest] = times;
  expect(rest.length).toBe(13);
  expect(Math.min(...rest) - first).toBeGreaterThanOrEqual(40_000);
  expect(mostInASecond(rest)).toBeLessThanOrEqual(5);
});
