// What a handler takes of pools by itself.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as z from 'zod';
import { definePool, defineStage } from '../../lib/definition/index.ts';
import type { StageCall } from '../../lib/records/index.ts';
import { type PaceClock, waitTurn } from '../../lib/runtime/pace.ts';
import { openTaking } from '../../lib/runtime/take.ts';
import { openServices, type TestServices } from '../services.ts';

let services: TestServices;
beforeAll(async () => {
  services = await openServices();
});
afterAll(() => services.close());

const crm = definePool('crm', { slots: 1, key: 'customer' });
const model = definePool('model', { rate: { per: '1h', calls: 1 } });
const other = definePool('other', { slots: 1 });
const stage = defineStage('score', { input: z.object({}), output: z.object({}), pools: [crm, model] });
const call = {
  run: { pipeline: 'p', id: 'r', partition: 'p', definitionHash: 'h', execution: 'arn:r' },
  stage: 'score',
};

const taking = (owner: string, remaining = 60_000, more: Partial<StageCall> = {}) =>
  openTaking({
    stage,
    call: { ...call, ...more } as StageCall,
    pools: services.ledger.pools,
    owner,
    now: Date.now,
    remainingMs: () => remaining,
    signal: new AbortController().signal,
  });
const heldOf = async (key: string) => (await services.ledger.pools.get({ pool: 'crm', key }))?.held?.size ?? 0;

test('who comes second waits until the first gives back; another key has a slot of its own', async () => {
  const [one, two] = [taking('one').pool(crm), taking('two').pool(crm)];
  const first = await one.take({ key: 'acme' });
  const elsewhere = await two.take({ key: 'beta' });
  let came = false;
  const second = two.take({ key: 'acme' }).then((taken) => {
    came = true;
    return taken;
  });
  while ((await services.ledger.pools.waiting({ pool: 'crm', key: 'acme' })).length === 0);
  expect(came).toBe(false);
  await first.release();
  await (await second).release();
  await elsewhere.release();
  expect([await heldOf('acme'), await heldOf('beta')]).toEqual([0, 0]);
});

test('a block that ends gives back, and so does an attempt that ends without doing so', async () => {
  const attempt = taking('three');
  {
    await using slot = await attempt.pool(crm).take({ key: 'gamma' });
    expect([await heldOf('gamma'), typeof slot.release]).toEqual([1, 'function']);
  }
  expect(await heldOf('gamma')).toBe(0);
  await attempt.pool(crm).take({ key: 'gamma' });
  await attempt.end();
  expect(await heldOf('gamma')).toBe(0);
});

test('where the wait would outlast the attempt, it is refused, and nobody is left in the queue', async () => {
  const slot = await taking('four').pool(crm).take({ key: 'delta' });
  await expect(taking('five', 100).pool(crm).take({ key: 'delta' })).rejects.toThrow(/^HDL706 .*crm/);
  expect(await services.ledger.pools.waiting({ pool: 'crm', key: 'delta' })).toEqual([]);
  await slot.release();
  await taking('six').pool(model).take();
  await expect(taking('seven').pool(model).take()).rejects.toThrow(/^HDL706 .*model/);
});

test('a stage that holds the slot itself does not wait for itself', async () => {
  const lease = { pool: 'other', key: '', owner: 'stage/p/r/1/score', mark: 'm' };
  const attempt = taking('eight', 60_000, { lease });
  await (await attempt.pool(other).take()).release();
  expect(await services.ledger.pools.get({ pool: 'other', key: '' })).toBeUndefined();
});

test.each([
  [
    'a pool that the contract does not name',
    () => taking('nine').pool(other).take(),
    "HDL707 the handler of score takes of the pool other, which its contract does not name. Fix: defineStage('score', { pools: [other], … })",
  ],
  [
    'no key',
    () => taking('nine').pool(crm).take({ key: '' }),
    'HDL708 the pool crm has limits for each customer, but its key is "". Fix: take({ key: input.customer })',
  ],
  [
    'no call',
    () => taking('nine').pool(model).take({ calls: 0 }),
    'HDL708 0 calls are no number of calls. Fix: take 1 or more',
  ],
])('%s is refused', async (_, misuse, message) => {
  await expect(misuse()).rejects.toThrow(message);
});

test("reserved at once by many, calls are nobody else's: no window holds more than the rate", async () => {
  const limits = { intervalMs: 21, perMs: 1_000 };
  const at = { pool: 'rated', key: '' };
  const now = 5_000;
  const times = await Promise.all(
    Array.from({ length: 120 }, (_, n) => services.ledger.pools.reserve(at, limits, 1, now + (n % 7), 1e9)),
  );
  const sorted = times.map(Number).toSorted((a, b) => a - b);
  expect(sorted.every((time, n) => n === 0 || time - Number(sorted[n - 1]) >= 21)).toBe(true);
  expect(Number(sorted.at(-1)) - Number(sorted[0])).toBeLessThanOrEqual(119 * 21 + 7);
  // The service wants a pause: nobody begins before it is over.
  await services.ledger.pools.pushBack(at, 60_000);
  expect(await services.ledger.pools.reserve(at, limits, 1, 9_000, 1e9)).toBe(60_000);
});

test('a pause that the service asks for is kept by who had booked a moment within it, and moves nobody who comes after it', async () => {
  const { pools } = services.ledger;
  const at = { pool: 'paused', key: '' };
  const limits = { intervalMs: 10_000, perMs: 60_000 };
  const latest = Number.MAX_SAFE_INTEGER;
  const [first, booked, beyond] = [
    await pools.reserve(at, limits, 1, 1_000, latest),
    await pools.reserve(at, limits, 1, 1_000, latest),
    await pools.reserve(at, limits, 3, 1_000, latest),
  ];
  expect([first, booked, beyond]).toEqual([1_000, 11_000, 21_000]);
  await pools.pushBack(at, 15_000); // before what is booked already
  expect(await pools.get(at)).toMatchObject({ next: 51_000, resumeAt: 15_000 });
  let now = 1_000;
  const clock: PaceClock = {
    now: () => now,
    sleep: async (ms) => {
      now += ms;
    },
  };
  const turn = { pools, at, limits, calls: 1, clock, latest: () => latest, signal: new AbortController().signal };
  expect(await waitTurn({ ...turn, granted: booked })).toBe(51_000);
  now = 1_000;
  expect(await waitTurn({ ...turn, granted: beyond })).toBe(21_000);
});
