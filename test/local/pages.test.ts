// Lists come in pages, one after the other, whoever is asked.
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { ServiceId, Shape } from '../../lib/local/index.ts';
import { manualClock } from './manual-clock.ts';
import { servicesOf, type TestServices } from './services-of.ts';

let services: TestServices;
beforeEach(async () => {
  services = await servicesOf(manualClock('2026-03-28T12:00:00Z'));
});
afterEach(() => services.close());

const names = ['a', 'b', 'c', 'd', 'e'];
const queueArn = 'arn:aws:sqs:us-east-1:123456789012:q';
const schedule = (Name: string): Shape => ({
  ...{ Name, ScheduleExpression: 'rate(1 day)', FlexibleTimeWindow: { Mode: 'OFF' }, State: 'DISABLED' },
  Target: { Arn: queueArn, RoleArn: 'arn:aws:iam::123456789012:role/r' },
});
const alarm = (AlarmName: string): Shape => ({
  ...{ AlarmName, Namespace: 'n', MetricName: 'm', Period: 60, Statistic: 'Sum' },
  ...{ ComparisonOperator: 'GreaterThanThreshold', EvaluationPeriods: 1, Threshold: 1 },
});

/** Made by, listed by, asked for two at a time by, the list and what it gives of each. */
const lists: readonly (readonly [ServiceId, string, (name: string) => Shape, string, Shape, string, string])[] = [
  ['scheduler', 'CreateSchedule', schedule, 'ListSchedules', { MaxResults: 2 }, 'Schedules', 'Name'],
  [
    'scheduler',
    'CreateScheduleGroup',
    (Name) => ({ Name }),
    'ListScheduleGroups',
    { MaxResults: 2 },
    'ScheduleGroups',
    'Name',
  ],
  [
    'eventbridge',
    'PutRule',
    (Name) => ({ Name, EventPattern: '{"source":["s"]}' }),
    'ListRules',
    { Limit: 2 },
    'Rules',
    'Name',
  ],
  ['eventbridge', 'CreateEventBus', (Name) => ({ Name }), 'ListEventBuses', { Limit: 2 }, 'EventBuses', 'Name'],
  ['cloudwatch', 'PutMetricAlarm', alarm, 'DescribeAlarms', { MaxRecords: 2 }, 'MetricAlarms', 'AlarmName'],
];

const pages = async (service: ServiceId, operation: string, ask: Shape, field: string): Promise<readonly Shape[][]> => {
  const found: Shape[][] = [];
  let NextToken: unknown;
  do {
    const page = await services.call(service, operation, { ...ask, NextToken });
    found.push(page[field] as Shape[]);
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return found;
};

test.each(lists)('%s: what %s made', async (service, make, input, list, ask, field, name) => {
  for (const each of names) await services.call(service, make, input(each));
  const found = await pages(service, list, ask, field);
  expect([found.length, found[0]?.length]).toEqual([3, 2]);
  const told = found.flat().map((each) => each[name]);
  expect(told.filter((each) => each !== 'default')).toEqual(names); // one that is always there
  const none = Object.fromEntries(Object.keys(ask).map((limit) => [limit, 0]));
  await expect(services.call(service, list, none)).rejects.toThrow('must be a whole number from 1 to 100');
});

test('what AWS alone decides the length of', async () => {
  const all = Array.from({ length: 101 }, (_, place) => `t${place}`);
  for (const Name of all) await services.call('sns', 'CreateTopic', { Name });
  const found = await pages('sns', 'ListTopics', {}, 'Topics');
  expect(found.map((page) => page.length)).toEqual([100, 1]);
  expect(new Set(found.flat().map(({ TopicArn }) => TopicArn)).size).toBe(101);
});
