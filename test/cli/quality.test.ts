// What `heddle quality` says of scores and checks, and what it reads for that.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ScoreSummary, StageAccount } from '../../lib/records/index.ts';
import { openRecorded, type Recorded, runRecord } from './recorded.ts';

const day = 86_400_000;
const now = Date.parse('2026-02-01T00:00:00.000Z');
let recorded: Recorded;

const scored = (value: number): ScoreSummary => ({
  count: 2,
  sum: 2 * value,
  squares: 2 * value * value,
  min: value,
  max: value,
  warn: { below: 0.8 },
  block: { below: 0.5 },
  ...(value < 0.5 ? { blocked: 1 } : value < 0.8 ? { warned: 2 } : {}),
});
const stage = (facts: Partial<StageAccount>): StageAccount => ({
  status: 'completed',
  attempts: 1,
  spent: { usage: {} },
  ...facts,
});

beforeAll(async () => {
  recorded = await openRecorded({ manifests: [{ pipeline: 'orders' }, { pipeline: 'report' }], now: () => now });
  for (let n = 0; n < 24; n++) {
    const isLater = n >= 14;
    const createdAt = new Date(now - (isLater ? 24 - n : 60 - n) * day * 0.6).toISOString();
    await recorded.ledger.runs.create(
      runRecord('orders', `run${n}`, {
        createdAt,
        endedAt: createdAt,
        account: {
          stages: {
            rate: stage({ scores: { faithful: scored((isLater ? 0.7 : 0.9) + n / 1_000), steady: scored(0.9) } }),
            enough: stage({ check: { outcome: n === 23 ? 'blocked' : 'passed', found: `total.rows (${n}) ≥ 1` } }),
          },
        },
      }),
    );
  }
});
afterAll(() => recorded.close());

const json = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

test('how scores and checks stand, and what has drifted from the window before', async () => {
  const { stdout } = await recorded.heddle('quality', 'orders', '--json');
  const [enough, faithful, steady] = json(stdout);
  expect(enough).toMatchObject({ kind: 'check', stage: 'enough', runs: 10, blocked: 1, mean: 0.9 });
  expect(faithful).toMatchObject({ name: 'faithful', runs: 10, warned: 10, warn: { below: 0.8 } });
  expect(faithful.drift).toMatchObject({ kind: 'down', earlier: 12, later: 10, larger: 0 });
  expect(faithful.baseline).toBeCloseTo(0.9075);
  expect(steady.drift).toMatchObject({ kind: 'none' });
});

test('as a table', async () => {
  const { stdout } = await recorded.heddle('quality', 'orders');
  expect(stdout).toMatch(
    /orders +rate +faithful +10 +0\.7185 .* warn < 0\.8, block < 0\.5 +0\.9075 +down, p <?0\.0\d+ +▁/,
  );
  expect(stdout).toMatch(/orders +enough +check +10 +90 % held/);
});

test('too few runs are no drift', async () => {
  const { stdout } = await recorded.heddle('quality', 'orders', '--baseline', '1h', '--json');
  expect(json(stdout)[1].drift).toEqual({ kind: 'unknown', earlier: 0, later: 10, fewest: 8 });
});

test('a baseline that does not come before', async () => {
  expect(await recorded.heddle('quality', '--since', '2026-01-01', '--baseline', '2026-01-02')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^HDL603 --baseline is 2026-01-02\S+; expected a time before --since, 2026-01-01/),
  });
});

test('each run of one of them', async () => {
  const { stdout } = await recorded.heddle('quality', 'orders', '--of', 'enough');
  const lines = stdout.split('\n');
  expect(lines[4]).toMatch(/^2026-01-31 09:36 +run23 +run23 +no +1 +blocked +total\.rows \(23\) ≥ 1$/);
  expect(lines[5]).toMatch(/run22 .* yes +1 +passed/);
  expect(await recorded.heddle('quality', '--of', 'faithfull')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/HDL811 .*'faithfull'; expected one of enough, faithful, steady/),
  });
});

test('it reads the runs of the two windows by their index, and nothing else', async () => {
  const { calls } = await recorded.heddle('quality', 'orders', '--since', '3d', '--baseline', '1d');
  expect(calls).toEqual([{ operation: 'Query', index: 'runs', items: 6 }]);
  expect(await recorded.heddle('quality', 'report')).toMatchObject({
    code: 0,
    stdout: 'No run of that time has a score or a check.\n',
  });
});
