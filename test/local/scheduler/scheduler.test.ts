import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Shape } from '../../../lib/local/index.ts';
import { parseSchedule, ticker } from '../../../lib/local/schedule/index.ts';
import { type ManualClock, manualClock } from '../manual-clock.ts';
import { servicesOf, type TestServices } from '../services-of.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

let clock: ManualClock;
let services: TestServices;
let queue: { readonly url: string; readonly arn: string };
beforeEach(async () => {
  clock = manualClock('2026-03-28T12:00:00Z');
  services = await servicesOf(clock);
  queue = await services.queue('q');
});
afterEach(() => services.close());

const create = (ScheduleExpression: string, more: Shape = {}, target: Shape = {}) =>
  services.call('scheduler', 'CreateSchedule', {
    Name: 's',
    ScheduleExpression,
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: {
      Arn: queue.arn,
      RoleArn: 'arn:aws:iam::123456789012:role/r',
      Input: '<aws.scheduler.scheduled-time>',
      ...target,
    },
    ...more,
  });
const fired = async () => (await services.drain(queue.url)).map(({ Body }) => Body);

describe('when', () => {
  // expression | settings | after moving on by | times
  const rows: readonly (readonly [string, Shape, number, readonly string[]])[] = [
    ['rate(20 minutes)', {}, HOUR, ['12:00', '12:20', '12:40', '13:00']],
    ['rate(1 hours)', {}, HOUR, ['12:00', '13:00']],
    [
      'rate(20 minutes)',
      { StartDate: '2026-03-28T12:30:00Z', EndDate: '2026-03-28T13:10:00Z' },
      2 * HOUR,
      ['12:30', '12:50'],
    ],
    ['at(2026-03-28T13:30:00)', { ScheduleExpressionTimezone: 'Europe/Paris' }, HOUR, ['12:30']],
    [
      'at(2026-03-28T12:30:00)',
      { StartDate: '2026-03-28T13:00:00Z', EndDate: '2026-03-28T12:10:00Z' },
      HOUR,
      ['12:30'],
    ],
    ['cron(30 * * * ? *)', { State: 'DISABLED' }, 2 * HOUR, []],
    // The clocks go forward in London in the night to the 29th.
    ['cron(0 9 * * ? *)', { ScheduleExpressionTimezone: 'Europe/London' }, 2 * DAY, ['08:00', '08:00']],
    ['cron(30 1 * * ? *)', { ScheduleExpressionTimezone: 'Europe/London' }, 2 * DAY, ['00:30']],
  ];
  test.each(rows)('%s %j', async (expression, settings, ms, times) => {
    await create(expression, settings);
    await clock.advance(ms);
    expect((await fired()).map((time) => String(time).slice(11, 16))).toEqual(times);
  });

  test('a one-time schedule deletes itself when asked to', async () => {
    await create('at(2026-03-28T12:30:00)', { ActionAfterCompletion: 'DELETE' });
    await clock.advance(HOUR);
    expect(await fired()).toEqual(['2026-03-28T12:30:00Z']);
    await expect(services.call('scheduler', 'GetSchedule', { Name: 's' })).rejects.toThrow(
      'Schedule s does not exist.',
    );
  });

  test('an updated expression counts afresh; another target does not', async () => {
    await create('rate(20 minutes)');
    await clock.advance(30 * MINUTE);
    const settings = await services.call('scheduler', 'GetSchedule', { Name: 's' });
    const { Arn: _a, CreationDate: _c, LastModificationDate: _m, ...same } = settings;
    await services.call('scheduler', 'UpdateSchedule', { ...same, Description: 'changed' });
    await clock.advance(15 * MINUTE);
    await services.call('scheduler', 'UpdateSchedule', { ...same, ScheduleExpression: 'rate(1 hour)' });
    await clock.advance(10 * MINUTE);
    expect((await fired()).map((time) => String(time).slice(11, 16))).toEqual(['12:00', '12:20', '12:40', '12:45']);
  });
});

describe('a one-time schedule whose time is over', () => {
  const over = 'Invalid Schedule Expression at(2026-03-28T12:00:00). It is over at 2026-03-28T12:';

  test.each([
    ['at(2026-03-28T12:00:00)', {}],
    ['at(2026-03-28T13:00:00)', { ScheduleExpressionTimezone: 'Europe/Paris' }],
  ])('is not made: %s %j', async (expression, settings) => {
    const refused = { code: 'ValidationException', message: expect.stringContaining('so it would never fire') };
    await expect(create(expression, settings)).rejects.toMatchObject(refused);
    await expect(services.call('scheduler', 'GetSchedule', { Name: 's' })).rejects.toThrow('does not exist');
  });

  test('stays what it was, whatever else of it changes; no other becomes it', async () => {
    await create('at(2026-03-28T12:00:01)');
    await clock.advance(MINUTE);
    const {
      Arn: _a,
      CreationDate: _c,
      LastModificationDate: _m,
      ...same
    } = await services.call('scheduler', 'GetSchedule', { Name: 's' });
    await services.call('scheduler', 'UpdateSchedule', { ...same, Description: 'it fired' });
    const earlier = { ...same, ScheduleExpression: 'at(2026-03-28T12:00:00)' };
    await expect(services.call('scheduler', 'UpdateSchedule', earlier)).rejects.toThrow(over);
    await clock.advance(HOUR);
    expect(await fired()).toEqual(['2026-03-28T12:00:01Z']);
    expect(await services.call('scheduler', 'GetSchedule', { Name: 's' })).toMatchObject({ Description: 'it fired' });
  });
});

describe('a flexible window', () => {
  const FlexibleTimeWindow = { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 15 };

  test('has the schedule fire once in it, with the time that it was made for', async () => {
    await create('at(2026-03-28T12:30:00)', { FlexibleTimeWindow, ActionAfterCompletion: 'DELETE' });
    await clock.advance(30 * MINUTE - 1);
    expect(await fired()).toEqual([]);
    await clock.advance(15 * MINUTE + 1);
    expect(await fired()).toEqual(['2026-03-28T12:30:00Z']);
    await clock.advance(DAY);
    expect(await fired()).toEqual([]);
  });

  test('spreads those of one time over it', async () => {
    for (let at = 0; at < 40; at += 1) await create('at(2026-03-28T12:30:00)', { FlexibleTimeWindow, Name: `s${at}` });
    await clock.advance(30 * MINUTE);
    const counts: number[] = [];
    for (let minute = 0; minute < 15; minute += 1) {
      await clock.advance(MINUTE);
      counts.push((await fired()).length);
    }
    expect(counts.reduce((sum, count) => sum + count)).toBe(40);
    expect(Math.max(...counts)).toBeLessThan(20); // all but never, where chance is even: 40 over 15 minutes
  });

  test('goes on where it was after a stop', async () => {
    await create('at(2026-03-28T12:30:00)', { FlexibleTimeWindow });
    await clock.advance(30 * MINUTE);
    const before = await fired();
    await services.reopen(clock);
    await clock.advance(15 * MINUTE);
    expect([...before, ...(await fired())]).toEqual(['2026-03-28T12:30:00Z']);
  });
});

describe('after a stop', () => {
  test('what fired does not fire again, and of what was missed the latest does', async () => {
    await create('cron(0 * * * ? *)');
    await clock.advance(HOUR + MINUTE);
    expect(await fired()).toEqual(['2026-03-28T13:00:00Z']);
    const later = manualClock('2026-03-28T16:30:00Z');
    await services.reopen(later);
    await later.advance(0);
    expect(await fired()).toEqual(['2026-03-28T16:00:00Z']);
    await services.reopen();
    await later.advance(0);
    expect(await fired()).toEqual([]);
  });
  test('what was missed more than a day ago does not fire', async () => {
    await create('at(2026-03-28T12:30:00)');
    const later = manualClock('2026-03-29T13:00:00Z');
    await services.reopen(later);
    await later.advance(HOUR);
    expect(await fired()).toEqual([]);
  });
});

describe('what came before is not made up for', () => {
  const update = async (more: Shape): Promise<void> => {
    const {
      Arn: _a,
      CreationDate: _c,
      LastModificationDate: _m,
      ...same
    } = await services.call('scheduler', 'GetSchedule', { Name: 's' });
    await services.call('scheduler', 'UpdateSchedule', { ...same, ...more });
  };

  test.each([
    ['rate(20 minutes)', ['12:00', '14:20']],
    ['cron(0 * * * ? *)', ['15:00']],
    ['at(2026-03-28T13:30:00)', []],
  ])('%s, disabled for two hours', async (expression, times) => {
    await create(expression);
    await clock.advance(10 * MINUTE);
    await update({ State: 'DISABLED' });
    await clock.advance(2 * HOUR);
    await update({ State: 'ENABLED' });
    await clock.advance(HOUR - 20 * MINUTE + (expression.startsWith('cron') ? 10 * MINUTE : -20 * MINUTE));
    expect((await fired()).map((time) => String(time).slice(11, 16))).toEqual(times);
  });

  test.each([
    ['rate(50 minutes)', { StartDate: '2026-03-28T11:30:00Z' }, ['12:20']],
    ['cron(15 * * * ? *)', { StartDate: '2026-03-28T06:00:00Z' }, ['12:15']],
  ])('%s %j, of which times had come when it was made', async (expression, settings, times) => {
    await create(expression, settings);
    await clock.advance(HOUR - MINUTE);
    expect((await fired()).map((time) => String(time).slice(11, 16))).toEqual(times);
  });
});

test('a machine that slept fires the latest time that it missed, and none that is too old', () => {
  const begin = Date.parse('2026-03-28T12:00:00Z');
  let now = begin;
  let due: { at: number; action: () => void }[] = [];
  const ticks = ticker({
    now: () => now,
    after: (delayMs, action) => {
      const timer = { at: now + delayMs, action };
      due.push(timer);
      return () => {
        due = due.filter((each) => each !== timer);
      };
    },
    hold: () => () => undefined,
  });
  const told: string[] = [];
  const tell = (what: string) => (dueMs: number) => told.push(`${what} ${new Date(dueMs).toISOString().slice(8, 16)}`);
  ticks.set('every', { schedule: parseSchedule('rate(5 minutes)'), startMs: begin, lastMs: begin }, tell('every'));
  ticks.set('once', { schedule: parseSchedule('at(2026-03-28T13:00:00)'), startMs: begin }, tell('once'));
  now = begin + 2 * DAY + 3 * MINUTE;
  for (let late = due.filter(({ at }) => at <= now); late.length > 0; late = due.filter(({ at }) => at <= now)) {
    due = due.filter(({ at }) => at > now);
    for (const { action } of late) action();
  }
  expect(told).toEqual(['every 30T12:00']);
  expect(due.map(({ at }) => at - now)).toEqual([2 * MINUTE]);
});

describe('targets', () => {
  test('a universal target calls the service of the engine', async () => {
    const Arn = 'arn:aws:scheduler:::aws-sdk:ssm:putParameter';
    await create(
      'rate(1 day)',
      {},
      { Arn, Input: '{"Name":"/x","Value":"<aws.scheduler.scheduled-time>","Type":"String"}' },
    );
    await clock.advance(0);
    expect(await services.call('ssm', 'GetParameter', { Name: '/x' })).toMatchObject({
      Parameter: { Value: '2026-03-28T12:00:00Z' },
    });
  });

  test('an event bus', async () => {
    await services.call('eventbridge', 'PutRule', { Name: 'r', EventPattern: '{"source":["clock"]}' });
    await services.call('eventbridge', 'PutTargets', {
      Rule: 'r',
      Targets: [{ Id: '1', Arn: queue.arn, InputPath: '$.detail' }],
    });
    const Arn = 'arn:aws:events:us-east-1:123456789012:event-bus/default';
    await create(
      'rate(1 day)',
      {},
      { Arn, Input: '{"a":1}', EventBridgeParameters: { Source: 'clock', DetailType: 'tick' } },
    );
    await clock.advance(0);
    expect(await fired()).toEqual(['{"a":1}']);
  });

  test('one that is not there: the dead-letter queue hears of it', async () => {
    const dead = await services.queue('dead');
    const Arn = 'arn:aws:sqs:us-east-1:123456789012:missing';
    await create('rate(1 day)', {}, { Arn, Input: 'hello', DeadLetterConfig: { Arn: dead.arn } });
    await clock.advance(0);
    const [message] = await services.drain(dead.url);
    expect(message).toMatchObject({
      Body: 'hello',
      MessageAttributes: {
        ERROR_CODE: { StringValue: 'NO_RESOURCE' },
        SCHEDULE_ARN: { StringValue: 'arn:aws:scheduler:us-east-1:123456789012:schedule/default/s' },
        SCHEDULED_TIME: { StringValue: '2026-03-28T12:00:00Z' },
      },
    });
  });

  test.each([
    ...[
      { Mode: 'FLEXIBLE' },
      { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 1441 },
      { Mode: 'OFF', MaximumWindowInMinutes: 5 },
      { Mode: 'ON' },
    ].map(
      (FlexibleTimeWindow) =>
        [JSON.stringify(FlexibleTimeWindow), { FlexibleTimeWindow }, 'FlexibleTimeWindow '] as const,
    ),
    // Recorded on AWS: github.com/localstack/localstack, tests/aws/services/scheduler/test_scheduler.snapshot.json
    ...['cron(0 1 * * * *)', 'rate(10)', 'rate( 10 minutes )', ' rate(10 minutes)', 'at(2021-12-31)', 'daily'].map(
      (ScheduleExpression) =>
        [ScheduleExpression, { ScheduleExpression }, `Invalid Schedule Expression ${ScheduleExpression}. `] as const,
    ),
    [
      'a service that is not here',
      { Target: { Arn: 'arn:aws:scheduler:::aws-sdk:ec2:stopInstances', Input: '{}' } },
      'this engine does not run ec2',
    ],
    [
      'a universal target with text',
      { Target: { Arn: 'arn:aws:scheduler:::aws-sdk:ssm:putParameter', Input: 'text' } },
      'The Input of this target must be JSON',
    ],
    [
      'a function with text',
      { Target: { Arn: 'arn:aws:lambda:us-east-1:123456789012:function:f', Input: 'text' } },
      'The Input of this target must be JSON',
    ],
    [
      'an ECS target',
      { Target: { Arn: 'arn:aws:ecs:us-east-1:1:cluster/c' } },
      'the target arn:aws:ecs:us-east-1:1:cluster/c',
    ],
  ])('%s is refused', async (_name, settings, reason) => {
    await expect(create('rate(1 day)', settings)).rejects.toThrow(reason);
  });
});
