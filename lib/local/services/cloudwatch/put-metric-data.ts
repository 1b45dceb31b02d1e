import { AwsError, type Shape } from '../../service.ts';
import { dimensionsOf, read } from './metric.ts';
import type { MetricStore } from './metric-store.ts';
import type { Sample } from './point.ts';

const numbers = (input: Shape, field: string): readonly number[] => {
  const found = input[field] ?? [];
  const list = Array.isArray(found) ? found.map(Number) : [Number.NaN];
  if (list.some((value) => !Number.isFinite(value)))
    throw new AwsError('InvalidParameterValue', `The parameter ${field} must hold finite numbers.`);
  return list;
};

const sampleOf = (datum: Shape): Sample => {
  const [one, other] = ['Value', 'Values', 'StatisticValues'].filter((field) => datum[field] !== undefined);
  if (other !== undefined)
    throw new AwsError('InvalidParameterCombination', `The parameters ${one} and ${other} are mutually exclusive.`);
  const set = read.optionalShape(datum, 'StatisticValues');
  if (set)
    return {
      kind: 'set',
      count: read.number(set, 'SampleCount'),
      sum: read.number(set, 'Sum'),
      min: read.number(set, 'Minimum'),
      max: read.number(set, 'Maximum'),
    };
  const value = read.optionalNumber(datum, 'Value');
  const values = value === undefined ? numbers(datum, 'Values') : [value];
  if (values.length === 0)
    throw new AwsError('MissingParameter', 'At least one of Value, Values or StatisticValues must be specified.');
  const counts = numbers(datum, 'Counts');
  if (counts.length > 0 && counts.length !== values.length)
    throw new AwsError('InvalidParameterValue', 'The parameters Values and Counts must have as many elements each.');
  return { kind: 'values', values, counts };
};

/** PutMetricData: every datum is checked before the first is stored. */
export const putMetricData = (store: MetricStore, nowMs: number, input: Shape): Shape => {
  const namespace = read.text(input, 'Namespace');
  const data = read.shapes(input, 'MetricData').map((datum) => ({
    metric: { namespace, name: read.text(datum, 'MetricName'), dimensions: dimensionsOf(datum) },
    timeMs: read.optionalTime(datum, 'Timestamp') ?? nowMs,
    resolution: read.optionalNumber(datum, 'StorageResolution') === 1 ? (1 as const) : (60 as const),
    sample: sampleOf(datum),
  }));
  for (const { metric, timeMs, resolution, sample } of data) store.add(metric, timeMs, resolution, sample);
  return {};
};
