/** What is kept of the values of one metric in one minute (or second). */
export type Point = {
  readonly timeSeconds: number;
  count: number;
  sum: number;
  min: number;
  max: number;
  /** How often each value came, values rounded to four significant digits: for percentiles. */
  readonly histogram: Map<number, number>;
};

/** Values as PutMetricData gives them: one by one with counts, or already summed up. */
export type Sample =
  | { readonly kind: 'values'; readonly values: readonly number[]; readonly counts: readonly number[] }
  | { readonly kind: 'set'; readonly count: number; readonly sum: number; readonly min: number; readonly max: number };

export const emptyPoint = (timeSeconds: number): Point => ({
  timeSeconds,
  count: 0,
  sum: 0,
  min: Number.POSITIVE_INFINITY,
  max: Number.NEGATIVE_INFINITY,
  histogram: new Map(),
});

const count = (point: Point, value: number, times: number): void => {
  const key = Number(value.toPrecision(4));
  point.histogram.set(key, (point.histogram.get(key) ?? 0) + times);
};

/** Adds a sample to `point`. */
export const addSample = (point: Point, sample: Sample): void => {
  if (sample.kind === 'set') {
    point.count += sample.count;
    point.sum += sample.sum;
    point.min = Math.min(point.min, sample.min);
    point.max = Math.max(point.max, sample.max);
    // Percentiles of a statistic set exist only where it holds one value.
    if (sample.min === sample.max) count(point, sample.min, sample.count);
    return;
  }
  for (const [index, value] of sample.values.entries()) {
    const times = sample.counts[index] ?? 1;
    point.count += times;
    point.sum += value * times;
    point.min = Math.min(point.min, value);
    point.max = Math.max(point.max, value);
    count(point, value, times);
  }
};

/** Adds all of `other` to `point`. */
export const addPoint = (point: Point, other: Point): void => {
  point.count += other.count;
  point.sum += other.sum;
  point.min = Math.min(point.min, other.min);
  point.max = Math.max(point.max, other.max);
  for (const [value, times] of other.histogram) point.histogram.set(value, (point.histogram.get(value) ?? 0) + times);
};
