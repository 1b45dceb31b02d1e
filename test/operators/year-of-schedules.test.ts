// A year of schedules on a clock that the test moves: Scheduler, start queue and dispatch, across both changes of clocks.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { schedulerService } from '../../lib/local/services/scheduler/index.ts';
import { dispatch } from '../../lib/operators/index.ts';
import { decide, type RunMessage } from '../../lib/operators/run-request.ts';
import { type ManualClock, manualClock } from '../local/manual-clock.ts';
import { openWorkshop, type Workshop } from './workshop.ts';

const dayMs = 86_400_000;
let clock: ManualClock;
let workshop: Workshop;
beforeAll(async () => {
  clock = manualClock('2026-01-01T00:00:00Z');
  workshop = await openWorkshop({ clock, make: [schedulerService] });
  await workshop.local.service('scheduler').start?.();
});
afterAll(() => workshop.local.close());

/** A daily time and its zone: just after midnight, an hour that comes twice in a year, the last minute of a day. */
const rows: readonly (readonly [string, string])[] = [
  ['cron(5 0 * * ? *)', 'Europe/London'],
  ['cron(30 1 * * ? *)', 'America/New_York'],
  ['cron(59 23 * * ? *)', 'Australia/Sydney'],
];
const days = Array.from({ length: 364 }, (_, day) => new Date(Date.UTC(2026, 0, 2 + day)).toISOString().slice(0, 10));
const messages: RunMessage[] = [];

test('a year of schedules gives one message a day, none missed and none doubled, for the scheduled local day', async () => {
  const { local, services } = workshop;
  for (const [index, [ScheduleExpression, ScheduleExpressionTimezone]] of rows.entries()) {
    const schedule = `schedule${index}`;
    const Input = { kind: 'schedule', pipeline: 'orders', schedule, time: '<aws.scheduler.scheduled-time>' };
    await local.service('scheduler').call('CreateSchedule', {
      Name: schedule,
      ScheduleExpression,
      ScheduleExpressionTimezone,
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: {
        Arn: 'arn:aws:sqs:us-east-1:123456789012:dead',
        RoleArn: 'arn:aws:iam::123456789012:role/r',
        Input: JSON.stringify({ ...Input, timeZone: ScheduleExpressionTimezone, input: {} }),
      },
    });
  }
  const sqs = local.service('sqs');
  for (let day = 0; day < 366; day += 3) {
    await clock.advance(3 * dayMs);
    const { Messages } = await sqs.call('ReceiveMessage', { QueueUrl: local.queueUrl, MaxNumberOfMessages: 10 });
    for (const { Body, ReceiptHandle } of Messages as { Body: string; ReceiptHandle: string }[]) {
      messages.push(JSON.parse(Body));
      await sqs.call('DeleteMessage', { QueueUrl: local.queueUrl, ReceiptHandle });
    }
  }
  const manifest = await services.manifests.of('orders');
  if (!manifest) throw new Error('the workshop has no orders');
  const asked = await Promise.all(messages.map((message) => decide(message, manifest, services)));
  const requests = asked.flatMap((decision) => ('request' in decision ? [decision.request] : []));
  for (const [index] of rows.entries()) {
    const own = requests.filter(({ trigger }) => trigger.detail === `schedule${index}`);
    const partitions = own
      .map(({ partition }) => partition)
      .filter((day) => day >= '2026-01-02' && day <= '2026-12-31');
    expect(partitions.toSorted()).toEqual(days);
    expect(new Set(own.map(({ run }) => run)).size).toBe(own.length);
  }
});

test('the weeks of both changes, every message delivered twice: one run a day', async () => {
  const changes = ['2026-03-29', '2026-10-25'];
  const near = messages.filter(
    (message) =>
      message.kind === 'schedule' &&
      message.timeZone === 'Europe/London' &&
      changes.some((change) => Math.abs(Date.parse(message.time) - Date.parse(change)) < 3 * dayMs + dayMs / 2),
  );
  for (const message of near) {
    const first = await dispatch(message, workshop.services);
    expect(first).toMatchObject({ kind: 'started' });
    expect(await dispatch(message, workshop.services)).toEqual({ ...first, kind: 'duplicate' });
  }
  const runs = await workshop.local.ledger.runs.latest('orders', 100);
  const around = changes.flatMap((change) =>
    [-3, -2, -1, 0, 1, 2, 3].map((d) => new Date(Date.parse(change) + d * dayMs).toISOString().slice(0, 10)),
  );
  expect(runs.map(({ partition }) => partition).toSorted()).toEqual(around);
});
