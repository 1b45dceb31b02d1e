// What `heddle cost` adds up, by which prices, and what it reads for that.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { RunAccount, Spent } from '../../lib/records/index.ts';
import { orders } from './orders.ts';
import { openRecorded, type Recorded, runRecord } from './recorded.ts';

const now = Date.parse('2026-02-01T00:00:00.000Z');
const folder = mkdtempSync(join(tmpdir(), 'heddle-prices-'));
let recorded: Recorded;

const spent = (transitions: number, rest: Omit<Spent, 'usage'> = {}): Spent => ({ usage: { transitions }, ...rest });
const stage = (of: Spent, items?: number) => ({
  status: 'completed' as const,
  attempts: 1,
  spent: of,
  ...(items === undefined ? {} : { items }),
});
const account: RunAccount = {
  stages: {
    list: stage(spent(1_000, { models: { nova: { calls: 2, inputTokens: 1_000_000, outputTokens: 500_000 } } })),
    clean: stage(spent(2_000, { calls: { crm: { count: 3 }, mail: { count: 1, dollars: 0.25 } } }), 40),
  },
};

beforeAll(async () => {
  recorded = await openRecorded({
    manifests: [{ pipeline: 'orders', overhead: { transitions: 100 } }, { pipeline: 'report' }],
    pipelines: [orders],
    now: () => now,
  });
  const { runs } = recorded.ledger;
  const ended = (day: string) => ({ createdAt: `${day}T10:00:00.000Z`, endedAt: `${day}T11:00:00.000Z`, account });
  await runs.create(runRecord('orders', 'a', ended('2026-01-30')));
  await runs.create(runRecord('orders', 'b', { ...ended('2026-01-31'), generation: 2 }));
  await runs.create(runRecord('orders', 'c', { createdAt: '2026-01-31T12:00:00.000Z', status: 'running' }));
  for (let day = 10; day < 30; day++) await runs.create(runRecord('orders', `old${day}`, ended(`2025-11-${day}`)));
});
afterAll(async () => {
  await recorded.close();
  rmSync(folder, { recursive: true, force: true });
});

const json = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

test('by stage, with what is no stage’s own for each execution, beside the estimate', async () => {
  const { code, stdout, stderr } = await recorded.heddle('cost', 'orders', '--json');
  expect(code).toBe(0);
  const rows = json(stdout);
  expect(rows.map(({ stage: name }) => name)).toEqual(['clean', 'list', '(Heddle)']);
  const [clean, list, heddle] = rows;
  expect(clean).toMatchObject({ pipeline: 'orders', runs: 2, items: 80, aws: 0.1, calls: 0.5, unpriced: ['crm'] });
  expect(clean.estimatedPerRun).toBeGreaterThan(0);
  expect(clean.actualPerRun).toBeCloseTo(0.05);
  expect(list).toMatchObject({ aws: 0.05, models: 0, unpriced: ['nova'] });
  expect(heddle.aws).toBeCloseTo(0.0075); // three executions
  expect(stderr).toContain('1 run(s) have not ended and are not in it.');
  expect(stderr).toContain('No price is known of nova, crm: add it to heddle.prices.json.');
});

test('by day and by pipeline', async () => {
  const days = json((await recorded.heddle('cost', '--by', 'day', '--json')).stdout);
  expect(days.map(({ day, runs }) => [day, runs])).toEqual([
    ['2026-01-30', 1],
    ['2026-01-31', 1],
  ]);
  const pipelines = json((await recorded.heddle('cost', '--json', '--since', '2025-11-01')).stdout);
  expect(pipelines).toMatchObject([{ pipeline: 'orders', runs: 22 }]);
});

describe('prices of a file', () => {
  const priced = async (text: string, ...words: readonly string[]) => {
    const file = join(folder, 'prices.json');
    writeFileSync(file, text);
    return recorded.heddle('cost', ...words, '--prices', file);
  };

  test('stand instead of the list prices; models and services too', async () => {
    const prices = { transition: 1, models: { nova: { input: 2, output: 10 } }, calls: { crm: 0.1 } };
    const { stdout } = await priced(JSON.stringify(prices), 'orders', '--json');
    const [clean, list] = json(stdout);
    expect(clean).toMatchObject({ aws: 4_000, calls: 1.1, unpriced: [] });
    expect(list).toMatchObject({ aws: 2_000, models: 14, unpriced: [] });
  });

  test('by model', async () => {
    const { stdout } = await priced('{"models":{"nova":{"input":2,"output":10}}}', '--by', 'model', '--json');
    expect(json(stdout)).toEqual([
      {
        model: 'nova',
        runs: 2,
        calls: 4,
        inputTokens: 2_000_000,
        outputTokens: 1_000_000,
        cachedTokens: 0,
        prompts: [],
        dollars: 14,
      },
    ]);
  });

  test.each([
    ['{', /HDL810 .*prices\.json: .*JSON/],
    ['{"transitions":1}', /there is no price 'transitions'; .*did you mean transition\?/],
    ['{"calls":{"crm":-1}}', /calls\.crm: .*>=0/],
    ['{"models":{"nova":{"input":1}}}', /models\.nova\.output: /],
  ])('%s is refused', async (text, message) => {
    expect(await priced(text)).toMatchObject({ code: 2, stderr: expect.stringMatching(message) });
  });
});

test('it reads the runs of the span by their index, and nothing else', async () => {
  const { calls } = await recorded.heddle('cost', 'orders', '--since', '30d');
  expect(calls).toEqual([{ operation: 'Query', index: 'runs', items: 3 }]);
});

test('a grouping that is none', async () => {
  expect(await recorded.heddle('cost', '--by', 'week')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("HDL603 --by is 'week'"),
  });
});

test('a span that ends before it begins', async () => {
  expect(await recorded.heddle('cost', '--since', '2026-01-02', '--until', '2026-01-01')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^HDL603 --since is 2026-01-02\S+; expected a time before 2026-01-01/),
  });
});

test('no run in that time', async () => {
  expect(await recorded.heddle('cost', 'report')).toMatchObject({ code: 0, stdout: 'No run ended in that time.\n' });
});
