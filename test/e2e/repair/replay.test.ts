// Dead letters are done again, and what depends on them: by a command, and by AWS's own redrive.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { RepairShop } from './deployment.ts';

const shop = new RepairShop();
beforeAll(async () => {
  await shop.deploy();
});
beforeEach(() => shop.fail());
afterAll(() => shop.close());

/** A run of ten that completed with dead letters, as the map bears two. */
const withLetters = async (id: string): Promise<string> => {
  shop.fail('score 4', 'score 7');
  const { run, status, deadLetters } = await shop.run(id, 10);
  expect([status, deadLetters]).toEqual(['completed', 2]);
  expect(await shop.output(run)).toEqual({ n: 34 });
  shop.calls();
  shop.fail();
  return run;
};
const waiting = async (): Promise<number> => {
  const { aws } = shop;
  const pipeline = await shop.manifest('repair');
  const { Attributes } = await aws.call('sqs', 'GetQueueAttributes', {
    QueueUrl: pipeline.deadLetterQueueUrl,
    AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
  });
  return Object.values(Attributes as { readonly [name: string]: string }).reduce((sum, n) => sum + Number(n), 0);
};

// First, as it moves whatever the queue has.
test("AWS's own redrive to the replay queue has the same effect", async () => {
  const run = await withLetters('redrive');
  const { aws } = shop;
  const pipeline = await shop.manifest('repair');
  const arn = async (QueueUrl: string): Promise<string> => {
    const { Attributes } = await aws.call('sqs', 'GetQueueAttributes', { QueueUrl, AttributeNames: ['QueueArn'] });
    return (Attributes as { readonly QueueArn: string }).QueueArn;
  };
  await aws.call('sqs', 'StartMessageMoveTask', {
    SourceArn: await arn(pipeline.deadLetterQueueUrl),
    DestinationArn: await arn(pipeline.replayQueueUrl),
  });
  expect(await shop.ended(`${run}_2`)).toBe('SUCCEEDED');
  expect(shop.calls()).toEqual(['publish', 'score 4', 'score 7', 'total']);
  expect(await shop.output(run)).toEqual({ n: 45 });
  expect(await shop.record(run)).toMatchObject({ resume: { by: 'a redrive of the dead-letter queue' } });
});

describe('heddle dead-letters', () => {
  test('lists and shows them, by filters', async () => {
    const run = await withLetters('listed');
    const list = async (...words: readonly string[]) =>
      (await shop.heddle('dead-letters', 'list', '--json', ...words)).stdout
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line).id);
    const both = [`${run}/score/4`, `${run}/score/7`];
    expect((await list(run)).sort()).toEqual(both);
    expect((await list('--pipeline', 'repair', '--run', run, '--stage', 'score')).sort()).toEqual(both);
    expect(await list('--run', run, '--matching', 'score 7')).toEqual([`${run}/score/7`]);
    expect(await list('--run', run, '--error', 'Heddle.Transient')).toEqual([]);
    expect((await list('--run', run, '--since', '5m')).sort()).toEqual(both);
    expect(await list('--run', run, '--until', '5m')).toEqual([]);
    const shown = await shop.heddle('dead-letters', 'show', `${run}/score/7`);
    expect(shown.stdout).toMatch(/cause +score 7 was told to fail[\s\S]*"n": 7/);
  });

  test('replay prints its plan; with --go it does exactly the failed items again, then what depends on them; twice is once', async () => {
    const run = await withLetters('items');
    const before = await waiting();
    const plan = await shop.heddle('dead-letters', 'replay', run);
    expect([plan.code, plan.stderr]).toEqual([0, '\nNothing is done yet: add --go.\n']);
    expect(plan.stdout).toMatch(new RegExp(`repair +${run} +score +2 +again, then what depends on it`));
    expect(shop.calls()).toEqual([]);
    expect(await shop.heddle('dead-letters', 'replay', run, '--go')).toMatchObject({ code: 0 });
    expect(shop.calls()).toEqual(['publish', 'score 4', 'score 7', 'total']);
    expect(await shop.output(run)).toEqual({ n: 45 });
    expect(await shop.record(run)).toMatchObject({ status: 'completed', deadLetters: 0 });
    expect(await waiting()).toBe(before - 2);
    const again = await shop.heddle('dead-letters', 'replay', run, '--go');
    expect(again).toMatchObject({ code: 0, stdout: 'No dead letter to replay.\n' });
    expect(await shop.heddle('dead-letters', 'replay', `${run}/score/4`)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^HDL652 the dead letter \S+\/score\/4 was replayed by .* with heddle/),
    });
  });

  test('of a map of a thousand, the ten that failed', async () => {
    const bad = Array.from({ length: 10 }, (_, n) => `score ${n * 100 + 7}`);
    shop.fail(...bad);
    const { run, deadLetters } = await shop.run('thousand', 1_000);
    expect(deadLetters).toBe(10);
    shop.calls();
    shop.fail();
    expect(await shop.heddle('dead-letters', 'replay', run, '--go')).toMatchObject({ code: 0 });
    expect(shop.calls()).toEqual(['publish', ...bad.sort(), 'total']);
    expect(await shop.output(run)).toEqual({ n: 499_500 });
  });

  test('one item alone, which fails again, is a dead letter again', async () => {
    const run = await withLetters('one');
    shop.fail('score 4');
    expect(await shop.heddle('dead-letters', 'replay', `${run}/score/4`, '--go')).toMatchObject({ code: 0 });
    expect(shop.calls()).toEqual(['score 4']); // the sum is the same as before
    expect(await shop.record(run)).toMatchObject({ status: 'completed', generation: 2, deadLetters: 2 });
  });

  test('a stage and what depended on it', async () => {
    shop.fail('total');
    const { run } = await shop.run('stage', 3);
    shop.calls();
    shop.fail();
    expect(await shop.heddle('dead-letters', 'replay', '--run', run, '--go', '--rate', '10')).toMatchObject({
      code: 0,
    });
    expect(shop.calls()).toEqual(['publish', 'total']);
  });

  test('discard closes them with a reason', async () => {
    const run = await withLetters('spam');
    expect(await shop.heddle('dead-letters', 'discard', run)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^HDL654/),
    });
    await shop.heddle('dead-letters', 'discard', run, '--because', 'spam');
    expect((await shop.heddle('dead-letters', 'list', run, '--json')).stdout.split('\n')).toHaveLength(3);
    const { stdout } = await shop.heddle('dead-letters', 'discard', run, '--because', 'spam', '--go', '--json');
    const closed = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(closed.map(({ state, because }) => [state, because])).toEqual(Array(2).fill(['discarded', 'spam']));
    expect((await shop.heddle('dead-letters', 'list', run)).stdout).toMatch(/^No such dead letter in/);
    expect((await shop.heddle('dead-letters', 'list', run, '--all')).stdout).toContain('discarded');
    expect((await shop.heddle('run', run)).stdout).toMatch(/discarded +\S+ with heddle +\S+\/score\/\d: spam/);
  });
});
