// A run goes on after it failed, was stopped, or was done: only what has to be done again is.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { RepairShop } from './deployment.ts';

const shop = new RepairShop();
beforeAll(async () => {
  await shop.deploy();
});
beforeEach(() => shop.fail());
afterAll(() => shop.close());

const failed = async (id: string, count: number, ...fails: readonly string[]): Promise<string> => {
  shop.fail(...fails);
  const { run, status } = await shop.run(id, count);
  expect(status).toBe('failed');
  shop.calls();
  shop.fail();
  return run;
};
const items = (numbers: readonly number[]) => numbers.map((n) => `score ${n}`).sort();

describe('heddle resume', () => {
  test('prints what becomes of each stage and why, and does nothing without --go', async () => {
    const run = await failed('plan', 3, 'total');
    const { code, stdout, stderr } = await shop.heddle('resume', run);
    expect(code).toBe(0);
    const [headings, _, ...rows] = stdout.trim().split('\n');
    expect(headings?.split(/ {2,}/)).toEqual(['stage', 'is', 'because']);
    expect(rows.map((row) => row.split(/ {2,}/)).sort()).toEqual([
      ['list', 'reused', 'completed'],
      ['publish', 'run', 'it was skipped: total is failed'],
      ['score', 'reused', 'completed'],
      ['side', 'reused', 'completed'],
      ['total', 'run again', 'it failed: Heddle.Permanent: total was told to fail'],
    ]);
    expect(stderr).toContain('Nothing is done yet: add --go.');
    expect(shop.calls()).toEqual([]);
    expect(await shop.record(run)).toMatchObject({ status: 'failed' });
  });

  test('runs what failed and what depends on it; the rest gives its stored results', async () => {
    const run = await failed('stage', 3, 'total');
    expect(await shop.heddle('resume', run, '--go', '--because', 'the disk is mended')).toMatchObject({ code: 0 });
    expect(shop.calls()).toEqual(['publish', 'total']);
    expect(await shop.record(run)).toMatchObject({ status: 'completed', generation: 2, deadLetters: 0 });
    expect(await shop.ledger.audit.list('repair', run)).toMatchObject([
      { what: 'asked' },
      { what: 'started' },
      { what: 'stageFailed', detail: 'total: Heddle.Permanent: total was told to fail' },
      { what: 'ended' },
      { what: 'resumed', by: expect.stringContaining('with heddle'), detail: 'the disk is mended: total' },
      { what: 'started' },
      { what: 'ended', detail: 'completed' },
    ]);
  });

  test('runs the failed items of a map, and no other item', async () => {
    const bad = [3, 7, 11, 19, 20];
    const run = await failed('items', 24, ...items(bad));
    expect((await shop.heddle('resume', run)).stdout).toMatch(
      /score +failed items run again +it failed: .* 19 items keep/,
    );
    expect(await shop.heddle('resume', run, '--go')).toMatchObject({ code: 0 });
    expect(shop.calls()).toEqual(['publish', ...items(bad), 'total']);
    const stages = await shop.ledger.stages.list('repair', run);
    expect(stages.find(({ stage }) => stage === 'score')).toMatchObject({
      status: 'completed',
      items: { total: 24, completed: 24, failed: 0 },
    });
    expect(await shop.output(run)).toEqual({ n: 276 });
  });

  test('can fail again, and be resumed again', async () => {
    const run = await failed('often', 3, 'total');
    shop.fail('publish');
    expect(await shop.heddle('resume', run, '--go')).toMatchObject({ code: 1 });
    shop.fail();
    expect(await shop.heddle('resume', run, '--go')).toMatchObject({ code: 0 });
    expect(shop.calls()).toEqual(['publish', 'publish', 'total']);
    expect(await shop.record(run)).toMatchObject({ status: 'completed', generation: 3 });
  });

  test('--from begins at a stage of a completed run; what gets the same input keeps its result', async () => {
    const { run } = await shop.run('from', 3);
    shop.calls();
    expect(await shop.heddle('resume', run, '--from', 'total', '--go')).toMatchObject({ code: 0 });
    expect(shop.calls()).toEqual(['total']); // its sum is the same, so publish is not called
    expect(await shop.stages(run)).toMatchObject({ publish: 'completed' });
  });

  test('goes on with a run that was stopped', async () => {
    const { run } = await shop.stopped('stopped', 3);
    expect(await shop.record(run)).toMatchObject({
      status: 'cancelled',
      cause: expect.stringMatching(/^stopped by .* with heddle: a test$/),
    });
    expect(await shop.stages(run)).toMatchObject({ side: 'cancelled' });
    expect(await shop.heddle('cancel', run, '--go')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^HDL656/),
    });
    shop.calls();
    expect(await shop.heddle('resume', run, '--go')).toMatchObject({ code: 0 });
    expect(await shop.record(run)).toMatchObject({ status: 'completed', generation: 2 });
  });

  test('a map of which a batch has lost its results is run again', async () => {
    const { run } = await shop.run('lost', 23);
    const { aws } = shop;
    const manifest = await shop.manifest();
    await aws.call('dynamodb', 'UpdateItem', {
      TableName: manifest.table,
      Key: { pk: { S: `run#repair#${run}` }, sk: { S: 'batch#score#00000002' } },
      UpdateExpression: 'SET results = :gone',
      ExpressionAttributeValues: {
        ':gone': { M: { kind: { S: 'object' }, key: { S: 'payloads/repair/gone.json' }, bytes: { N: '70000' } } },
      },
    });
    const plan = (await shop.heddle('resume', run, '--from', 'publish')).stdout;
    expect(plan).toMatch(/score +run again +its stored output is gone/);
    expect(plan).toMatch(/side +reused/);
  });

  test('runs with the code that is deployed now', async () => {
    const run = await failed('code', 3, 'score 0', 'score 1', 'score 2');
    await shop.deploy(10);
    expect(await shop.heddle('resume', run, '--go')).toMatchObject({ code: 0 });
    expect(await shop.output(run)).toEqual({ n: 30 });
    const { run: done } = await shop.run('changed', 3);
    await shop.deploy(100);
    const plan = (await shop.heddle('resume', done, '--from', 'publish')).stdout;
    expect(plan).toMatch(/score +reused +completed; its code has changed since: --from runs it again/);
    expect(plan).toMatch(/total +reused +completed$/m);
    expect(plan).toMatch(/publish +run again +it was asked for/);
  });

  test.each([
    ['a completed run, without --from', ['c'], /^HDL623 the run \S+ is completed; .* --from/],
    ['a stage that there is not', ['c', '--from', 'totl'], /^HDL626 .* has no stage 'totl'; .*did you mean total\?/],
  ])('%s is refused', async (_, [id = '', ...more], message) => {
    const { run } = await shop.run(id, 1);
    expect(await shop.heddle('resume', run, ...more)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(message),
    });
  });

  test('a run that there is not is refused', async () => {
    expect(await shop.heddle('resume', 'nobody')).toMatchObject({ code: 2, stderr: expect.stringMatching(/^HDL615/) });
  });
});

describe('heddle fork', () => {
  test("makes a run of its own, with the old one's results up to a stage", async () => {
    const { run } = await shop.run('parent', 3);
    shop.calls();
    const answer = await shop.heddle('fork', run, '--from', 'total', '--id', 'child', '--go', '--json');
    expect(answer).toMatchObject({ code: 0 });
    const child = JSON.parse(answer.stdout).run;
    expect(child).not.toBe(run);
    expect(shop.calls()).toEqual(['publish', 'total']);
    expect(await shop.record(child)).toMatchObject({ status: 'completed', parent: { run, from: 'total' } });
    expect(await shop.output(child)).toEqual(await shop.output(run));
    expect(await shop.heddle('fork', run, '--from', 'total', '--id', 'child', '--go')).toMatchObject({ code: 0 });
    expect(shop.calls()).toEqual([]);
  });

  test('without a stage is refused', async () => {
    const { run } = await shop.run('stageless', 1);
    expect(await shop.heddle('fork', run)).toMatchObject({ code: 2, stderr: expect.stringMatching(/^HDL628/) });
  });
});
