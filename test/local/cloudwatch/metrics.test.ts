import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Shape } from '../../../lib/local/index.ts';
import { type ManualClock, manualClock } from '../manual-clock.ts';
import { servicesOf, type TestServices } from '../services-of.ts';

let clock: ManualClock;
let services: TestServices;
const start = Date.parse('2026-11-24T10:00:00Z') / 1000;
beforeEach(async () => {
  clock = manualClock('2026-11-24T10:00:00Z');
  services = await servicesOf(clock);
});
afterEach(() => services.close());

const call = (operation: string, input: Shape) => services.call('cloudwatch', operation, input);
const put = (MetricName: string, second: number, datum: Shape) =>
  call('PutMetricData', { Namespace: 'App', MetricData: [{ MetricName, Timestamp: start + second, ...datum }] });
const stat = (MetricName: string, Stat: string, Period = 60) => ({
  Metric: { Namespace: 'App', MetricName },
  Stat,
  Period,
});
const data = async (...MetricDataQueries: readonly Shape[]) => {
  const { MetricDataResults } = await call('GetMetricData', {
    MetricDataQueries,
    StartTime: start,
    EndTime: start + 300,
    ScanBy: 'TimestampAscending',
  });
  return (MetricDataResults as readonly Shape[]).map(({ Id, Timestamps, Values }) => [
    Id,
    Object.fromEntries(
      (Timestamps as readonly number[]).map((time, place) => [time - start, (Values as readonly number[])[place]]),
    ),
  ]);
};

describe('statistics', () => {
  beforeEach(async () => {
    await put('ms', 5, { Values: [10, 20, 30], Counts: [1, 2, 1] });
    await put('ms', 59, { Value: 100 });
    await put('ms', 60, { StatisticValues: { SampleCount: 4, Sum: 8, Minimum: 1, Maximum: 3 } });
  });
  test.each<readonly [string, number, Shape]>([
    ['Sum', 60, { 0: 180, 60: 8 }],
    ['SampleCount', 60, { 0: 5, 60: 4 }],
    ['Average', 60, { 0: 36, 60: 2 }],
    ['Minimum', 60, { 0: 10, 60: 1 }],
    ['Maximum', 300, { 0: 100 }],
    ['p50', 60, { 0: 20 }],
    ['p99', 60, { 0: 100 }],
  ])('%s over %i s', async (name, period, expected) => {
    expect(await data({ Id: 'm', MetricStat: stat('ms', name, period) })).toEqual([['m', expected]]);
  });
  test('they are still there after a restart, and add up with what comes later', async () => {
    await services.reopen();
    await put('ms', 6, { Value: 1 });
    expect(await data({ Id: 'm', MetricStat: stat('ms', 'Sum') })).toEqual([['m', { 0: 181, 60: 8 }]]);
  });
  test('GetMetricStatistics', async () => {
    expect(
      await call('GetMetricStatistics', {
        Namespace: 'App',
        MetricName: 'ms',
        StartTime: start,
        EndTime: start + 60,
        Period: 60,
        Statistics: ['Sum'],
        ExtendedStatistics: ['p50'],
      }),
    ).toEqual({
      Label: 'ms',
      Datapoints: [{ Timestamp: start, Unit: 'None', Sum: 180, ExtendedStatistics: { p50: 20 } }],
    });
  });
  test('a trimmed mean is refused by name', async () => {
    await expect(data({ Id: 'm', MetricStat: stat('ms', 'TM(10%:90%)') })).rejects.toThrow(
      /HDL501 .* statistic TM\(10%:90%\)/,
    );
  });
});

describe('metric math', () => {
  beforeEach(async () => {
    for (const [second, failed, all] of [
      [0, 1, 4],
      [60, 0, 5],
      [120, 3, 3],
    ] as const) {
      await put('failed', second, { Value: failed });
      await put('all', second, { Value: all });
    }
  });
  const failed = { Id: 'f', MetricStat: stat('failed', 'Sum'), ReturnData: false };
  const all = { Id: 'a', MetricStat: stat('all', 'Sum'), ReturnData: false };
  test.each<readonly [string, Shape]>([
    ['100 * f / a', { 0: 25, 60: 0, 120: 100 }],
    ['-f + 2 ^ 3', { 0: 7, 60: 8, 120: 5 }],
    ['SUM([f, a])', { 0: 5, 60: 5, 120: 6 }],
    ['SUM(METRICS())', { 0: 5, 60: 5, 120: 6 }],
    ['a - SUM(f)', { 0: 0, 60: 1, 120: -1 }],
    ['IF(f > 0, a, 0)', { 0: 4, 60: 0, 120: 3 }],
    ['f >= 1 AND a < 4', { 0: 0, 60: 0, 120: 1 }],
    ['FILL(f, 0)', { 0: 1, 60: 0, 120: 3, 180: 0, 240: 0 }],
    ['RUNNING_SUM(f)', { 0: 1, 60: 1, 120: 4 }],
    ['DIFF(a) / PERIOD(a)', { 60: 1 / 60, 120: -2 / 60 }],
    ['a / f', { 0: 4, 120: 1 }],
  ])('%s', async (Expression, expected) => {
    expect(await data({ Id: 'e', Expression }, failed, all)).toEqual([['e', expected]]);
  });
  test.each([
    ['f +', "Error in expression 'f +': unexpected end"],
    ['nothing * 2', 'no metric or expression has the id nothing'],
    [
      'ANOMALY_DETECTION_BAND(f)',
      'HDL501 the local engine does not implement the metric math function ANOMALY_DETECTION_BAND',
    ],
  ])('%s is refused', async (Expression, reason) => {
    await expect(data({ Id: 'e', Expression }, failed, all)).rejects.toThrow(reason);
  });
});

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html
test.each<[string, Shape, string]>([
  ['a value and values', { Value: 1, Values: [1] }, 'The parameters Value and Values are mutually exclusive.'],
  ['values of which not all have a count', { Values: [1, 2], Counts: [1] }, 'must have as many elements each'],
])('%s are refused', async (_what, datum, message) => {
  await expect(put('m', 0, datum)).rejects.toThrow(message);
});

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataQuery.html
test.each([
  ['two queries of one id', ['m', 'm'], 'The values for parameter id in MetricDataQueries are not unique'],
  ['an id in capitals', ['M'], 'The Id M must match ^[a-z][a-zA-Z0-9_]*$'],
])('%s are refused', async (_what, ids, message) => {
  await expect(data(...ids.map((Id) => ({ Id, MetricStat: stat('m', 'Sum') })))).rejects.toThrow(message);
});

test('metrics in log lines become metrics, for each set of dimensions', async () => {
  const line = {
    _aws: {
      Timestamp: (start + 1) * 1000,
      CloudWatchMetrics: [
        {
          Namespace: 'App',
          Dimensions: [['stage'], ['stage', 'pipeline']],
          Metrics: [{ Name: 'ms', Unit: 'Milliseconds' }, { Name: 'none' }],
        },
      ],
    },
    stage: 'clean',
    pipeline: 'orders',
    ms: [3, 4],
  };
  const logEvents = [
    { timestamp: start * 1000, message: 'START' },
    { timestamp: start * 1000, message: JSON.stringify(line) },
    { timestamp: start * 1000, message: 'about "CloudWatchMetrics" {' },
  ];
  await services.call('cloudwatchlogs', 'WriteLogLines', { logGroupName: 'g', logStreamName: 's', logEvents });
  expect(await call('ListMetrics', { Namespace: 'App' })).toMatchObject({
    Metrics: [
      {
        MetricName: 'ms',
        Dimensions: [
          { Name: 'pipeline', Value: 'orders' },
          { Name: 'stage', Value: 'clean' },
        ],
      },
      { MetricName: 'ms', Dimensions: [{ Name: 'stage', Value: 'clean' }] },
    ],
  });
  const metric = {
    Metric: { Namespace: 'App', MetricName: 'ms', Dimensions: [{ Name: 'stage', Value: 'clean' }] },
    Stat: 'Sum',
    Period: 60,
  };
  expect(await data({ Id: 'm', MetricStat: metric })).toEqual([['m', { 0: 7 }]]);
});
