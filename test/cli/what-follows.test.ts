// Which pipelines have yet to follow a run that a command has shown.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { yetToFollow } from '../../lib/cli/what-follows.ts';
import type { RunRecord } from '../../lib/records/index.ts';
import { openRecorded, type Recorded, runRecord } from './recorded.ts';

let recorded: Recorded;
const collected = runRecord('collect', 'c1', { partition: 'monday', endedAt: '2026-01-01T10:00:05.000Z' });

const record = async (run: RunRecord): Promise<void> => {
  const { runs } = recorded.ledger;
  const { pipeline, partition, run: id, status, createdAt } = run;
  await runs.create(run);
  await runs.markPartition({ pipeline, partition, run: id, status, updatedAt: createdAt }, createdAt);
};

beforeAll(async () => {
  recorded = await openRecorded({
    manifests: [
      { pipeline: 'collect' },
      { pipeline: 'score', upstream: { collected: 'collect' } },
      { pipeline: 'report', upstream: { collected: 'collect', scored: 'score' } },
      { pipeline: 'other' },
    ],
  });
  await record(collected);
});
afterAll(() => recorded.close());

test('those that read it, until a run of theirs from it has ended', async () => {
  const left = async () => (await recorded.desk(({ target }) => yetToFollow(target, collected))).facts;
  const follower = (pipeline: string, identity: string, facts: Partial<RunRecord>) =>
    runRecord(pipeline, `${pipeline}-1`, {
      ...{ partition: 'monday', trigger: { kind: 'upstream', identity, detail: identity } },
      ...facts,
    });
  expect(await left()).toEqual(['score', 'report']);
  await record(follower('score', 'c1', { endedAt: '2026-01-01T10:00:09.000Z' }));
  expect(await left()).toEqual(['report']);
  await record(follower('report', 'c1 score-1', { status: 'running' }));
  expect(await left()).toEqual(['report']);
  await recorded.ledger.runs.end('report', 'report-1', { status: 'completed', endedAt: 'then', endedBy: 'finish' }, 1);
  expect(await left()).toEqual([]);
});
