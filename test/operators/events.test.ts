// Runs of events and of messages of the user's queues: what they read, what they refuse, and what they do not start.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { and, completed, gte, objectDropped, onEvent, schedule, type Trigger } from '../../lib/definition/index.ts';
import { dispatch, startMessageOf } from '../../lib/operators/index.ts';
import type { EventReading, Json, StartMessage } from '../../lib/records/index.ts';
import { openWorkshop, type Workshop } from './workshop.ts';

let workshop: Workshop;
beforeAll(async () => {
  workshop = await openWorkshop();
});
afterAll(() => workshop.local.close());

const drop = z.object({ day: z.string(), rows: z.number(), order: z.string() });
const trigger = onEvent(
  { source: 'shop', detailType: 'Drop Ready' },
  {
    detail: drop,
    input: (event) => ({ day: event.detail.day, from: event.source, kind: 'daily' }),
    partition: (event) => event.detail.day,
    id: (event) => event.detail.order,
    when: (event) => gte(event.detail.rows, 100),
  },
);
const readingOf = (given: Trigger<unknown>): EventReading => {
  if (given.kind !== 'event' && given.kind !== 'queue') throw new Error(given.kind);
  const { input, partition, id } = given;
  return { trigger: `${given.kind}1`, input, ...(partition ? { partition } : {}), ...(id ? { id } : {}) };
};
const event = (id: string, detail: Json): StartMessage => ({
  kind: 'event',
  from: 'event',
  pipeline: 'orders',
  reading: readingOf(trigger),
  ...(trigger.when ? { when: trigger.when } : {}),
  event: { id, time: '2026-03-01T10:00:00Z', source: 'shop', detailType: 'Drop Ready', detail },
});
const put = (name: string, value: unknown) =>
  workshop.local
    .service('ssm')
    .call('PutParameter', { Name: `/heddle/heddle/${name}`, Type: 'String', Value: JSON.stringify(value) });
const runOf = async (outcome: Awaited<ReturnType<typeof dispatch>>) => {
  const [newest] = await workshop.local.ledger.runs.latest('orders', 1);
  return 'run' in outcome ? workshop.local.ledger.runs.get('orders', outcome.run) : newest;
};

describe('an event', () => {
  test('gives input, partition and identity; delivered again, or sent again by its id, it is one run', async () => {
    const first = await dispatch(event('e1', { day: '2026-03-01', rows: 100, order: 'a' }), workshop.services);
    expect(first).toMatchObject({ kind: 'started', run: expect.stringMatching(/^2026-03-01-/) });
    const run = await runOf(first);
    expect(run).toMatchObject({
      partition: '2026-03-01',
      trigger: { kind: 'event', detail: 'event1: shop Drop Ready e1' },
    });
    expect(run && (await workshop.local.ledger.payloads.load(run.input))).toEqual({
      day: '2026-03-01',
      from: 'shop',
      kind: 'daily',
    });
    for (const id of ['e1', 'e2'])
      expect(await dispatch(event(id, { day: '2026-03-01', rows: 100, order: 'a' }), workshop.services)).toEqual({
        ...first,
        kind: 'duplicate',
      });
  });

  test('whose condition does not hold is recorded as skipped, with what was found', async () => {
    const reason = 'its condition does not hold: event.detail.rows is 99';
    const outcome = await dispatch(event('e3', { day: '2026-03-02', rows: 99, order: 'b' }), workshop.services);
    expect(outcome).toEqual({ kind: 'notStarted', reason });
    expect(await runOf(outcome)).toMatchObject({ status: 'skipped', cause: reason, partition: '2026-03-02' });
    expect(await workshop.local.ledger.runs.partition('orders', '2026-03-02')).toBeUndefined();
  });

  test('without the partition, or with an input that the contract does not take, starts nothing', async () => {
    const before = await workshop.executions('orders');
    await expect(dispatch(event('e4', { rows: 100, order: 'c' }), workshop.services)).rejects.toThrow(
      'HDL441 the partition of event1 is null in the event e4, expected text. Fix: send it, or correct the partition of the trigger',
    );
    await put('inputs/visits', z.toJSONSchema(z.object({ day: z.string(), kind: z.literal('hourly') })));
    const strict = { ...event('e5', { day: '2026-03-03', rows: 100, order: 'd' }), pipeline: 'visits' } as StartMessage;
    await expect(dispatch(strict, workshop.services)).rejects.toThrow(
      /^HDL443 what event1 makes of the event e5 breaks the contract of visits: .*hourly.*kind/,
    );
    expect(await workshop.executions('orders')).toBe(before);
  });
});

describe('a message of a queue', () => {
  const record = (body: string, queue = 'inbox') => ({
    messageId: 'm1',
    body,
    eventSourceARN: `arn:aws:sqs:us-east-1:123456789012:${queue}`,
    attributes: { SentTimestamp: '1772359200000' },
  });

  test('is an event whose detail is its body', async () => {
    await put('queues/inbox', { pipeline: 'orders', reading: { ...readingOf(trigger), trigger: 'queue1' } });
    const message = await startMessageOf(record('{"day":"2026-03-05","rows":1,"order":"q"}'), workshop.services);
    expect(message).toMatchObject({ kind: 'event', from: 'queue', event: { id: 'm1', source: 'inbox' } });
    const outcome = await dispatch(message, workshop.services);
    expect(outcome).toMatchObject({ kind: 'started', run: expect.stringMatching(/^2026-03-05-/) });
    expect(await runOf(outcome)).toMatchObject({ trigger: { kind: 'queue' } });
  });

  test('that is not JSON, or of a queue that nobody knows, goes back', async () => {
    await expect(startMessageOf(record('{day'), workshop.services)).rejects.toThrow(
      /^HDL442 the message m1 of the queue inbox is not JSON/,
    );
    await expect(startMessageOf(record('{}', 'other'), workshop.services)).rejects.toThrow(
      /^HDL445 no trigger takes from the queue other/,
    );
  });

  test('of the start queue is a start message', async () => {
    const look = { kind: 'look', pipeline: 'orders', run: 'r', generation: 1 } as const;
    expect(await startMessageOf(record(JSON.stringify(look), 'dead'), workshop.services)).toEqual(look);
  });
});

describe('a condition on the ledger', () => {
  const due = (day: string): StartMessage => {
    const given = schedule('cron(0 3 * * ? *)', { input: {}, when: () => completed('previous') });
    if (given.kind !== 'schedule' || !given.when) throw new Error('no condition');
    const { when, catchUp } = given;
    return {
      kind: 'schedule',
      pipeline: 'visits',
      schedule: 'schedule1',
      time: `${day}T03:00:00Z`,
      timeZone: 'UTC',
      input: {},
      catchUp,
      when,
    };
  };

  test('only if yesterday completed', async () => {
    const said = async (day: string) => dispatch(due(day), workshop.services);
    expect(await said('2026-05-02')).toEqual({
      kind: 'notStarted',
      reason: 'its condition does not hold: previous.status is "missing"',
    });
    const record = {
      pipeline: 'visits',
      partition: '2026-05-02',
      run: 'x',
      status: 'completed',
      updatedAt: 'x',
    } as const;
    await workshop.local.ledger.runs.markPartition(record, '1');
    expect(await said('2026-05-03')).toMatchObject({ kind: 'started' });
  });

  test('an object by its size, and another pipeline', async () => {
    const given = objectDropped('drops/{partition}/*', {
      when: (object) => and(gte(object.size, 10), completed({ name: 'visits' } as never)),
    });
    if (given.kind !== 'object' || !given.when) throw new Error('no condition');
    const { when } = given;
    const message = (key: string, size: number): StartMessage => ({
      kind: 'object',
      pipeline: 'orders',
      keyTemplate: 'drops/{partition}/*',
      event: { detail: { bucket: { name: 'inbox' }, object: { key, etag: 'e', size } } },
      when,
    });
    expect(await dispatch(message('drops/2026-05-02/a', 10), workshop.services)).toMatchObject({ kind: 'started' });
    expect(await dispatch(message('drops/2026-05-02/b', 9), workshop.services)).toEqual({
      kind: 'notStarted',
      reason: 'its condition does not hold: event.size is 9, visits.status is "completed"',
    });
  });

  test('a partition that has none before it is told', async () => {
    const given = due('2026-05-03') as Extract<StartMessage, { kind: 'schedule' }>;
    const message = event('e9', { day: 'no day', rows: 1, order: 'z' });
    await expect(dispatch({ ...message, when: given.when } as StartMessage, workshop.services)).rejects.toThrow(
      /^HDL444 the partition no day has none before it/,
    );
  });
});
