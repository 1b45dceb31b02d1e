// Runs that overlap: who is let in, who waits, who is not started, and what a crash at any call leaves behind.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { begin, dispatch, type Outcome, reconcile, type Services } from '../../lib/operators/index.ts';
import type { StartMessage } from '../../lib/records/index.ts';
import { machines, manual, openWorkshop, type Workshop } from './workshop.ts';

let workshop: Workshop;
let startQueueUrl: string;
beforeAll(async () => {
  workshop = await openWorkshop();
  const { QueueUrl } = await workshop.local.service('sqs').call('CreateQueue', { QueueName: 'start' });
  startQueueUrl = String(QueueUrl);
});
afterAll(() => workshop.local.close());

const services = (): Services => ({ ...workshop.services, startQueueUrl });
const ask = (pipeline: string, id: string, own = services()): Promise<Outcome> =>
  dispatch(manual(id, { pipeline, partition: id }), own);
const stateOf = async (pipeline: string) => {
  const runs = (await workshop.local.ledger.runs.latest(pipeline, 100)).toReversed();
  const gate = await workshop.local.ledger.gates.get(pipeline);
  const idOf = (name: string) => name.split('-')[0];
  return {
    running: gate.running.map(idOf),
    queued: gate.queued.map(idOf),
    owed: gate.owed.length,
    runs: Object.fromEntries(runs.map(({ partition, status }) => [partition, status])),
  };
};
/** Ends a run's execution as AWS would tell of it, and takes what that puts on the start queue. */
const end = async (pipeline: string, partition: string, own = services()): Promise<void> => {
  const run = (await workshop.local.ledger.runs.latest(pipeline, 100)).find((each) => each.partition === partition);
  if (!run) throw new Error(`no run for ${partition}`);
  const detail = { stateMachineArn: `${machines}:heddle-${pipeline}`, name: run.run, status: 'FAILED' } as const;
  await reconcile({ detail }, 'heddle-', own);
  await drain(own);
};
const drain = async (own = services()): Promise<void> => {
  const sqs = workshop.local.service('sqs');
  for (;;) {
    const { Messages = [] } = await sqs.call('ReceiveMessage', { QueueUrl: startQueueUrl, VisibilityTimeout: 0 });
    const [message] = Messages as { Body: string; ReceiptHandle: string }[];
    if (!message) return;
    await dispatch(JSON.parse(message.Body) as StartMessage, own);
    await sqs.call('DeleteMessage', { QueueUrl: startQueueUrl, ReceiptHandle: message.ReceiptHandle });
  }
};

describe('queue', () => {
  test('twenty that race for two places: two start, five wait, the others are skipped, whoever is asked twice', async () => {
    await workshop.deploy('racing', { admission: { overlap: 'queue', maxRuns: 2, maxQueued: 5 } });
    const ids = Array.from({ length: 20 }, (_, index) => `n${index}`);
    const outcomes = await Promise.all([...ids, ...ids].map((id) => ask('racing', id)));
    expect(await workshop.executions('racing')).toBe(2);
    const { running, queued, runs } = await stateOf('racing');
    expect([running.length, queued.length]).toEqual([2, 5]);
    const count = (status: string) => Object.values(runs).filter((each) => each === status).length;
    expect([count('pending'), count('skipped')]).toEqual([7, 13]);
    expect(outcomes.filter(({ kind }) => kind === 'notStarted')[0]).toMatchObject({
      reason: expect.stringContaining('2 runs are under way, and 5 wait already (maxQueued)'),
    });
  });

  test('the next starts when one ends, in the order of asking', async () => {
    await workshop.deploy('inTurn', { admission: { overlap: 'queue', maxRuns: 1, maxQueued: 10 } });
    for (const id of ['a', 'b', 'c']) await ask('inTurn', id);
    expect(await stateOf('inTurn')).toMatchObject({ running: ['a'], queued: ['b', 'c'] });
    await end('inTurn', 'a');
    expect(await stateOf('inTurn')).toMatchObject({ running: ['b'], queued: ['c'], owed: 0 });
    expect(await workshop.executions('inTurn')).toBe(2);
    await end('inTurn', 'a'); // the event once more
    expect(await stateOf('inTurn')).toMatchObject({ running: ['b'], queued: ['c'] });
    await end('inTurn', 'b');
    await end('inTurn', 'c');
    expect(await stateOf('inTurn')).toMatchObject({ running: [], queued: [], owed: 0 });
    expect(await workshop.executions('inTurn')).toBe(3);
  });

  test('a crash at any call loses nobody and starts nobody twice', async () => {
    for (let dies = 0; ; dies += 1) {
      const pipeline = `crash${dies}`;
      await workshop.deploy(pipeline, { admission: { overlap: 'queue', maxRuns: 1, maxQueued: 10 } });
      let calls = 0;
      const { aws } = workshop.services;
      const mortal: Services['aws'] = {
        ...aws,
        call: async (service, operation, input) => {
          if (calls++ === dies) throw new Error('killed');
          return aws.call(service, operation, input);
        },
      };
      const { openLedger } = await import('../../lib/ledger/index.ts');
      const own = {
        ...services(),
        aws: mortal,
        ledger: openLedger(mortal, { table: 'ledger', payloadBucket: 'payloads' }),
      };
      const again = async (work: (own: Services) => Promise<unknown>): Promise<void> => {
        try {
          await work(own);
        } catch (error) {
          if (!(error instanceof Error && error.message === 'killed')) throw error;
          await work(services());
        }
      };
      await again((with_) => ask(pipeline, 'a', with_));
      await again((with_) => ask(pipeline, 'b', with_));
      await again((with_) => end(pipeline, 'a', with_));
      expect(await stateOf(pipeline)).toMatchObject({ running: ['b'], queued: [], owed: 0 });
      expect(await workshop.executions(pipeline)).toBe(2);
      if (calls <= dies) break;
    }
  });

  test('room held by a run whose end nobody told of is found by the next that comes', async () => {
    await workshop.deploy('untold', { admission: { overlap: 'queue', maxRuns: 1, maxQueued: 10 } });
    const first = await ask('untold', 'a');
    if (first.kind !== 'started') throw new Error(first.kind);
    const at = { status: 'failed', endedAt: '2026-01-01T00:00:00Z' } as const;
    await workshop.local.ledger.runs.end('untold', first.run, at, 1);
    expect(await ask('untold', 'b')).toMatchObject({ kind: 'started' });
    expect(await stateOf('untold')).toMatchObject({ running: ['b'], queued: [] });
  });
});

test('skip: one that finds a run under way is recorded with the reason, and is not the newest of its partition', async () => {
  await workshop.deploy('skipping', { admission: { overlap: 'skip', maxRuns: 1, maxQueued: 0 } });
  const first = await ask('skipping', 'a');
  const second = await dispatch(manual('other', { pipeline: 'skipping', partition: 'a' }), services());
  expect(second).toMatchObject({
    kind: 'notStarted',
    reason: expect.stringMatching(/^a-\w+ is under way, and overlap/),
  });
  const { ledger } = workshop.local;
  const [skipped] = (await ledger.runs.latest('skipping', 10)).filter(({ status }) => status === 'skipped');
  expect(skipped).toMatchObject({ cause: expect.stringContaining("overlap is 'skip'"), endedAt: expect.any(String) });
  expect(await ledger.runs.partition('skipping', 'a')).toMatchObject({ run: 'run' in first ? first.run : '' });
});

test('cancelRunning: the newest takes the place of the oldest, and of who waited', async () => {
  await workshop.deploy('newest', { admission: { overlap: 'cancelRunning', maxRuns: 1, maxQueued: 10 } });
  const first = await ask('newest', 'a');
  if (first.kind !== 'started') throw new Error(first.kind);
  const executionArn = `${machines}:heddle-newest:${first.run}`.replace(':stateMachine:', ':execution:');
  const call = { pipeline: 'newest', definitionHash: 'abc', execution: executionArn, input: { run: first.run } };
  await begin({ ...call, control: [] }, services());
  await ask('newest', 'b');
  await ask('newest', 'c');
  expect(await stateOf('newest')).toMatchObject({
    running: ['a'],
    queued: ['c'],
    runs: { b: 'skipped', c: 'pending' },
  });
  const stopped = await workshop.local.aws.call('states', 'DescribeExecution', { executionArn });
  expect(stopped).toMatchObject({ status: 'ABORTED', error: 'Heddle.Cancelled' });
  await end('newest', 'a');
  expect(await stateOf('newest')).toMatchObject({ running: ['c'], queued: [], owed: 0 });
});
