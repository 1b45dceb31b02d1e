// A child execution of a Distributed Map can end without a word: stopped, timed out, or broken before it could settle.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { settle } from '../../lib/operators/index.ts';
import type { SettleCall } from '../../lib/records/index.ts';
import { at, openWorkshop, type Workshop } from './workshop.ts';

let workshop: Workshop;
beforeAll(async () => {
  workshop = await openWorkshop();
});
afterAll(() => workshop.local.close());

test('the items of a batch that nobody settled fail, each with its dead letter, and a late attempt cannot take that back', async () => {
  const { stages, deadLetters } = workshop.local.ledger;
  const run = await workshop.startRun('lost');
  const map = at(run, 'm');
  const end = { endedAt: 'now', durationMs: 1, results: { kind: 'inline', json: '[]' } } as const;
  await stages.claimBatch(map, 0, 'first', 'now');
  await stages.settleBatch(map, 0, 'first', { ...end, status: 'completed', completed: 2, failed: 0 });
  await stages.claimBatch(map, 1, 'late', 'now');
  const done: SettleCall = {
    action: 'mapDone',
    run,
    stage: 'm',
    items: { kind: 'value', value: [10, 20, 30, 40, 50] },
    bind: { kind: 'ref', source: { kind: 'item' }, path: [] },
    after: [],
    chosen: {},
    tolerate: { count: 3 },
    size: 2,
    control: [{ key: 'failed', path: ['failed'] }],
  };
  expect(await settle(done, workshop.services)).toEqual({ control: { failed: 3 } });
  expect(await settle(done, workshop.services)).toEqual({ control: { failed: 3 } });
  expect(await deadLetters.list('orders', run.id)).toMatchObject(
    [30, 40, 50].map((value, i) => ({ item: i + 2, error: 'Heddle.BatchLost', input: { json: String(value) } })),
  );
  expect(await stages.get(map)).toMatchObject({ status: 'completed', items: { total: 5, completed: 2, failed: 3 } });
  expect(await stages.settleBatch(map, 1, 'late', { ...end, status: 'completed', completed: 2, failed: 0 })).toBe(
    false,
  );
});

test('a batch of a map that is never to run, as what it needs is missing, leaves no dead letter when its function dies', async () => {
  const { stages, deadLetters } = workshop.local.ledger;
  const run = await workshop.startRun('never');
  await stages.skip(at(run, 'above'), 'so it is', 'now');
  const call = {
    run,
    stage: 'm',
    bind: { kind: 'ref', source: { kind: 'stage', stage: 'above' }, path: [] },
    after: [],
    control: [],
    chosen: {},
    batch: { items: { kind: 'value', value: [1, 2] }, index: 0, size: 2 },
  } as const;
  const died: SettleCall = { action: 'batchFailed', call, error: { Error: 'Runtime.ExitError', Cause: 'it exited' } };
  expect(await settle(died, workshop.services)).toEqual({ control: {} });
  expect(await deadLetters.list('orders', run.id)).toEqual([]);
});

test('a batch that is completed stays so, when its function died before it said so, whatever has become of its list', async () => {
  const { stages, deadLetters } = workshop.local.ledger;
  const run = await workshop.startRun('told');
  const end = { endedAt: 'now', durationMs: 1, results: { kind: 'inline', json: '[]' } } as const;
  await stages.claimBatch(at(run, 'm'), 0, 'first', 'now');
  await stages.settleBatch(at(run, 'm'), 0, 'first', { ...end, status: 'completed', completed: 2, failed: 0 });
  await stages.skip(at(run, 'above'), 'so it is', 'now');
  const items = { kind: 'ref', source: { kind: 'stage', stage: 'above' }, path: [] } as const;
  const bind = { kind: 'ref', source: { kind: 'item' }, path: [] } as const;
  const call = { run, stage: 'm', bind, after: [], control: [], chosen: {}, batch: { items, index: 0, size: 2 } };
  const died: SettleCall = { action: 'batchFailed', call, error: { Error: 'Sandbox.Timedout' } };
  expect(await settle(died, workshop.services)).toEqual({ control: {} });
  expect(await deadLetters.list('orders', run.id)).toEqual([]);
});

test.each([
  ['AWS says so', {}],
  ['HDL737 ', { unread: true as const }],
])(
  'of a map whose definition is from before there was mend, settle looks at no rows, which it may not read: %s',
  async (says, more) => {
    const run = await workshop.startRun(`old ${says}`);
    const bind = { kind: 'ref', source: { kind: 'item' }, path: [] } as const;
    const call = {
      run,
      stage: 'm',
      items: { kind: 'value', value: 'gone' },
      bind,
      after: [],
      chosen: {},
      control: [],
    } as const;
    const rows = { bucket: 'inbox', format: 'jsonl', mendIn: 'payloads', ...more } as const;
    const broke: SettleCall = {
      ...call,
      action: 'mapFailed',
      rows,
      error: { Error: 'States.ItemReaderFailed', Cause: 'AWS says so' },
    };
    await settle(broke, { ...workshop.services, operator: 'settle' });
    expect((await workshop.local.ledger.stages.get(at(run, 'm')))?.cause?.slice(0, says.length)).toBe(says);
  },
);

test('a stage that was skipped stays so, when its function died before it said so', async () => {
  const { stages, deadLetters } = workshop.local.ledger;
  const run = await workshop.startRun('unheard');
  await stages.skip(at(run, 'below'), 'above is failed', 'now');
  const bind = { kind: 'value', value: null } as const;
  const error = { Error: 'Runtime.ExitError', Cause: 'it exited' };
  const died: SettleCall = { action: 'stageFailed', run, stage: 'below', bind, error };
  expect(await settle(died, workshop.services)).toEqual({ control: {} });
  expect(await stages.get(at(run, 'below'))).toMatchObject({ status: 'skipped', reason: 'above is failed' });
  expect(await deadLetters.list('orders', run.id)).toEqual([]);
});
