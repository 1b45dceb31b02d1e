// Triggers that are paused, and times of schedules that were missed.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openLedger } from '../../lib/ledger/index.ts';
import { dispatch, type Outcome, type Services, sweep } from '../../lib/operators/index.ts';
import type { CatchUp, Pause, StartMessage } from '../../lib/records/index.ts';
import { manual, openWorkshop, type Workshop } from './workshop.ts';

let workshop: Workshop;
let startQueueUrl: string;
beforeAll(async () => {
  workshop = await openWorkshop();
  const { QueueUrl } = await workshop.local.service('sqs').call('CreateQueue', { QueueName: 'start' });
  startQueueUrl = String(QueueUrl);
});
afterAll(() => workshop.local.close());

const services = (): Services => ({ ...workshop.services, startQueueUrl });
const dropped = (pipeline: string, key: string): StartMessage => ({
  kind: 'object',
  pipeline,
  keyTemplate: 'drops/{partition}/*',
  trigger: 'object1',
  event: { detail: { bucket: { name: 'inbox' }, object: { key, etag: 'e' } } },
});
const due = (pipeline: string, time: string, catchUp: CatchUp, expression = 'cron(0 3 * * ? *)'): StartMessage => ({
  kind: 'schedule',
  pipeline,
  schedule: 'schedule1',
  time,
  timeZone: 'UTC',
  input: {},
  catchUp,
  expression,
});
const pauseAll = (id: string, more: Partial<Pause> = {}): Pause => ({
  id,
  by: 'ada',
  at: '2026-01-01T00:00:00Z',
  ...more,
});
const drain = async (own = services()): Promise<readonly Outcome[]> => {
  const sqs = workshop.local.service('sqs');
  const outcomes: Outcome[] = [];
  for (;;) {
    const { Messages = [] } = await sqs.call('ReceiveMessage', { QueueUrl: startQueueUrl, VisibilityTimeout: 0 });
    const [message] = Messages as { Body: string; ReceiptHandle: string }[];
    if (!message) return outcomes;
    outcomes.push(await dispatch(JSON.parse(message.Body) as StartMessage, own));
    await sqs.call('DeleteMessage', { QueueUrl: startQueueUrl, ReceiptHandle: message.ReceiptHandle });
  }
};
const statuses = async (pipeline: string) => {
  const runs = await workshop.local.ledger.runs.latest(pipeline, 500);
  const byPartition = runs.toSorted((a, b) => a.partition.localeCompare(b.partition));
  return byPartition.map(({ partition, status }) => `${partition} ${status}`);
};

describe('a pause', () => {
  test('holds what triggers ask for, not what a person does, and lets it go on once', async () => {
    await workshop.deploy('held');
    const { pauses } = workshop.local.ledger;
    await pauses.add('held', pauseAll('p1'));
    const outcomes = [];
    for (const key of ['drops/a/1', 'drops/b/1', 'drops/a/1'])
      outcomes.push(await dispatch(dropped('held', key), services()));
    expect(outcomes.map(({ kind }) => kind)).toEqual(['held', 'held', 'held']);
    expect(await dispatch(manual('x', { pipeline: 'held' }), services())).toMatchObject({ kind: 'started' });
    expect(await workshop.executions('held')).toBe(1);
    const [a] = (await workshop.local.ledger.runs.latest('held', 10)).filter(({ partition }) => partition === 'a');
    expect(a).toMatchObject({ status: 'pending', waits: 'held, as ada paused held', heldBy: 'p1' });
    const later = { ...services(), now: () => services().now() + 3_600_000 };
    expect(await sweep(later)).toMatchObject({ failed: [] }); // it has not begun for an hour, and is left alone
    expect(await workshop.executions('held')).toBe(1);

    await pauses.end('held', 'p1', '2026-01-02T00:00:00Z');
    const release: StartMessage = { kind: 'release', pipeline: 'held', pause: 'p1' };
    expect(await dispatch(release, services())).toEqual({ kind: 'released', runs: 2 });
    expect(await dispatch(release, services())).toEqual({ kind: 'released', runs: 0 });
    expect(await workshop.executions('held')).toBe(3);
    expect(await pauses.list('held')).toEqual([]);
    expect(await dispatch(dropped('held', 'drops/c/1'), services())).toMatchObject({ kind: 'started' });
  });

  test('holds a run of an Express pipeline too, however long: the sweep leaves it alone, and starts one that nothing holds', async () => {
    await workshop.deploy('quick', { type: 'express' });
    const { pauses, runs } = workshop.local.ledger;
    await pauses.add('quick', pauseAll('p1'));
    expect(await dispatch(dropped('quick', 'drops/a/1'), services())).toMatchObject({ kind: 'held' });
    await runs.create({
      ...{ pipeline: 'quick', run: 'lost', partition: 'b', status: 'pending', upstream: {} },
      trigger: { kind: 'manual', identity: 'lost', detail: 'test' },
      input: { kind: 'inline', json: '{}' },
      createdAt: '2026-01-01T00:00:00.000Z',
    });
    const later = { ...services(), now: () => services().now() + 3_600_000 };
    expect(await sweep(later)).toMatchObject({ failed: [] });
    expect(await statuses('quick')).toEqual(['a pending', 'b pending']);
    expect(await workshop.executions('quick')).toBe(1);
  });

  test('of one trigger holds that one; two pauses hold until both have ended', async () => {
    await workshop.deploy('twice');
    const { pauses } = workshop.local.ledger;
    await pauses.add('twice', pauseAll('p1', { trigger: 'object1' }));
    expect(await dispatch(dropped('twice', 'drops/a/1'), services())).toMatchObject({ kind: 'held' });
    expect(await dispatch(due('twice', '2026-03-01T03:00:00Z', 'last'), services())).toMatchObject({ kind: 'started' });
    await pauses.add('twice', pauseAll('p2'));
    await pauses.end('twice', 'p1', '2026-01-02T00:00:00Z');
    await dispatch({ kind: 'release', pipeline: 'twice', pause: 'p1' }, services());
    expect(await workshop.executions('twice')).toBe(1);
    await pauses.end('twice', 'p2', '2026-01-02T00:00:00Z');
    await dispatch({ kind: 'release', pipeline: 'twice', pause: 'p2' }, services());
    expect(await workshop.executions('twice')).toBe(2);
  });

  test('more than one message lets go goes on in further ones', async () => {
    await workshop.deploy('many');
    const { pauses } = workshop.local.ledger;
    await pauses.add('many', pauseAll('p1'));
    for (let n = 0; n < 60; n += 1) await dispatch(dropped('many', `drops/n${n}/1`), services());
    await pauses.end('many', 'p1', '2026-01-02T00:00:00Z');
    expect(await dispatch({ kind: 'release', pipeline: 'many', pause: 'p1' }, services())).toMatchObject({ runs: 50 });
    await drain();
    expect(await workshop.executions('many')).toBe(60);
  });

  test('that ends at any moment of a start neither loses nor doubles it', async () => {
    const { pauses } = workshop.local.ledger;
    for (let at = 0; ; at += 1) {
      const pipeline = `ends${at}`;
      await workshop.deploy(pipeline);
      await pauses.add(pipeline, pauseAll('p1'));
      let calls = 0;
      const { aws } = workshop.services;
      const slow: Services['aws'] = {
        ...aws,
        call: async (service, operation, input) => {
          if (calls++ === at) {
            await pauses.end(pipeline, 'p1', '2026-01-02T00:00:00Z');
            await dispatch({ kind: 'release', pipeline, pause: 'p1' }, services());
          }
          return aws.call(service, operation, input);
        },
      };
      const ledger = openLedger(slow, { table: 'ledger', payloadBucket: 'payloads' });
      await dispatch(dropped(pipeline, 'drops/a/1'), { ...services(), aws: slow, ledger });
      if (calls <= at) break;
      expect(await workshop.executions(pipeline)).toBe(1);
    }
  });
});

test('without a limit or a pause a start writes twice; only what a trigger asks for reads the pauses', async () => {
  await workshop.deploy('plain');
  await workshop.services.manifests.of('plain');
  const { aws } = workshop.services;
  const calls: string[] = [];
  const counting: Services['aws'] = {
    ...aws,
    call: async (service, operation, input) => {
      const { sk } = (input as { Key?: { sk?: { S?: string } } }).Key ?? {};
      calls.push([operation, sk?.S].filter(Boolean).join(' '));
      return aws.call(service, operation, input);
    },
  };
  const ledger = openLedger(counting, { table: 'ledger', payloadBucket: 'payloads' });
  const own = { ...services(), aws: counting, ledger };
  await dispatch(manual('a', { pipeline: 'plain' }), own);
  expect(calls.splice(0)).toEqual(['PutItem', 'UpdateItem 2026-01-01', 'StartExecution']);
  await dispatch(dropped('plain', 'drops/b/1'), own);
  expect(calls.toSorted()).toEqual(['GetItem pauses', 'PutItem', 'StartExecution', 'UpdateItem b']);
});

describe('times of a schedule that passed while it was paused', () => {
  const days = ['2026-03-01', '2026-03-02', '2026-03-03'];
  test.each<[CatchUp, readonly string[]]>([
    ['none', ['2026-03-01 skipped', '2026-03-02 skipped', '2026-03-03 skipped']],
    ['last', ['2026-03-01 skipped', '2026-03-02 skipped', '2026-03-03 pending']],
    ['all', ['2026-03-01 pending', '2026-03-02 pending', '2026-03-03 pending']],
  ])('catchUp %s', async (catchUp, found) => {
    const pipeline = `paused${catchUp}`;
    await workshop.deploy(pipeline);
    const { pauses } = workshop.local.ledger;
    await pauses.add(pipeline, pauseAll('p1'));
    // A rate whose next time lies in the future: not late, but paused.
    for (const day of days)
      await dispatch(due(pipeline, `${day}T03:00:00Z`, catchUp, 'cron(0 3 * * ? 2100)'), services());
    expect(await workshop.executions(pipeline)).toBe(0);
    await pauses.end(pipeline, 'p1', '2026-01-02T00:00:00Z');
    await dispatch({ kind: 'release', pipeline, pause: 'p1' }, services());
    await drain();
    expect(await statuses(pipeline)).toEqual(found);
    expect(await workshop.executions(pipeline)).toBe(found.filter((each) => each.endsWith('pending')).length);
    const skipped = (await workshop.local.ledger.runs.latest(pipeline, 9)).find(({ status }) => status === 'skipped');
    if (skipped) expect(skipped.cause).toMatch(/^schedule1 was paused at its time/);
  });
});

describe('times of a schedule that nobody fired', () => {
  test('all: they follow from the last time known, over a change of clocks, once each', async () => {
    await workshop.deploy('down');
    const london = (time: string): StartMessage => ({
      ...(due('down', time, 'all', 'cron(5 0 * * ? *)') as Extract<StartMessage, { kind: 'schedule' }>),
      timeZone: 'Europe/London',
    });
    await dispatch(london('2026-03-26T00:05:00Z'), services());
    await dispatch(london('2026-03-30T23:05:00Z'), services()); // five days on, in summer time
    await dispatch(london('2026-03-30T23:05:00Z'), services());
    await drain();
    expect(await statuses('down')).toEqual(['26', '27', '28', '29', '30', '31'].map((day) => `2026-03-${day} pending`));
    expect(await workshop.executions('down')).toBe(6);
  });

  test('all, of a rate, more than one message asks for', async () => {
    await workshop.deploy('hourly');
    await dispatch(due('hourly', '2026-03-01T00:30:00Z', 'all', 'rate(1 hour)'), services());
    await dispatch(due('hourly', '2026-03-06T10:30:00Z', 'all', 'rate(1 hour)'), services());
    await drain();
    expect(await workshop.local.ledger.runs.latest('hourly', 500)).toHaveLength(1 + 5 * 24 + 10);
  });

  test('none: one that comes when the next was due already is skipped; last: it starts', async () => {
    await workshop.deploy('late');
    expect(await dispatch(due('late', '2026-03-01T03:00:00Z', 'none'), services())).toEqual({
      kind: 'notStarted',
      reason: "schedule1 came after its next time, 2026-03-02T03:00:00.000Z, was due (catchUp 'none')",
    });
    expect(await dispatch(due('late', '2026-03-02T03:00:00Z', 'last'), services())).toMatchObject({ kind: 'started' });
    expect(await statuses('late')).toEqual(['2026-03-01 skipped', '2026-03-02 pending']);
  });
});
