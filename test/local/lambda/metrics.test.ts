import { expect, test } from '@jest/globals';
import type { Shape } from '../../../lib/local/service.ts';
import { cloudwatchService } from '../../../lib/local/services/cloudwatch/index.ts';
import { virtualClock } from '../../../lib/local/virtual-clock.ts';
import { call, closeAfterEach, create, invoke, open, served, wrapEvent } from './functions.ts';

closeAfterEach();

const Dimensions = [{ Name: 'FunctionName', Value: 'f' }];

const sums = async (dimensions: readonly Shape[]): Promise<Shape> => {
  const sum = async (MetricName: string) => {
    const { Datapoints } = await served.call('cloudwatch', 'GetMetricStatistics', {
      Namespace: 'AWS/Lambda',
      MetricName,
      Dimensions: dimensions,
      StartTime: 0,
      EndTime: 3600,
      Period: 3600,
      Statistics: ['Sum', 'SampleCount'],
    });
    const [point] = Datapoints as readonly Shape[]; // as the API gives them
    return MetricName === 'Duration' ? point?.SampleCount : point?.Sum;
  };
  const names = ['Invocations', 'Errors', 'Throttles', 'Duration'];
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await sum(name)] as const)));
};

// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
test('an invocation counts, an error too, and an alarm on errors goes off', async () => {
  await open(virtualClock(60_000), undefined, [cloudwatchService]);
  await served.call('cloudwatch', 'PutMetricAlarm', {
    AlarmName: 'errors',
    Namespace: 'AWS/Lambda',
    MetricName: 'Errors',
    Dimensions,
    Statistic: 'Sum',
    Period: 60,
    EvaluationPeriods: 1,
    Threshold: 1,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    TreatMissingData: 'notBreaching',
  });
  await create('f', wrapEvent('if (event.bad) throw new Error("no");'));
  const { Version } = await call('PublishVersion', { FunctionName: 'f' });
  await invoke('f');
  await invoke('f', { bad: true });
  await invoke(`f:${Version}`);
  expect(await sums(Dimensions)).toEqual({ Invocations: 3, Errors: 1, Throttles: 0, Duration: 3 });
  expect(await sums([...Dimensions, { Name: 'Resource', Value: `f:${Version}` }])).toMatchObject({ Invocations: 1 });
  const { MetricAlarms } = await served.call('cloudwatch', 'DescribeAlarms', {});
  expect(MetricAlarms).toMatchObject([{ AlarmName: 'errors', StateValue: 'ALARM' }]);
});
