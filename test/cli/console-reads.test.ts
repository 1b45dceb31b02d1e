// The console's lists on a ledger with far more runs than they show: what is read is what is shown, and at most one more, which says
// that there are more.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readGrid, readHome, readRuns } from '../../lib/cli/console/read.ts';
import { readRun } from '../../lib/cli/console/read-run.ts';
import { readLetters } from '../../lib/cli/console/read-waiting.ts';
import { openRecorded, type Recorded, runRecord, type TableCall } from './recorded.ts';

let recorded: Recorded;
const pipelines = ['orders', 'report'] as const;

beforeAll(async () => {
  recorded = await openRecorded({ manifests: pipelines.map((pipeline) => ({ pipeline })) });
  for (const pipeline of pipelines)
    await Promise.all(
      Array.from({ length: 150 }, (_, n) => {
        const at = new Date(Date.UTC(2026, 0, 1) + n * 60_000).toISOString();
        const ended = { startedAt: at, endedAt: at, account: { stages: {} } };
        return recorded.ledger.runs.create(runRecord(pipeline, `r${n}`, { createdAt: at, ...ended }));
      }),
    );
});
afterAll(() => recorded.close());

const itemsOf = (calls: readonly TableCall[]): number => calls.reduce((sum, { items }) => sum + items, 0);
const noScan = (calls: readonly TableCall[]): void => {
  expect(calls.filter(({ operation }) => operation === 'Scan')).toEqual([]);
};

test('the list of runs', async () => {
  const { facts, calls } = await recorded.desk((desk) => readRuns(desk));
  noScan(calls);
  expect(facts.runs).toHaveLength(30);
  expect(itemsOf(calls)).toBe(30);
});

test('dead letters: more than are shown, or as many', async () => {
  const letters = Array.from({ length: 501 }, (_, item) => ({
    ...{ pipeline: 'report', run: 'r0', partition: 'r0', stage: 'clean', item, error: 'E', cause: 'no', attempts: 1 },
    ...{ firstAt: '2026-01-01T10:00:00.000Z', lastAt: '2026-01-01T10:00:00.000Z', definitionHash: 'd' },
  }));
  const { deadLetters } = recorded.ledger;
  const write = (some: typeof letters) =>
    Promise.all(some.map((letter) => deadLetters.write(letter, recorded.services.queueUrl)));
  const looked = async () => {
    const { facts: all } = await recorded.desk((desk) => readLetters(desk, undefined));
    const { facts: ofRun } = await recorded.desk((desk) => readRun(desk, 'report', 'r0'));
    return [all.letters.length, all.beyond, ofRun?.deadLetters.length, ofRun?.moreLetters];
  };
  await write(letters.slice(0, 500));
  expect(await looked()).toEqual([500, false, 500, false]);
  await write(letters.slice(500));
  expect(await looked()).toEqual([500, true, 500, true]);
});

test('the grid of a pipeline, and the older page of it', async () => {
  const grid = async (before?: { readonly createdAt: string; readonly run: string }) => {
    const { facts, calls } = await recorded.desk(async (desk) =>
      readGrid(desk, await desk.target.pipeline('orders'), before),
    );
    noScan(calls);
    expect(facts.rows).toHaveLength(25);
    expect(itemsOf(calls)).toBe(facts.older === undefined ? 25 : 26);
    return { runs: facts.rows.map(({ run }) => run), older: facts.older };
  };
  const at = (minute: number) => ({ createdAt: new Date(Date.UTC(2026, 0, 1) + minute * 60_000).toISOString() });
  const { runs: newest } = await grid();
  const oldest = newest.at(-1);
  expect([newest[0]?.run, oldest?.run]).toEqual(['r149', 'r125']);
  expect((await grid(oldest)).runs[0]?.run).toBe('r124');
  expect((await grid({ ...at(26), run: 'r26' })).older).toMatch(/run=r1$/);
  expect((await grid({ ...at(25), run: 'r25' })).older).toBeUndefined();
});

test('the first page', async () => {
  const { facts, calls } = await recorded.desk(readHome);
  noScan(calls);
  expect(facts.pipelines.map(({ runs }) => runs.length)).toEqual([5, 5]);
  expect(itemsOf(calls)).toBe(10);
});

test('heddle runs', async () => {
  const { stdout, calls } = await recorded.heddle('runs', '--limit', '20', '--json');
  noScan(calls);
  expect(stdout.trimEnd().split('\n')).toHaveLength(20);
  expect(itemsOf(calls)).toBeLessThanOrEqual(2 * 20); // the newest of each pipeline, of which the newest are shown
});

test('runs under way: more than are counted, or as many', async () => {
  const { ledger } = recorded;
  const open = Array.from({ length: 101 }, (_, n) => runRecord('report', `open${n}`, { status: 'pending' }));
  const looked = async () => {
    const { facts } = await recorded.desk(readHome);
    const { facts: list } = await recorded.desk((desk) => readRuns(desk, 'open'));
    return [facts.pipelines.map(({ open: count }) => count), facts.openBeyond, list.runs.length, list.beyond];
  };
  await Promise.all(open.slice(0, 100).map((run) => ledger.runs.create(run)));
  expect(await looked()).toEqual([[0, 100], false, 100, false]);
  await Promise.all(open.slice(100).map((run) => ledger.runs.create(run)));
  expect(await looked()).toEqual([[0, 100], true, 100, true]);
});
