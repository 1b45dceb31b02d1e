import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ResumeOrder } from '../../../lib/records/index.ts';
import { RepairShop } from './deployment.ts';

const shop = new RepairShop();
beforeAll(async () => {
  await shop.deploy();
});
afterAll(() => shop.close());

const order = (id: string, changes: Partial<ResumeOrder> = {}): ResumeOrder => ({
  id,
  generation: 2,
  again: [],
  below: [],
  items: {},
  by: 'tester',
  reason: 'a test',
  ...changes,
});

test('a failed stage and what depends on it run; the rest gives its stored results', async () => {
  shop.fail('total');
  const { run, status } = await shop.run('stage', 3);
  expect(status).toBe('failed');
  expect(await shop.stages(run)).toMatchObject({ total: 'failed', publish: 'skipped', side: 'completed' });
  shop.calls();
  shop.fail();
  await shop.send({ kind: 'resume', pipeline: 'repair', run, order: order('again', { again: ['total'] }) });
  expect(await shop.ended(`${run}_2`)).toBe('SUCCEEDED');
  expect(shop.calls()).toEqual(['publish', 'total']);
  expect(await shop.record(run)).toMatchObject({ status: 'completed', generation: 2, deadLetters: 0 });
});
