import { afterEach, expect, test } from '@jest/globals';
import { sweepPools } from '../../lib/operators/pools.ts';
import { sweep } from '../../lib/operators/sweep.ts';
import { runRecord } from '../cli/recorded.ts';
import { openServices, type TestServices } from '../services.ts';

let services: TestServices;
afterEach(() => services.close());

let ms = Date.parse('2026-01-01T00:00:00Z');
/** The ledger with so many pools in use. */
const openPools = async (count: number) => {
  services = await openServices();
  const { ledger } = services;
  const limits = { intervalMs: 86_400_000, perMs: 86_400_000 };
  for (let n = 0; n < count; n++) await ledger.pools.reserve({ pool: 'model', key: `customer${n}` }, limits, 1, ms, ms);
  return ledger;
};
type Swept = Parameters<typeof sweepPools>[0];

test('of more pools than a sweep has time for, each is looked at in its turn', async () => {
  const ledger = await openPools(50);
  const looked: string[] = [];
  const pools: typeof ledger.pools = {
    ...ledger.pools,
    get: (at) => {
      looked.push(at.key);
      return ledger.pools.get(at);
    },
  };
  const now = () => (ms += 3_700); // each look takes some seconds
  const sweep = () => sweepPools({ ledger: { ...ledger, pools }, now } as Swept);
  let sweeps = 0;
  while (looked.length < 150) {
    expect(await sweep()).toEqual([]);
    sweeps += 1;
  }
  expect(sweeps).toBeGreaterThan(5);
  for (const round of [0, 50, 100]) expect(new Set(looked.slice(round, round + 50)).size).toBe(50);
});

test('where a sweep was killed, the next one goes on', async () => {
  const ledger = await openPools(30);
  const looked: string[] = [];
  const get: typeof ledger.pools.get = (at) => {
    looked.push(at.key);
    return ledger.pools.get(at);
  };
  const sweep = (own: Partial<typeof ledger.pools> = {}) =>
    sweepPools({ ledger: { ...ledger, pools: { ...ledger.pools, get, ...own } }, now: () => ms } as Swept);
  expect(await sweep()).toEqual([]);
  const order = looked.splice(0).sort();
  expect(order).toHaveLength(30);
  const killed = Promise.withResolvers<undefined>();
  const never = new Promise<never>(() => undefined);
  let noted = 0;
  void sweep({
    get: (at) => (noted < 2 ? get(at) : never),
    sweptUpTo: async (at) => {
      await ledger.pools.sweptUpTo(at);
      noted += 1;
      if (noted === 2) killed.resolve(undefined);
      if (noted >= 2) await never;
    },
  });
  await killed.promise;
  looked.splice(0);
  expect(await sweep()).toEqual([]);
  expect(looked[0]).toBe(order[20]);
  expect(looked).toHaveLength(30);
});

test('a sweep that cannot even list them says so', async () => {
  const ledger = await openPools(0);
  const inUse: typeof ledger.pools.inUse = () => Promise.reject(new Error('no such index'));
  const services = { ledger: { ...ledger, pools: { ...ledger.pools, inUse } }, now: () => ms } as Swept;
  expect(await sweepPools(services)).toEqual([{ why: 'no such index' }]);
});

test('runs and pools have each their share of a sweep, and the next one looks at the runs that were left', async () => {
  const ledger = await openPools(60);
  const oldest: string[] = [];
  for (let n = 0; n < 150; n++) {
    const createdAt = new Date(ms + n * 1_000).toISOString();
    await ledger.runs.create(runRecord('orders', `r${n}`, { status: 'pending', createdAt }));
    oldest.push(`r${n}`);
  }
  ms += 3_600_000;
  const seen = { runs: [] as string[], pools: [] as string[] };
  const took = (seconds: number): void => {
    ms += seconds * 1_000;
  };
  const runs: typeof ledger.runs = {
    ...ledger.runs,
    get: async (pipeline, run) => {
      seen.runs.push(run);
      took(2);
      const record = await ledger.runs.get(pipeline, run);
      return record && { ...record, status: 'skipped', endedAt: record.createdAt }; // nothing is to be done about it
    },
  };
  const pools: typeof ledger.pools = {
    ...ledger.pools,
    get: (at) => {
      seen.pools.push(at.key);
      took(3);
      return ledger.pools.get(at);
    },
  };
  const began = ms;
  const services = { ledger: { ...ledger, runs, pools }, now: () => ms } as Swept;
  const { looked, failed } = await sweep(services);
  expect([failed, looked]).toEqual([[], seen.runs.length]);
  expect(looked).toBeGreaterThan(40);
  expect(looked).toBeLessThan(70);
  expect(seen.pools.length).toBeGreaterThan(30);
  expect(seen.pools.length).toBeLessThan(60);
  expect(ms - began).toBeLessThan(240_000); // the function's time
  const first = new Set(seen.runs.splice(0));
  expect(first).toEqual(new Set(oldest.slice(0, looked)));
  await sweep(services);
  expect(seen.runs.filter((run) => first.has(run))).toEqual([]);
  await sweep(services);
  expect(new Set([...first, ...seen.runs]).size).toBe(150);
  expect(new Set(seen.pools).size).toBe(60);
});
