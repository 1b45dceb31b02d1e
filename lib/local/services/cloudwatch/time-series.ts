import { AwsError, type Shape } from '../../service.ts';
import { metricOf, read } from './metric.ts';
import type { MetricStore } from './metric-store.ts';
import { statisticOf } from './statistic.ts';

/** Values by the start of their period, in seconds since the epoch, ascending. */
export type TimeSeries = ReadonlyMap<number, number>;

/** Seconds. `to` is exclusive. */
export type Window = { readonly fromSeconds: number; readonly toSeconds: number };

/** Reads a MetricStat (metric, period, statistic) over a window, which widens to whole periods. */
export const readMetricStat = (store: MetricStore, stat: Shape, window: Window): TimeSeries => {
  const period = periodOf(stat);
  const statistic = statisticOf(read.text(stat, 'Stat'));
  const fromMs = Math.floor(window.fromSeconds / period) * period * 1000;
  const series = new Map<number, number>();
  for (const point of store.points(metricOf(read.shape(stat, 'Metric')), fromMs, window.toSeconds * 1000, period)) {
    const value = statistic(point);
    if (value !== undefined) series.set(point.timeSeconds, value);
  }
  return series;
};

/** The period of a MetricStat or alarm, in seconds: 1, 5, 10, 30 or a multiple of 60. */
export const periodOf = (input: Shape): number => {
  const period = read.number(input, 'Period');
  const allowed = [1, 5, 10, 20, 30].includes(period) || (period > 0 && period % 60 === 0);
  if (!allowed)
    throw new AwsError('InvalidParameterValue', `The period ${period} must be 1, 5, 10, 20, 30 or a multiple of 60.`);
  return period;
};
