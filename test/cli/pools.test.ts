// `heddle pools`: who holds, who waits, and when there is room.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { definePipeline, definePool, defineStage, type Pool, poolLimits } from '../../lib/definition/index.ts';
import type { PoolEntry } from '../../lib/ledger/index.ts';
import { openRecorded, type Recorded } from './recorded.ts';

const now = Date.parse('2026-01-01T12:00:00.000Z');
const crm = definePool('crm', { slots: 2, priority: true });
const model = definePool('model', { rate: { per: '1m', calls: 60 } });
const perCustomer = definePool('perCustomer', { slots: 1, key: 'customer' });
const input = z.object({ customer: z.string() });
const push = defineStage('push', { input, output: z.object({}) });
const using = (pool: Pool) =>
  definePipeline(pool.name, { input }, (flow) => {
    flow.task(push, { customer: flow.input.customer }, { pool: pool as never });
  });

/** The table without the rule under its heading. */
const rowsOf = (stdout: string): readonly string[] =>
  stdout.split('\n').filter((line) => line !== '' && !line.startsWith('─'));

const opened: Recorded[] = [];
const open = async (...pools: readonly Pool[]): Promise<Recorded> => {
  const recorded = await openRecorded({ manifests: [], pipelines: pools.map(using), now: () => now });
  opened.push(recorded);
  return recorded;
};
afterAll(async () => {
  for (const recorded of opened) await recorded.close();
});

describe('where nothing is used', () => {
  test.each([
    [
      'by no stage',
      [],
      "No stage uses a pool. Give it one: flow.task(stage, input, { pool: definePool('crm', { slots: 4 }) })\n",
    ],
    ['lately, of pools with a key', [perCustomer], 'Of perCustomer nothing was used lately.\n'],
  ])('%s', async (_, pools, said) => {
    const { heddle } = await open(...pools);
    expect(await heddle('pools')).toMatchObject({ code: 0, stdout: said });
    expect(await heddle('pools', '--json')).toMatchObject({ code: 0, stdout: '' });
  });

  test('one that there is not is refused', async () => {
    const { heddle } = await open(crm, model);
    expect(await heddle('pools', 'crn')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        /^HDL814 there is no pool 'crn'; expected one of crm, model\. Fix: did you mean crm\?/,
      ),
    });
  });

  test('a pool without a key is there all the same, and free', async () => {
    const { heddle } = await open(crm, model);
    const { stdout } = await heddle('pools');
    expect(rowsOf(stdout).slice(1)).toEqual([
      expect.stringMatching(/^crm +– +0 of 2 +– +– +0 +– +0 +–$/),
      expect.stringMatching(/^model +– +– +60 in 1 m 0 s +now +0 +– +0 +0$/),
    ]);
  });
});

describe('where some hold and some wait', () => {
  let recorded: Recorded;
  const entryOf = (pool: Pool, run: string, more: Partial<PoolEntry> = {}): PoolEntry => ({
    pool: pool.name,
    key: '',
    limits: poolLimits(pool),
    owner: `stage/${pool.name}/${run}/1/push`,
    since: now - 90_000,
    holdMs: 600_000,
    // Of a state that is never asked: nobody is granted anything here but who comes while there is room.
    givesUpAt: now + 600_000,
    ...more,
  });
  beforeAll(async () => {
    recorded = await open(crm, model, perCustomer);
    const { pools } = recorded.ledger;
    for (const run of ['r1', 'r2', 'r3']) await pools.enter(entryOf(crm, run), now - 60_000);
    await pools.enter(entryOf(crm, 'r4', { low: true, since: now - 30_000 }), now - 30_000);
    for (const run of ['r5', 'r6', 'r7']) await pools.enter(entryOf(model, run, { since: now }), now);
    await pools.enter(entryOf(perCustomer, 'r8', { key: 'acme' }), now);
    await pools.enter(entryOf(perCustomer, 'r9', { key: 'beta # 1' }), now);
    await pools.enter(entryOf(perCustomer, 'r10', { key: 'beta # 1', since: now - 5_000 }), now);
  });

  test('as a table', async () => {
    const { code, stdout } = await recorded.heddle('pools');
    expect(code).toBe(0);
    expect(rowsOf(stdout)).toEqual([
      expect.stringMatching(/^pool +key +slots +rate +next call +waiting +oldest +low priority +booked$/),
      expect.stringMatching(/^crm +– +2 of 2 +– +– +1 +1 m 30 s +1 +–$/),
      expect.stringMatching(/^model +– +– +60 in 1 m 0 s +in 3.0 s +0 +– +0 +3$/),
      expect.stringMatching(/^perCustomer +acme +1 of 1 +– +– +0 +– +0 +–$/),
      expect.stringMatching(/^perCustomer +beta # 1 +1 of 1 +– +– +1 +5.0 s +0 +–$/),
    ]);
  });

  test('as JSON, with who holds a slot since when and for how long at most', async () => {
    const { stdout } = await recorded.heddle('pools', '--json');
    const [first, second, , fourth] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(first).toEqual({
      pool: 'crm',
      slots: { held: 2, of: 2 },
      holders: ['r1', 'r2'].map((run) => ({
        owner: `stage/crm/${run}/1/push`,
        since: '2026-01-01T11:59:00.000Z',
        until: '2026-01-01T12:09:00.000Z',
      })),
      waiting: { live: 1, low: 1 },
      oldest: '2026-01-01T11:58:30.000Z',
    });
    expect(second).toMatchObject({
      pool: 'model',
      holders: [],
      rate: { calls: 60, perSeconds: 60, booked: 3 },
      nextFree: expect.stringMatching(/^2026-01-01T12:00:03/),
    });
    expect(fourth).toMatchObject({ pool: 'perCustomer', key: 'beta # 1', waiting: { live: 1, low: 0 } });
  });

  test('one of them alone', async () => {
    const { stdout } = await recorded.heddle('pools', 'perCustomer');
    expect(rowsOf(stdout).map((line) => line.split(' ')[0])).toEqual(['pool', 'perCustomer', 'perCustomer']);
  });
});
