// A run's history has a line of each dead letter that a person closed, and of its end, whatever crashed.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { discardLetters, isOpen, messagesOn, openLedger } from '../../lib/ledger/index.ts';
import { virtualClock } from '../../lib/local/virtual-clock.ts';
import { type DeadLetter, historyOf } from '../../lib/records/index.ts';
import { diesAt, killed } from '../broken-calls.ts';
import { openServices, type TestServices } from '../services.ts';

let services: TestServices;
beforeAll(async () => {
  services = await openServices({ clock: virtualClock(Date.now()) });
});
afterAll(() => services.close());

const names = { table: 'ledger', payloadBucket: 'payloads' };
const at = '2026-01-02T00:00:00.000Z';
const closed = { by: 'ada', at, because: 'a slip' };
const letterOf = (run: string): DeadLetter => ({
  pipeline: 'orders',
  run,
  partition: 'monday',
  stage: 'clean',
  error: 'E',
  cause: 'no',
  attempts: 1,
  firstAt: '2026-01-01T00:00:00.000Z',
  lastAt: '2026-01-01T00:00:00.000Z',
  definitionHash: 'd',
});
const historyFrom = async (run: string) => {
  const { audit, deadLetters } = services.ledger;
  return historyOf(await audit.list('orders', run), await deadLetters.list('orders', run));
};

test.each([
  [
    'a discard',
    async (letter: DeadLetter) => {
      const urls = { deadLetterQueueUrl: services.queueUrl };
      expect(await discardLetters(services.aws, services.ledger, urls, [letter], closed)).toBe(1);
      expect(await discardLetters(services.aws, services.ledger, urls, [letter], closed)).toBe(0);
    },
  ],
  // The letter is closed, its line not stored yet.
  ['one that crashed', async (letter: DeadLetter) => void (await services.ledger.deadLetters.discard(letter, closed))],
])('%s', async (name, discard) => {
  const letter = letterOf(name.replaceAll(' ', '-'));
  await services.ledger.deadLetters.write(letter, services.queueUrl);
  expect(await historyFrom(letter.run)).toEqual([]);
  await discard(letter);
  expect(await historyFrom(letter.run)).toMatchObject([
    { at, by: 'ada', what: 'discarded', detail: `${letter.run}/clean: a slip` },
  ]);
});

test.each([
  ['skipped', 'no room', undefined, { id: 'skipped', by: 'dispatch', what: 'skipped', detail: 'no room' }],
  ['cancelled', 'by ada', 'ada', { id: 'ended#1', by: 'ada', what: 'stopped', detail: 'cancelled: by ada' }],
  ['failed', 'gone', 'sweep', { id: 'ended#1', by: 'sweep', what: 'stopped', detail: 'failed: gone' }],
  ['completed', undefined, 'finish', { id: 'ended#1', by: 'finish', what: 'ended', detail: 'completed' }],
  // Of those before it was noted.
  ['cancelled', 'stop', undefined, { id: 'ended#1', by: 'reconcile', what: 'stopped', detail: 'cancelled: stop' }],
  ['failed', 'no', undefined, { id: 'ended#1', by: 'finish', what: 'ended', detail: 'failed: no' }],
] as const)('a run whose end was recorded, and its line not: %s: %s', async (status, cause, endedBy, line) => {
  const { runs, audit } = services.ledger;
  const trigger = { kind: 'manual', identity: status, detail: 'ada' } as const;
  const input = { kind: 'inline', json: '{}' } as const;
  const why = { ...(cause === undefined ? {} : { cause }), ...(endedBy === undefined ? {} : { endedBy }) };
  const id = `${status}-${cause}-${endedBy}`;
  const run = { pipeline: 'orders', run: id, partition: 'monday', status, trigger, input, upstream: {} };
  await runs.create({ ...run, createdAt: '2026-01-01T00:00:00.000Z', endedAt: at, ...why });
  expect(await historyFrom(id)).toEqual([
    expect.objectContaining({ what: 'asked' }),
    expect.objectContaining({ ...line, at }),
  ]);
  await audit.record('orders', id, { ...line, at });
  expect(await historyFrom(id)).toHaveLength(2);
});

test('a letter that was discarded by somebody who died, and opens again: its line stays', async () => {
  const { deadLetters } = services.ledger;
  const letter = letterOf('reopened');
  await deadLetters.write(letter, services.queueUrl);
  await deadLetters.discard(letter, closed);
  await deadLetters.write({ ...letter, generation: 2, lastAt: '2026-01-03T00:00:00.000Z' }, services.queueUrl);
  expect(await deadLetters.get(letter)).toMatchObject({ state: 'open' });
  expect(await historyFrom(letter.run)).toMatchObject([
    { at, by: 'ada', what: 'discarded', detail: 'reopened/clean: a slip' },
  ]);
});

test('who discards a letter dies before any write, and does it again: no message is left, and its line is there', async () => {
  const { QueueUrl } = await services.aws.call('sqs', 'CreateQueue', { QueueName: 'crashes' });
  const urls = { deadLetterQueueUrl: String(QueueUrl) };
  for (let dies = 1; ; dies++) {
    const letter = letterOf(`dies-${dies}`);
    await services.ledger.deadLetters.write(letter, urls.deadLetterQueueUrl);
    const aws = diesAt(services.aws, dies, 'dynamodb');
    const isDead = await discardLetters(aws, openLedger(aws, names), urls, [letter], closed).then(
      () => false,
      (error: Error) => error.message === killed,
    );
    // The commands find those that are open.
    const left = (await services.ledger.deadLetters.list('orders', letter.run)).filter(isOpen);
    await discardLetters(services.aws, services.ledger, urls, left, closed);
    expect(await messagesOn(services.aws, urls.deadLetterQueueUrl)).toBe(0);
    expect(await historyFrom(letter.run)).toMatchObject([{ what: 'discarded' }]);
    if (!isDead) break;
  }
});
