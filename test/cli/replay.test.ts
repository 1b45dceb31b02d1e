// The plan of `heddle dead-letters replay`: what cannot be done again is in it, with the reason.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openRecorded, type Recorded, runRecord } from './recorded.ts';

let recorded: Recorded;
beforeAll(async () => {
  recorded = await openRecorded({ manifests: [{ pipeline: 'orders' }] });
  const { runs, deadLetters } = recorded.ledger;
  await runs.create(runRecord('orders', 'ended', { status: 'failed', endedAt: '2026-01-01T10:00:05.000Z' }));
  await runs.create(runRecord('orders', 'open', { status: 'running' }));
  for (const run of ['ended', 'open', 'gone', 'gone'].map((name, item) => ({ name, item })))
    await deadLetters.write(
      {
        pipeline: 'orders',
        run: run.name,
        partition: 'monday',
        stage: 'clean',
        item: run.item,
        error: 'E',
        cause: 'no',
        attempts: 1,
        firstAt: '2026-01-01T10:00:00.000Z',
        lastAt: `2026-01-01T10:00:0${9 - run.item}.000Z`,
        definitionHash: 'd',
      },
      recorded.services.queueUrl,
    );
});
afterAll(() => recorded.close());

test('each run is in it, that whose record is gone too', async () => {
  const { code, stdout } = await recorded.heddle('dead-letters', 'replay', '--stage', 'clean', '--json');
  const rows = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect({ code, rows }).toMatchObject({
    code: 0,
    rows: [
      { run: 'ended', items: 1, plan: 'again, then what depends on it' },
      { run: 'open', items: 1, plan: 'the run is running: wait for its end' },
      { run: 'gone', items: 2, plan: 'the record of the run is gone: discard it' },
    ],
  });
});
