// A few of the random runs of `npm run faults`; and a wrapper that does things twice, which they find.
import { expect, test } from '@jest/globals';
import { stageHandler } from '../../lib/runtime/index.ts';
import { runTrials, type Trial } from './trials.ts';

test('random runs with random faults lose nothing, double nothing, end, and are resumed', async () => {
  const trials: Trial[] = [];
  await runTrials({ runs: 60, seed: '7', onTrial: (trial) => trials.push(trial) });
  expect(trials.filter(({ problems }) => problems.length > 0)).toEqual([]);
  expect(trials).toHaveLength(60);
  const failed = trials.filter(({ declared }) => declared === 'failed');
  expect(failed.length).toBeGreaterThan(3);
  expect(failed.filter(({ resumed }) => resumed)).toEqual(failed);
}, 240_000);

/** In it a choice is asked for behind the latch of a stage that comes after the choice: the stage that asked was skipped without a word. */
test('what an earlier seed found stays mended', async () => {
  const trials: Trial[] = [];
  await runTrials({ runs: 160, seed: '22', only: '22.15.2', onTrial: (trial) => trials.push(trial) });
  expect(trials).toMatchObject([{ seed: '22.15.2', problems: [] }]);
});

test('a wrapper that works twice is found out', async () => {
  let wrong = 0;
  await runTrials({
    runs: 10,
    seed: '7',
    wrapper: (stage, work, environment) =>
      stageHandler(
        stage,
        async (given) => {
          await work(given);
          return work(given);
        },
        environment,
      ),
    onTrial: ({ problems }) => {
      if (problems.some((problem) => problem.includes('did one side effect'))) wrong += 1;
    },
  });
  expect(wrong).toBe(10);
}, 120_000);
