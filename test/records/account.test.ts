import { expect, test } from '@jest/globals';
import { accountOf, endedStages, type StageRecord } from '../../lib/records/index.ts';

const stage = (name: string, more: Partial<StageRecord> = {}): StageRecord => ({
  stage: name,
  status: 'completed',
  attempts: 1,
  ...more,
});
const score = stage('score', { durationMs: 900, items: { total: 10, completed: 8, failed: 2 } });

test.each([
  ['all that there were', [stage('list'), score], { completed: 2 }, true],
  ['a stage that was only counted', [score], { completed: 1, skipped: 1 }, false],
  ['a stage that ended otherwise since', [stage('list', { status: 'failed' })], { completed: 1 }, false],
  ['no account', [], {}, false],
])('how the stages of an ended run stood is told by an account of %s: %j', (_, records, stages, isTold) => {
  const told = endedStages({ account: accountOf(records), stages });
  expect(told?.map((one) => one.stage)).toEqual(isTold ? records.map((one) => one.stage) : undefined);
});

test('with what the grid of runs shows of each', () => {
  expect(endedStages({ account: accountOf([score]), stages: { completed: 1 } })).toEqual([
    {
      stage: 'score',
      status: 'completed',
      attempts: 1,
      durationMs: 900,
      items: { total: 10, failed: 2 },
    },
  ]);
});
