// Where Lambda is throttled or the start queue is long, who can wait does.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { cloudwatchService } from '../../lib/local/services/cloudwatch/index.ts';
import { dispatch, type QueueRecord, type Services, takeStarts } from '../../lib/operators/index.ts';
import { openPressure } from '../../lib/operators/pressure.ts';
import type { Pressure } from '../../lib/operators/services.ts';
import { type BackfillPlan, lettersOf, type StartMessage } from '../../lib/records/index.ts';
import { randomFrom } from '../../lib/simulate/arrivals.ts';
import { manual, openWorkshop, type Workshop } from './workshop.ts';

let workshop: Workshop;
let services: Services;
let now = 0;
let queueUrl = '';
beforeAll(async () => {
  workshop = await openWorkshop({ make: [cloudwatchService] });
  services = { ...workshop.services, now: () => now };
});
afterAll(() => workshop.local.close());
beforeEach(async () => {
  now = Date.now();
  const name = `start-${now}-${Math.floor(performance.now() * 1_000)}`;
  queueUrl = String((await workshop.local.service('sqs').call('CreateQueue', { QueueName: name })).QueueUrl);
});

/** Each test has an orchestrator of its own, whose functions nobody else counts for. */
const pressureOf = (orchestrator: string): Pressure =>
  openPressure({ ...services, startQueueUrl: queueUrl, now: () => now }, orchestrator);
const count = (orchestrator: string, operator: string, metric: 'Throttles' | 'Invocations', Value: number) =>
  workshop.local.service('cloudwatch').call('PutMetricData', {
    Namespace: 'AWS/Lambda',
    MetricData: [
      {
        MetricName: metric,
        Value,
        Unit: 'Count',
        Timestamp: (now - 90_000) / 1_000,
        Dimensions: [{ Name: 'FunctionName', Value: `${orchestrator}-${operator}` }],
      },
    ],
  });
const fill = async (messages: number): Promise<void> => {
  for (let n = 0; n < messages; n++)
    await workshop.local.service('sqs').call('SendMessage', { QueueUrl: queueUrl, MessageBody: 'x' });
};

test('the share of throttled calls is that of the operators that every run needs', async () => {
  expect(await pressureOf('quiet').throttledShare()).toBe(0);
  await count('busy', 'begin', 'Throttles', 30);
  await count('busy', 'finish', 'Throttles', 10);
  await count('busy', 'settle', 'Invocations', 20);
  await count('busy', 'begin', 'Invocations', 20);
  await count('busy', 'other', 'Throttles', 1_000);
  expect(await pressureOf('busy').throttledShare()).toBe(0.5);
});

test('an answer is good for a minute, and old throttles are forgotten', async () => {
  const pressure = pressureOf('later');
  expect(await pressure.throttledShare()).toBe(0);
  await count('later', 'begin', 'Throttles', 10);
  expect(await pressure.throttledShare()).toBe(0);
  now += 60_000;
  expect(await pressure.throttledShare()).toBe(1);
  now += 600_000;
  expect(await pressure.throttledShare()).toBe(0);
});

const recordOf = (message: StartMessage, place: number): QueueRecord => ({
  messageId: String(place),
  body: JSON.stringify(message),
  eventSourceARN: `arn:aws:sqs:us-east-1:123456789012:${queueUrl.split('/').at(-1)}`,
  attributes: { SentTimestamp: '0', ApproximateReceiveCount: '1' },
});
const scheduled = (tag: string, place: number, pipeline = 'orders'): StartMessage => ({
  kind: 'schedule',
  pipeline,
  schedule: `${tag}-${place}`,
  time: '2026-01-01T00:00:00Z',
  timeZone: 'UTC',
  input: {},
});

describe('a full batch while half of the calls are throttled', () => {
  const takeTen = async (of: (place: number) => StartMessage, pressure: Pressure) => {
    const random = randomFrom(3);
    const asked = { ...services, startQueueUrl: queueUrl, pressure, random };
    return takeStarts(
      Array.from({ length: 10 }, (_, place) => recordOf(of(place), place)),
      asked,
    );
  };
  beforeEach(async () => {
    await count('half', 'begin', 'Throttles', 10);
    await count('half', 'begin', 'Invocations', 10);
  });

  test('lets a quarter of what triggers ask for through, and puts the rest off', async () => {
    const answers = await takeTen((place) => scheduled('some', place), pressureOf('half'));
    const later = answers.filter(({ later: is }) => is === 'givesWay');
    expect(later.every(({ says }) => says === 'Lambda is throttled, so it comes again later')).toBe(true);
    expect(later.length).toBeGreaterThanOrEqual(6);
    expect(later.length).toBeLessThan(10);
    expect(answers.filter(({ kept }) => kept)).toEqual([]);
  });
  test('lets what a person asks for through', async () => {
    const answers = await takeTen((place) => manual(`person-${place}`), pressureOf('half'));
    expect(answers.filter(({ later }) => later)).toEqual([]);
  });
  test('where the share cannot be read all go through, and each says so', async () => {
    const broken: Pressure = pressureOf('half');
    const unknown = { ...broken, throttledShare: () => Promise.reject(new Error('AccessDenied')) };
    const answers = await takeTen((place) => scheduled('unknown', place), unknown);
    expect(answers.filter(({ later }) => later)).toEqual([]);
    expect(answers[0]?.says).toContain('how busy Lambda is could not be read: Error: AccessDenied');
  });
});

test('while a hundred wait at a pool, the first of them for a minute, what triggers ask for of who uses it is put off', async () => {
  await workshop.deploy('pooled', { pools: ['other', 'crm'] });
  const { pools } = services.ledger;
  const since = now;
  const entryOf = (name: string) => {
    const owner = `stage/pooled/${name}/1/push`;
    return { pool: 'crm', key: '', limits: { slots: 1 }, owner, since, holdMs: 3_600_000, token: name };
  };
  // Nobody listens to their tokens: the first is the one that holds the slot for a handler.
  const holder = { ...entryOf('holder'), token: undefined, givesUpAt: since + 3_600_000 } as never;
  expect(await pools.enter(holder, now)).toBeDefined();
  for (let n = 0; n < 99; n++) await pools.enter(entryOf(`r${n}`), now);
  const pressure = pressureOf('none');
  let place = 0;
  const startOf = async (message: StartMessage): Promise<string | undefined> => {
    const [answer] = await takeStarts([recordOf(message, ++place)], { ...services, startQueueUrl: queueUrl, pressure });
    return answer?.says.replace(/: .*/, '');
  };
  const triggered = () => startOf(scheduled('crowd', place, 'pooled'));
  const later = '100 or more wait at the pool crm, so it comes again later';
  now += 61_000;
  expect(await triggered()).toBe('started'); // 99 wait
  await pools.enter(entryOf('r99'), now);
  now += 10_000;
  expect(await triggered()).toBe(later);
  expect(await startOf(manual('crowd', { pipeline: 'pooled' }))).toBe('started');
  expect(await startOf(scheduled('crowd', 0))).toBe('started');
  await pools.leave(entryOf('r0'), now);
  expect(await triggered()).toBe(later); // which is known for ten seconds
  now += 10_000;
  expect(await triggered()).toBe('started');
  // As many, but who come now.
  await pools.enter({ ...entryOf('r100'), since: now }, now);
  for (let n = 1; n < 100; n++) await pools.leave(entryOf(`r${n}`), now);
  for (let n = 1; n < 100; n++) await pools.enter({ ...entryOf(`s${n}`), since: now }, now);
  now += 10_000;
  expect(await triggered()).toBe('started');
});

describe('a backfill', () => {
  const backfill = async (id: string) => {
    await workshop.deploy(`of${id}`);
    const plan: BackfillPlan = ['a', 'b', 'c'].map((partition) => ({
      pipeline: `of${id}`,
      partition,
      after: [],
      input: { kind: 'value', value: {} },
    }));
    await services.ledger.backfills.create({
      id,
      pipeline: `of${id}`,
      what: 'a test',
      status: 'running',
      plan: await services.ledger.payloads.store(`of${id}`, plan),
      states: lettersOf(plan.map(() => 'waiting')),
      concurrency: 2,
      by: 'test',
      createdAt: '2026-01-01T00:00:00.000Z',
      version: 1,
    });
    const look: StartMessage = { kind: 'advance', backfill: id, pipeline: `of${id}`, look: true };
    return (pressure: Pressure) => dispatch(look, { ...services, startQueueUrl: queueUrl, pressure });
  };

  test('asks for nothing while the start queue is long, and goes on when it is not', async () => {
    const advance = await backfill('queue');
    await fill(101);
    expect(await advance(pressureOf('none'))).toMatchObject({
      asked: 0,
      status: 'running',
      waitsFor: '101 starts wait before it',
    });
    await workshop.local.service('sqs').call('PurgeQueue', { QueueUrl: queueUrl });
    now += 60_000;
    expect(await advance(pressureOf('none'))).toEqual({
      kind: 'advanced',
      backfill: 'queue',
      asked: 2,
      status: 'running',
    });
  });
  test('and while Lambda is throttled', async () => {
    const advance = await backfill('lambda');
    await count('full', 'finish', 'Throttles', 30);
    await count('full', 'finish', 'Invocations', 70);
    expect(await advance(pressureOf('full'))).toMatchObject({
      asked: 0,
      waitsFor: 'Lambda throttles 30 % of the calls that all runs need',
    });
    now += 600_000;
    expect(await advance(pressureOf('full'))).toMatchObject({ asked: 2 });
  });
});
