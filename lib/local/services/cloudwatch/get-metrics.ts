import type { OperationTable } from '../../operation-table.ts';
import { asked, pageOf } from '../../page.ts';
import { AwsError, type Shape } from '../../service.ts';
import { dimensionsOf, metricKey, metricOf, metricShape, read } from './metric.ts';
import { checkIds, evaluateQueries } from './metric-queries.ts';
import type { MetricStore } from './metric-store.ts';
import { statisticOf } from './statistic.ts';
import { periodOf, type Window } from './time-series.ts';

const windowOf = (input: Shape): Window => {
  const window = { fromSeconds: read.time(input, 'StartTime') / 1000, toSeconds: read.time(input, 'EndTime') / 1000 };
  if (window.fromSeconds >= window.toSeconds)
    throw new AwsError('ValidationError', 'The parameter StartTime must be less than the parameter EndTime.');
  return window;
};

const getMetricStatistics = (store: MetricStore, input: Shape): Shape => {
  const { fromSeconds, toSeconds } = windowOf(input);
  const period = periodOf(input);
  const plain = read.texts(input, 'Statistics');
  const extended = read.texts(input, 'ExtendedStatistics');
  if (plain.length + extended.length === 0)
    throw new AwsError('MissingParameter', 'Must specify either Statistics or ExtendedStatistics');
  const named = (names: readonly string[]) => names.map((name) => ({ name, of: statisticOf(name) }));
  const [ofPlain, ofExtended] = [named(plain), named(extended)];
  const points = store.points(metricOf(input), fromSeconds * 1000, toSeconds * 1000, period);
  const Datapoints = points.map((point) => ({
    Timestamp: point.timeSeconds,
    Unit: read.optionalText(input, 'Unit') ?? 'None',
    ...Object.fromEntries(ofPlain.map(({ name, of }) => [name, of(point)])),
    ...(ofExtended.length > 0 && {
      ExtendedStatistics: Object.fromEntries(ofExtended.map(({ name, of }) => [name, of(point)])),
    }),
  }));
  return { Label: input.MetricName, Datapoints };
};

const PAGE = { token: 'NextToken', most: 500, error: 'InvalidParameterValue' };

const listMetrics = (store: MetricStore, input: Shape): Shape => {
  const namespace = read.optionalText(input, 'Namespace');
  const name = read.optionalText(input, 'MetricName');
  const wanted = read.shapes(input, 'Dimensions');
  const found = store
    .metrics()
    .filter(
      (metric) =>
        (namespace === undefined || metric.namespace === namespace) &&
        (name === undefined || metric.name === name) &&
        wanted.every(({ Name, Value }) =>
          metric.dimensions.some((each) => each.Name === Name && (Value === undefined || each.Value === Value)),
        ),
    );
  const { items, next } = pageOf(found, metricKey, asked(input, PAGE));
  return { Metrics: items.map(metricShape), OwningAccounts: [], ...(next !== undefined && { NextToken: next }) };
};

/** GetMetricData, GetMetricStatistics, ListMetrics. */
export const metricReadOperations = (store: MetricStore): OperationTable => ({
  GetMetricStatistics: (input) => getMetricStatistics(store, { ...input, Dimensions: dimensionsOf(input) }),
  ListMetrics: (input) => listMetrics(store, input),
  GetMetricData: (input) => {
    const ascending = read.optionalText(input, 'ScanBy') === 'TimestampAscending';
    const queries = read.shapes(input, 'MetricDataQueries');
    checkIds(queries);
    const results = evaluateQueries(store, queries, windowOf(input));
    const MetricDataResults = results.map(({ id, label, series }) => {
      const entries = [...series].sort(([a], [b]) => (ascending ? a - b : b - a));
      return {
        Id: id,
        Label: label,
        Timestamps: entries.map(([time]) => time),
        Values: entries.map(([, value]) => value),
        StatusCode: 'Complete',
      };
    });
    return { MetricDataResults, Messages: [] };
  },
});
