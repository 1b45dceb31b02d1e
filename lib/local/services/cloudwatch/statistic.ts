import { AwsError } from '../../service.ts';
import type { Point } from './point.ts';

/** A number from one point; undefined where the point cannot give it. */
export type Statistic = (point: Point) => number | undefined;

const PLAIN: { readonly [name: string]: Statistic } = {
  SampleCount: ({ count }) => count,
  Sum: ({ sum }) => sum,
  Average: ({ sum, count }) => sum / count,
  Minimum: ({ min }) => min,
  Maximum: ({ max }) => max,
};

/** The value at `percent` of the sorted values (nearest rank). */
const percentile =
  (percent: number): Statistic =>
  ({ histogram }) => {
    const values = [...histogram].sort(([a], [b]) => a - b);
    const total = values.reduce((sum, [, times]) => sum + times, 0);
    let left = Math.max(1, Math.ceil((percent / 100) * total));
    for (const [value, times] of values) {
      left -= times;
      if (left <= 0) return value;
    }
    return undefined;
  };

/** The statistic of that name: Sum, Average, p99, p99.9 and so on. */
export const statisticOf = (name: string): Statistic => {
  const plain = Object.hasOwn(PLAIN, name) ? PLAIN[name] : undefined;
  if (plain) return plain;
  const percent = Number(/^p(\d{1,2}(?:\.\d+)?|100)$/.exec(name)?.[1] ?? Number.NaN);
  if (!Number.isNaN(percent)) return percentile(percent);
  if (/^(TM|TC|TS|WM|IQM|PR)\b/i.test(name))
    throw new AwsError(
      'NotImplemented',
      `HDL501 the local engine does not implement the CloudWatch statistic ${name}`,
      501,
    );
  throw new AwsError('InvalidParameterValue', `The value ${name} for parameter Stat is invalid.`);
};
