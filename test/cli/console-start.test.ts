// The plan of a start, where what the run reads is not there.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openActions } from '../../lib/cli/console/do.ts';
import { html, textOf } from '../../lib/console/index.ts';
import { orders, report } from './orders.ts';
import { openRecorded, type Recorded, runRecord } from './recorded.ts';

let recorded: Recorded;
beforeAll(async () => {
  recorded = await openRecorded({
    manifests: [{ pipeline: 'orders' }, { pipeline: 'report', upstream: { orders: 'orders' } }],
    pipelines: [orders, report],
  });
});
afterAll(() => recorded.close());

const planned = async (given: { readonly [field: string]: string }) => {
  const { facts } = await recorded.desk((desk) =>
    Promise.resolve(openActions(desk).look('start', { pipeline: 'report', input: '{}', ...given })),
  );
  return textOf(html`${facts?.regions.map(({ body }) => body)}`);
};

test('without a partition, it is said that one is needed, and which there is', async () => {
  const needs =
    'HDL618 report reads what orders gave for its partition, but no partition was given; expected a partition';
  expect(await planned({})).toContain(needs);
  expect(await planned({ partition: '' })).toContain(
    'Fix: name one with --partition, or start orders first: report follows',
  );
  const { runs } = recorded.ledger;
  for (const [partition, status] of [
    ['monday', 'completed'],
    ['tuesday', 'failed'],
  ] as const) {
    const record = runRecord('orders', partition, { status });
    await runs.create(record);
    await runs.markPartition(
      { pipeline: 'orders', partition, run: partition, status, updatedAt: 'now' },
      record.createdAt,
    );
  }
  expect(await planned({})).toContain('Fix: name one with --partition, such as monday, or start orders first');
  expect(await planned({ partition: 'tuesday' })).toContain(
    'HDL618 for partition tuesday, report reads from orders, which is failed',
  );
  expect(await planned({ partition: 'monday' })).toContain('report would be started for partition monday with');
});
