// Folding a tree of groups is folding the list, for whatever is associative: also where order matters.
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { portionsOf, rangesOf } from '../../lib/ledger/index.ts';
import type { Json } from '../../lib/records/index.ts';
import { foldParts, type GroupLimits } from '../../lib/runtime/fold.ts';

type Merge = (parts: readonly Json[]) => Json;

/** Batches of rows are numbered by their first rows, all others one after the other. */
const apart = fc.constantFrom(1, 1_000);
const limits = fc.record({ parts: fc.integer({ min: 1, max: 5 }), size: fc.integer({ min: 1, max: 40 }) });
const parts = fc.array(fc.string({ minLength: 1, maxLength: 6, unit: 'grapheme-ascii' }), { maxLength: 60 });

/** As the machine does it: the batches in portions, each folded by itself, then what came of those. */
const asTree = async (batches: readonly (readonly string[])[], most: GroupLimits, apart: number, merge: Merge) => {
  const numbers = batches.map((_, index) => index * apart);
  const record = { stage: 's', status: 'completed', attempts: 1, portions: portionsOf(numbers) } as const;
  const made: Json[] = [];
  for (const { from, to } of rangesOf({ ...record, items: { total: 1, completed: 1, failed: 0 } })) {
    const within = batches.filter((_, index) => index * apart >= from && (to === null || index * apart <= to));
    const one = await foldParts(within.flat(), most, async (group) => merge(group));
    if (one !== undefined) made.push(one);
  }
  return foldParts(made, most, async (group) => merge(group));
};

test('text in order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(parts, { maxLength: 30 }), limits, apart, async (batches, most, apart) => {
      const whole = batches.flat().join('');
      expect((await asTree(batches, most, apart, (group) => group.join(''))) ?? '').toBe(whole);
    }),
    { numRuns: 300 },
  );
});

test('sums, and the largest', async () => {
  const sum = (group: readonly Json[]): Json => group.reduce<number>((total, one) => total + Number(one), 0);
  const largest = (group: readonly Json[]): Json => Math.max(...group.map(Number));
  const numbers = fc.array(fc.array(fc.integer({ min: -1_000, max: 1_000 }).map(String), { maxLength: 40 }), {
    maxLength: 30,
  });
  await fc.assert(
    fc.asyncProperty(numbers, limits, apart, async (batches, most, apart) => {
      const all = batches.flat().map(Number);
      expect(await asTree(batches, most, apart, sum)).toEqual(all.length === 0 ? undefined : sum(all));
      expect(await asTree(batches, most, apart, largest)).toEqual(all.length === 0 ? undefined : largest(all));
    }),
    { numRuns: 200 },
  );
});

test('what is held is a group, however many parts there are', async () => {
  let most = 0;
  async function* many(): AsyncGenerator<Json> {
    for (let part = 0; part < 100_000; part++) yield 1;
  }
  const total = await foldParts(many(), { parts: 1_000, size: 500 }, async (group) => {
    most = Math.max(most, group.length);
    return group.reduce<number>((sum, one) => sum + Number(one), 0);
  });
  expect(total).toBe(100_000);
  expect(most).toBeLessThanOrEqual(502);
});

test('portions are about as many as there are batches in each, a thousand at most', () => {
  const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);
  expect([0, 1, 2, 100, 1_000, 4_000_000].map((count) => portionsOf(numbers(count)).length)).toEqual([
    0, 1, 2, 10, 32, 1_000,
  ]);
});
