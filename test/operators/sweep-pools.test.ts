import { afterEach, expect, test } from '@jest/globals';
import { sweepPools } from '../../lib/operators/pools.ts';
import { openServices, type TestServices } from '../services.ts';

let services: TestServices;
afterEach(() => services.close());

test('of more pools than a sweep has time for, each is looked at in its turn', async () => {
  services = await openServices();
  const { ledger } = services;
  let ms = Date.parse('2026-01-01T00:00:00Z');
  const limits = { intervalMs: 86_400_000, perMs: 86_400_000 };
  for (let n = 0; n < 50; n++) await ledger.pools.reserve({ pool: 'model', key: `customer${n}` }, limits, 1, ms, ms);
  const looked: string[] = [];
  const pools: typeof ledger.pools = {
    ...ledger.pools,
    get: (at) => {
      looked.push(at.key);
      return ledger.pools.get(at);
    },
  };
  const now = () => (ms += 3_000); // each look takes some seconds
  const sweep = () => sweepPools({ ledger: { ...ledger, pools }, now } as Parameters<typeof sweepPools>[0]);
  let sweeps = 0;
  while (looked.length < 150) {
    expect(await sweep()).toEqual([]);
    sweeps += 1;
  }
  expect(sweeps).toBeGreaterThan(5);
  for (const round of [0, 50, 100]) expect(new Set(looked.slice(round, round + 50)).size).toBe(50);
});
