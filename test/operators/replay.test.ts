import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { reconcile, replay } from '../../lib/operators/index.ts';
import { letter } from '../dead-letter.ts';
import { at, machines, openWorkshop, type Workshop } from './workshop.ts';

let workshop: Workshop;
beforeAll(async () => {
  workshop = await openWorkshop();
});
afterAll(() => workshop.local.close());

const end = (name: string) =>
  reconcile(
    { detail: { stateMachineArn: `${machines}:heddle-orders`, name, status: 'FAILED' } },
    'heddle-',
    workshop.services,
  );

/** A failed run with dead letters: of the stage `clean`, and of two items of the map `score`. */
const failed = async (id: string): Promise<string> => {
  const { ledger, queueUrl } = workshop.local;
  const run = await workshop.startRun(id);
  await ledger.stages.fail(at(run, 'clean'), { status: 'failed', endedAt: 'now', error: 'E', cause: 'c' });
  for (const item of [undefined, 1, 2])
    await ledger.deadLetters.write(letter(run.id, item === undefined ? 'clean' : 'score', item), queueUrl);
  await end(run.id);
  return run.id;
};
const ask = (...bodies: readonly unknown[]) =>
  replay(
    bodies.map((body, index) => ({
      messageId: String(index),
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })),
    workshop.services,
  );

test('all letters of a run that come together are done again in one execution', async () => {
  const run = await failed('together');
  const answers = await ask(letter(run, 'clean'), letter(run, 'score', 1), { ...letter(run, 'score', 2), by: 'ada' });
  expect(answers.map(({ kept, says }) => [kept, says])).toEqual([
    [false, `${run}/clean is replayed`],
    [false, `${run}/score/1 is replayed`],
    [false, `${run}/score/2 is replayed`],
  ]);
  expect(await workshop.local.ledger.runs.get('orders', run)).toMatchObject({
    status: 'pending',
    generation: 2,
    resume: { again: ['clean'], items: { score: [1, 2] }, by: 'a redrive of the dead-letter queue' },
  });
});

test('a letter that was replayed is not replayed again: its message goes', async () => {
  const run = await failed('twice');
  await ask({ ...letter(run, 'clean'), by: 'ada' });
  const before = await workshop.executions('orders');
  expect(await ask(letter(run, 'clean'))).toEqual([
    { messageId: '0', kept: false, says: `${run}/clean was replayed by ada: nothing runs again` },
  ]);
  expect(await workshop.executions('orders')).toBe(before);
});

test('one that was discarded is not replayed', async () => {
  const run = await failed('discarded');
  await workshop.local.ledger.deadLetters.discard(letter(run, 'clean'), { by: 'bob', at: 'now', because: 'spam' });
  expect(await ask(letter(run, 'clean'))).toMatchObject([
    { kept: false, says: `${run}/clean was discarded by bob: nothing runs again` },
  ]);
});

describe('a message that cannot be replayed stays, and says why', () => {
  test.each([
    ['no JSON', () => 'not json', /^HDL429 the message "not json" names no dead letter/],
    ['a list', () => '[]', /^HDL429/],
    ['no stage', (run: string) => ({ pipeline: 'orders', run }), /^HDL429/],
    ['an item that is no number', (run: string) => ({ ...letter(run, 'score'), item: 'x' }), /^HDL429/],
    ['a pipeline that there is not', (run: string) => ({ ...letter(run, 'clean'), pipeline: 'nobody' }), /^HDL404/],
    ['a run that there is not', () => letter('nobody', 'clean'), /^HDL407 there is no run nobody of orders/],
    [
      'a letter that there is not',
      (run: string) => letter(run, 'score', 9),
      /^HDL432 the ledger has no dead letter \S+\/score\/9/,
    ],
  ])('%s', async (name, make, message) => {
    const run = await failed(name);
    const [answer] = await ask(make(run));
    expect(answer).toMatchObject({ kept: true, says: expect.stringMatching(message) });
    expect(await workshop.local.ledger.runs.get('orders', run)).toMatchObject({ status: 'failed' });
  });

  test('a run under way', async () => {
    const run = await failed('busy');
    await ask(letter(run, 'clean'));
    expect(await ask(letter(run, 'score', 1))).toMatchObject([
      { kept: true, says: `HDL430 the run ${run} is pending, in its execution 2: not replayed now` },
    ]);
    await end(`${run}_2`);
    expect(await ask(letter(run, 'score', 1))).toMatchObject([{ kept: false }]);
  });

  test('an input whose object is gone', async () => {
    const { ledger, queueUrl } = workshop.local;
    const run = await failed('gone');
    const input = { kind: 'object', key: 'payloads/orders/gone.json', bytes: 1 } as const;
    await ledger.deadLetters.write({ ...letter(run, 'other'), input }, queueUrl);
    expect(await ask(letter(run, 'other'), letter(run, 'clean'))).toMatchObject([
      { kept: true, says: expect.stringMatching(/^HDL431 the input of \S+\/other is gone/) },
      { kept: false },
    ]);
  });

  test('for good: it goes to the dead letters of its queue at once, as it came', async () => {
    const sqs = workshop.local.service('sqs');
    const [replayQueueUrl = '', deadLetterQueueUrl = ''] = await Promise.all(
      ['heddle-returns-replay', 'heddle-returns-dead-letters'].map(async (QueueName) =>
        String((await sqs.call('CreateQueue', { QueueName })).QueueUrl),
      ),
    );
    await workshop.deploy('returns', { replayQueueUrl, deadLetterQueueUrl });
    const of = (queue: string, body: string) => ({
      messageId: '0',
      body,
      eventSourceARN: `arn:aws:sqs:us-east-1:123456789012:${queue}`,
    });
    const nowhere = JSON.stringify({ ...letter('nobody', 'clean'), pipeline: 'returns' });
    const answers = await replay(
      [of('heddle-returns-replay', 'not json'), of('heddle-returns-replay', nowhere), of('heddle-other-replay', '[]')],
      workshop.services,
    );
    expect(answers.map(({ kept, says }) => `${kept} ${says.slice(0, 6)}`).sort()).toEqual([
      'false HDL407',
      'false HDL429',
      'true HDL429',
    ]);
    const { Messages } = await sqs.call('ReceiveMessage', { QueueUrl: deadLetterQueueUrl, MaxNumberOfMessages: 10 });
    expect((Messages as readonly { Body: string }[]).map(({ Body }) => Body).sort()).toEqual(['not json', nowhere]);
  });

  test('one bad message does not hold up the others', async () => {
    const run = await failed('others');
    const answers = await ask('{', letter(run, 'clean'));
    expect(answers.map(({ kept }) => kept)).toEqual([true, false]);
  });
});
