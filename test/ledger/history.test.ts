// A run's history has a line of each dead letter that a person closed, and of its end, whatever crashed.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { discardLetters } from '../../lib/ledger/index.ts';
import { type DeadLetter, historyOf } from '../../lib/records/index.ts';
import { openServices, type TestServices } from '../services.ts';

let services: TestServices;
beforeAll(async () => {
  services = await openServices();
});
afterAll(() => services.close());

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
  ['skipped', 'no room', { id: 'skipped', what: 'skipped', detail: 'no room' }],
  ['cancelled', 'by ada', { id: 'ended#1', what: 'stopped', detail: 'cancelled: by ada' }],
  ['failed', 'no', { id: 'ended#1', what: 'ended', detail: 'failed: no' }],
] as const)('a run whose end was recorded, and its line not: %s', async (status, cause, line) => {
  const { runs, audit } = services.ledger;
  const trigger = { kind: 'manual', identity: status, detail: 'ada' } as const;
  const input = { kind: 'inline', json: '{}' } as const;
  const run = { pipeline: 'orders', run: status, partition: 'monday', status, trigger, input, upstream: {} };
  await runs.create({ ...run, createdAt: '2026-01-01T00:00:00.000Z', endedAt: at, cause });
  expect(await historyFrom(status)).toEqual([
    expect.objectContaining({ what: 'asked' }),
    expect.objectContaining({ ...line, at }),
  ]);
  await audit.record('orders', status, { ...line, at, by: 'reconcile' });
  expect(await historyFrom(status)).toHaveLength(2);
});
