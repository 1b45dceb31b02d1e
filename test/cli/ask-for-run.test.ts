// What `heddle start` says when what a run reads is not there: which partition could start instead.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { checkWanted } from '../../lib/cli/ask-for-run.ts';
import type { PartitionRecord } from '../../lib/records/index.ts';
import { openRecorded, type Recorded, runRecord } from './recorded.ts';

const days = Array.from({ length: 30 }, (_, n) => `day${n}`);
let recorded: Recorded;

beforeAll(async () => {
  recorded = await openRecorded({
    manifests: [
      { pipeline: 'orders' },
      { pipeline: 'rates' },
      { pipeline: 'report', upstream: { orders: 'orders', rates: 'rates' } },
    ],
  });
  const { runs } = recorded.ledger;
  const complete = async (pipeline: string, partition: string, minute: number): Promise<void> => {
    const createdAt = new Date(Date.UTC(2026, 0, 1) + minute * 60_000).toISOString();
    const run = `${pipeline}-${partition}`;
    await runs.create(runRecord(pipeline, run, { partition, createdAt, endedAt: createdAt }));
    const facts: PartitionRecord = { pipeline, partition, run, status: 'completed', updatedAt: createdAt };
    await runs.markPartition(facts, createdAt);
  };
  for (const [minute, day] of days.entries()) await complete('orders', day, minute);
  for (const day of ['day3', 'day5']) await complete('rates', day, 60);
});
afterAll(() => recorded.close());

test('the newest that could, looked for ten at a time', async () => {
  let [now, most] = [0, 0];
  const wanted = recorded.desk(({ target }) => {
    const { ledger } = target;
    const partitions: typeof ledger.runs.partitions = (...asked) => {
      now += 1;
      most = Math.max(most, now);
      return ledger.runs.partitions(...asked).finally(() => {
        now -= 1;
      });
    };
    const watched = { ...target, ledger: { ...ledger, runs: { ...ledger.runs, partitions } } };
    return checkWanted(watched, { pipeline: 'report', id: 'a', partition: 'day40' });
  });
  await expect(wanted).rejects.toThrow(
    /HDL618 for partition day40, report reads from orders, which is without a run, and rates, .* --partition, such as day5, or/,
  );
  expect(most).toBe(2 * 10); // two upstreams each
});
