// Some of what a map gave: only the batches that have it are read.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openServices, type TestServices } from '../services.ts';

let services: TestServices;
const at = { pipeline: 'p', run: 'r', stage: 'map', spread: undefined };
const scope = { pipeline: 'p', run: 'r', partition: 'x', chosen: {} };
const outputs = { kind: 'ref', source: { kind: 'stage', stage: 'map' }, path: ['outputs'] } as const;
const now = '2026-01-01T00:00:00.000Z';
/** Of 30 items every seventh failed. */
const good = Array.from({ length: 30 }, (_, index) => index).filter((index) => index % 7 !== 0);

beforeAll(async () => {
  services = await openServices();
  const { stages, payloads } = services.ledger;
  for (let batch = 0; batch < 6; batch++) {
    const results = Array.from({ length: 5 }, (_, item) => {
      const index = batch * 5 + item;
      return index % 7 === 0 ? { index, error: 'e', cause: 'c' } : { index, output: index };
    });
    const failed = results.filter((one) => 'error' in one).length;
    await stages.claimBatch(at, batch, 'o', now);
    const counts = { completed: 5 - failed, failed, results: await payloads.storeResults('p', results) };
    await stages.settleBatch(at, batch, 'o', { status: 'completed', endedAt: now, durationMs: 0, ...counts });
  }
  const items = { total: 30, completed: good.length, failed: 30 - good.length };
  await stages.closeMap(at, { status: 'completed', endedAt: now, items });
});
afterAll(() => services.close());

test.each([
  [0, 5],
  [3, 4],
  [0, 25],
  [24, 10],
  [30, 5],
  [0, 0],
])('from %i, %i of them', async (first, size) => {
  expect(await services.ledger.resolver().slice(outputs, scope, first, size)).toEqual({
    values: good.slice(first, first + size),
    total: good.length,
  });
});

test('of any other list', async () => {
  const list = { kind: 'value', value: [1, 2, 3] } as const;
  expect(await services.ledger.resolver().slice(list, scope, 1, 5)).toEqual({ values: [2, 3], total: 3 });
});
