import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Shape } from '../../../lib/local/index.ts';
import { type ManualClock, manualClock } from '../manual-clock.ts';
import { servicesOf, type TestServices } from '../services-of.ts';

const MINUTE = 60_000;
let clock: ManualClock;
let services: TestServices;
beforeEach(async () => {
  clock = manualClock('2026-11-24T10:00:00Z');
  services = await servicesOf(clock);
});
afterEach(() => services.close());

const alarm = (more: Shape = {}) =>
  services.call('cloudwatch', 'PutMetricAlarm', {
    AlarmName: 'a',
    Namespace: 'App',
    MetricName: 'failures',
    Statistic: 'Sum',
    Period: 60,
    EvaluationPeriods: 1,
    Threshold: 1,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    ...more,
  });
const put = async (Value: number) => {
  await services.call('cloudwatch', 'PutMetricData', {
    Namespace: 'App',
    MetricData: [{ MetricName: 'failures', Value }],
  });
  await clock.settle();
};
const state = async () => {
  const { MetricAlarms } = await services.call('cloudwatch', 'DescribeAlarms', {});
  return (MetricAlarms as readonly Shape[])[0]?.StateValue;
};

test('a state of which nobody can be told is not kept: the alarm rings when somebody can', async () => {
  let isGone = true;
  await services.close();
  services = await servicesOf(clock, {
    emit: () => {
      if (isGone) throw new Error('the bus is gone');
    },
  });
  await alarm();
  const ring = () =>
    services.call('cloudwatch', 'SetAlarmState', { AlarmName: 'a', StateValue: 'ALARM', StateReason: 'by hand' });
  await expect(ring()).rejects.toThrow('the bus is gone');
  expect(await state()).toBe('INSUFFICIENT_DATA');
  isGone = false;
  await ring();
  expect(await state()).toBe('ALARM');
});

// name | settings | data by minute (undefined: none) | state at the end of each minute
const rows: readonly (readonly [string, Shape, readonly (number | undefined)[], readonly string[]])[] = [
  [
    'a breach alarms within its minute, and passes',
    { TreatMissingData: 'notBreaching' },
    [0, 2, undefined, undefined, undefined, undefined],
    ['OK', 'ALARM', 'ALARM', 'ALARM', 'ALARM', 'OK'],
  ],
  [
    'missing data',
    {},
    [2, undefined, undefined, undefined, undefined],
    ['ALARM', 'ALARM', 'ALARM', 'ALARM', 'INSUFFICIENT_DATA'],
  ],
  ['ignored', { TreatMissingData: 'ignore' }, [2, undefined, undefined], ['ALARM', 'ALARM', 'ALARM']],
  [
    'two of three',
    { EvaluationPeriods: 3, DatapointsToAlarm: 2, TreatMissingData: 'notBreaching' },
    [2, 0, 2, 0, 0, 0],
    ['OK', 'OK', 'ALARM', 'ALARM', 'OK', 'OK'],
  ],
  [
    'below: only whole minutes count',
    { ComparisonOperator: 'LessThanThreshold', TreatMissingData: 'notBreaching' },
    [0, 5, 5],
    ['OK', 'ALARM', 'OK'],
  ],
];
test.each(rows)('%s', async (_name, settings, data, expected) => {
  await alarm(settings);
  const seen: unknown[] = [];
  for (const value of data) {
    await clock.advance(1_000); // just after the minute began
    if (value !== undefined) await put(value);
    await clock.advance(MINUTE - 2_000);
    seen.push(await state());
    await clock.advance(1_000);
  }
  expect(seen).toEqual(expected);
});

// AWS's own table: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
// Five minutes, the last one last: 0 is within the threshold, X beyond, - missing. What each treatment makes of them; - keeps the state.
const sparse: readonly (readonly [number, string, string, string, string, string])[] = [
  [3, '0 - X - X', 'OK', 'OK', 'OK', 'OK'],
  [3, '- - - - 0', 'OK', 'OK', 'OK', 'OK'],
  [3, '- - - - -', 'INSUFFICIENT_DATA', '-', 'ALARM', 'OK'],
  [3, '0 X X - X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
  [3, '- - X - -', 'ALARM', '-', 'ALARM', 'OK'],
  [2, '0 - X - X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
  [2, '0 0 X 0 X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
  [2, '0 - X - -', 'OK', 'OK', 'ALARM', 'OK'],
  [2, '- - - - 0', 'OK', 'OK', 'ALARM', 'OK'],
  [2, '- - - X -', 'ALARM', '-', 'ALARM', 'OK'],
];
test.each(sparse)('%i of three, of %s', async (DatapointsToAlarm, minutes, ...expected) => {
  const now = Date.parse('2026-11-24T10:00:00Z') / 1000;
  const MetricData = minutes.split(' ').flatMap((value, place) => {
    const Timestamp = now - (5 - place) * 60;
    return value === '-' ? [] : [{ MetricName: 'failures', Value: value === 'X' ? 2 : 0, Timestamp }];
  });
  await services.call('cloudwatch', 'PutMetricData', { Namespace: 'App', MetricData });
  const seen: unknown[] = [];
  for (const TreatMissingData of ['missing', 'ignore', 'breaching', 'notBreaching']) {
    const settings = { EvaluationPeriods: 3, DatapointsToAlarm, TreatMissingData };
    const states: unknown[] = [];
    // Whatever the state was before, unless it is kept.
    for (const StateValue of ['OK', 'ALARM']) {
      await alarm({ ...settings, MetricName: 'another' });
      await services.call('cloudwatch', 'SetAlarmState', { AlarmName: 'a', StateValue, StateReason: 'test' });
      await alarm(settings);
      states.push(await state());
    }
    const [one, other] = states;
    seen.push(one === other ? one : '-');
  }
  expect(seen).toEqual(expected);
});

describe('a change of state', () => {
  test('is an event, and tells the topics of the new state', async () => {
    const queue = await services.queue('q');
    const { TopicArn } = await services.call('sns', 'CreateTopic', { Name: 't' });
    await services.call('sns', 'Subscribe', {
      TopicArn,
      Protocol: 'sqs',
      Endpoint: queue.arn,
      Attributes: { RawMessageDelivery: 'true' },
    });
    const events = await services.queue('events');
    await services.call('eventbridge', 'PutRule', {
      Name: 'r',
      EventPattern: '{"source":["aws.cloudwatch"],"detail":{"state":{"value":["ALARM"]}}}',
    });
    await services.call('eventbridge', 'PutTargets', {
      Rule: 'r',
      Targets: [{ Id: '1', Arn: events.arn, InputPath: '$.detail' }],
    });
    await alarm({ AlarmActions: [TopicArn], AlarmDescription: 'too many', TreatMissingData: 'notBreaching' });
    await put(3);
    const [message] = await services.drain(queue.url);
    expect(JSON.parse(String(message?.Body))).toMatchObject({
      AlarmName: 'a',
      AlarmDescription: 'too many',
      NewStateValue: 'ALARM',
      OldStateValue: 'OK',
      NewStateReason:
        'Threshold Crossed: 1 out of the last 1 datapoint [3] was greater than or equal to the threshold (1).',
      Trigger: { MetricName: 'failures', Namespace: 'App', Statistic: 'SUM', StatisticType: 'Statistic', Threshold: 1 },
    });
    const [event] = await services.drain(events.url);
    expect(JSON.parse(String(event?.Body))).toMatchObject({
      alarmName: 'a',
      state: { value: 'ALARM', timestamp: '2026-11-24T10:00:00.000+0000' },
      previousState: { value: 'OK' },
      configuration: {
        description: 'too many',
        metrics: [
          { metricStat: { metric: { namespace: 'App', name: 'failures' }, period: 60, stat: 'Sum' }, returnData: true },
        ],
      },
    });
  });

  // Recorded on AWS: github.com/localstack/localstack, tests/aws/services/cloudwatch/test_cloudwatch.snapshot.json
  test('tells of dimensions in small letters, those of metric math too', async () => {
    const queue = await services.queue('q');
    const { TopicArn } = await services.call('sns', 'CreateTopic', { Name: 't' });
    const subscription = { TopicArn, Protocol: 'sqs', Endpoint: queue.arn, Attributes: { RawMessageDelivery: 'true' } };
    await services.call('sns', 'Subscribe', subscription);
    const Metric = { Namespace: 'App', MetricName: 'failures', Dimensions: [{ Name: 'stage', Value: 'clean' }] };
    const Metrics = [{ Id: 'm', MetricStat: { Metric, Period: 60, Stat: 'Sum' } }];
    const common = {
      AlarmActions: [TopicArn],
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanThreshold',
    };
    const cloudwatch = (operation: string, input: Shape) => services.call('cloudwatch', operation, input);
    await cloudwatch('PutMetricAlarm', { AlarmName: 'one', ...common, ...Metric, Period: 60, Statistic: 'Sum' });
    await cloudwatch('PutMetricAlarm', { AlarmName: 'math', ...common, Metrics });
    for (const AlarmName of ['one', 'math'])
      await cloudwatch('SetAlarmState', { AlarmName, StateValue: 'ALARM', StateReason: 'test' });
    await clock.settle();
    const told = (await services.drain(queue.url)).map(({ Body }) => JSON.parse(String(Body)).Trigger);
    const Dimensions = [{ name: 'stage', value: 'clean' }];
    expect(told).toMatchObject([{ Dimensions }, { Metrics: [{ MetricStat: { Metric: { Dimensions } } }] }]);
  });

  test('is kept over a restart, without telling again', async () => {
    const queue = await services.queue('q');
    const { TopicArn } = await services.call('sns', 'CreateTopic', { Name: 't' });
    await services.call('sns', 'Subscribe', { TopicArn, Protocol: 'sqs', Endpoint: queue.arn });
    await alarm({ AlarmActions: [TopicArn] });
    await put(3);
    await services.reopen();
    await alarm({ AlarmActions: [TopicArn] });
    await clock.settle();
    expect(await state()).toBe('ALARM');
    expect(await services.drain(queue.url)).toHaveLength(1);
  });
});

describe('metrics of the services', () => {
  const onQueue = {
    Namespace: 'AWS/SQS',
    MetricName: 'ApproximateNumberOfMessagesVisible',
    Dimensions: [{ Name: 'QueueName', Value: 'dead' }],
    Statistic: 'Maximum',
    TreatMissingData: 'notBreaching',
  };
  test('a message in a queue that an alarm watches raises it; when it is taken the alarm passes', async () => {
    await alarm(onQueue); // before there is such a queue
    const { url } = await services.queue('dead');
    await services.call('sqs', 'SendMessage', { QueueUrl: url, MessageBody: 'x' });
    await clock.advance(2_000);
    expect(await state()).toBe('ALARM');
    await clock.advance(10 * MINUTE);
    expect(await state()).toBe('ALARM');
    await services.drain(url);
    await clock.advance(3 * MINUTE);
    expect(await state()).toBe('OK');
  });
  test('what an earlier process left in the queue is counted', async () => {
    const { url } = await services.queue('dead');
    await services.call('sqs', 'SendMessage', { QueueUrl: url, MessageBody: 'x' });
    await alarm(onQueue);
    await services.reopen();
    await clock.advance(1_000);
    expect(await state()).toBe('ALARM');
  });
  test.each(['STANDARD', 'EXPRESS'])('executions of a state machine: %s', async (type) => {
    const { stateMachineArn } = await services.call('sfn', 'CreateStateMachine', {
      name: 'm',
      type,
      roleArn: 'arn:aws:iam::123456789012:role/r',
      definition: '{"StartAt":"F","States":{"F":{"Type":"Fail","Error":"No"}}}',
    });
    const Dimensions = [{ Name: 'StateMachineArn', Value: stateMachineArn }];
    await alarm({ Namespace: 'AWS/States', MetricName: 'ExecutionsFailed', Dimensions });
    await services.call('sfn', 'StartExecution', { stateMachineArn });
    await clock.settle();
    expect(await state()).toBe('ALARM');
  });
});

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
const ofMath = (...returned: readonly boolean[]): Shape => ({
  ...{ MetricName: undefined, Namespace: undefined, Statistic: undefined, Period: undefined },
  Metrics: returned.map((ReturnData, place) => ({
    Id: `m${place}`,
    MetricStat: { Metric: { Namespace: 'App', MetricName: 'failures' }, Period: 60, Stat: 'Sum' },
    ReturnData,
  })),
});
test.each<[string, Shape, string]>([
  ['more data points than periods', { DatapointsToAlarm: 2 }, 'DatapointsToAlarm must be less than or equal to'],
  ['no period', { EvaluationPeriods: 0 }, 'Member must have value greater than or equal to 1'],
  ['more than a day of minutes', { EvaluationPeriods: 1441 }, 'across more than a day'],
  ['more than a week of hours', { Period: 3600, EvaluationPeriods: 169 }, 'across more than seven days'],
  ['two metrics to look at', ofMath(true, true), 'exactly one metric matching the ReturnData=true condition'],
  ['none to look at', ofMath(false), 'exactly one metric matching the ReturnData=true condition'],
])('an alarm with %s is refused', async (_what, settings, message) => {
  await expect(alarm(settings)).rejects.toThrow(message);
});
test.each<[string, Shape]>([
  ['a day of minutes', { EvaluationPeriods: 1440 }],
  ['a week of hours', { Period: 3600, EvaluationPeriods: 168 }],
  ['one metric of two', ofMath(false, true)],
])('an alarm over %s is taken', async (_what, settings) => {
  expect(await alarm(settings)).toEqual({});
});

test('an action that the engine cannot carry out is refused by name', async () => {
  await expect(alarm({ AlarmActions: ['arn:aws:automate:us-east-1:ec2:stop'] })).rejects.toThrow(
    'HDL501 the local engine does not implement the alarm action arn:aws:automate:us-east-1:ec2:stop',
  );
});
