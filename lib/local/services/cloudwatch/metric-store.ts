// Time series in SQLite. Samples gather in memory and are written once per turn of the event loop: a line of metrics
// costs a few map operations, and what a crash can lose is the turn that it interrupts.
import type { DatabaseSync } from 'node:sqlite';
import { atomically } from '../../atomically.ts';
import { type Metric, metricKey } from './metric.ts';
import { addPoint, addSample, emptyPoint, type Point, type Sample } from './point.ts';

export interface MetricStore {
  add(metric: Metric, timeMs: number, resolutionSeconds: 1 | 60, sample: Sample): void;
  /** Points of `periodSeconds` that begin in [fromMs, toMs), in order; periods without data are left out. */
  points(metric: Metric, fromMs: number, toMs: number, periodSeconds: number): readonly Point[];
  metrics(): readonly Metric[];
  /** Writes what has gathered, and stops gathering. */
  close(): void;
}

const MOST_CACHED = 4_000;

type Series = { readonly id: number; readonly metric: Metric };

const schema = `
  CREATE TABLE IF NOT EXISTS cloudwatch_series (id INTEGER PRIMARY KEY, metric TEXT NOT NULL UNIQUE, key TEXT NOT NULL UNIQUE);
  CREATE TABLE IF NOT EXISTS cloudwatch_points (series INTEGER NOT NULL, time INTEGER NOT NULL, count REAL NOT NULL,
    sum REAL NOT NULL, min REAL NOT NULL, max REAL NOT NULL, histogram TEXT NOT NULL, PRIMARY KEY (series, time)) WITHOUT ROWID`;

const pointOf = (row: { readonly [column: string]: unknown }): Point => ({
  timeSeconds: Number(row.time),
  count: Number(row.count),
  sum: Number(row.sum),
  min: Number(row.min),
  max: Number(row.max),
  histogram: new Map(JSON.parse(String(row.histogram)) as readonly (readonly [number, number])[]), // `save` wrote it
});

/** `onWritten` hears which metrics got data, once per turn. */
export const metricStore = (database: DatabaseSync, onWritten: (keys: ReadonlySet<string>) => void): MetricStore => {
  database.exec(schema);
  const insertSeries = database.prepare('INSERT INTO cloudwatch_series (metric, key) VALUES (?, ?)');
  const find = database.prepare('SELECT * FROM cloudwatch_points WHERE series = ? AND time = ?');
  const range = database.prepare(
    'SELECT * FROM cloudwatch_points WHERE series = ? AND time >= ? AND time < ? ORDER BY time',
  );
  const save = database.prepare(`INSERT INTO cloudwatch_points (series, time, count, sum, min, max, histogram)
    VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (series, time) DO UPDATE SET count = excluded.count, sum = excluded.sum,
    min = excluded.min, max = excluded.max, histogram = excluded.histogram`);

  const known = new Map<string, Series>();
  for (const row of database.prepare('SELECT * FROM cloudwatch_series ORDER BY id').all())
    known.set(String(row.key), { id: Number(row.id), metric: JSON.parse(String(row.metric)) as Metric });

  const cached = new Map<string, Point>();
  const unwritten = new Map<string, { readonly series: number; readonly point: Point }>();
  let touched = new Set<string>();
  let writing: NodeJS.Immediate | undefined;

  const seriesOf = (metric: Metric, key: string): Series => {
    const found = known.get(key);
    if (found) return found;
    const { lastInsertRowid } = insertSeries.run(JSON.stringify(metric), key);
    const made = { id: Number(lastInsertRowid), metric };
    known.set(key, made);
    return made;
  };

  const pointAt = (series: number, time: number, cacheKey: string): Point => {
    const found = cached.get(cacheKey);
    if (found) return found;
    const row = find.get(series, time);
    const point = row ? pointOf(row) : emptyPoint(time);
    cached.set(cacheKey, point);
    return point;
  };

  const write = (): void => {
    clearImmediate(writing);
    writing = undefined;
    if (unwritten.size === 0) return;
    atomically(database, () => {
      for (const { series, point } of unwritten.values()) {
        const { timeSeconds, count, sum, min, max, histogram } = point;
        save.run(series, timeSeconds, count, sum, min, max, JSON.stringify([...histogram]));
      }
    });
    unwritten.clear();
    if (cached.size > MOST_CACHED) cached.clear();
    const written = touched;
    touched = new Set();
    onWritten(written);
  };

  return {
    add: (metric, timeMs, resolutionSeconds, sample) => {
      const key = metricKey(metric);
      const series = seriesOf(metric, key);
      const time = Math.floor(timeMs / 1000 / resolutionSeconds) * resolutionSeconds;
      const cacheKey = `${series.id}:${time}`;
      const point = pointAt(series.id, time, cacheKey);
      addSample(point, sample);
      unwritten.set(cacheKey, { series: series.id, point });
      touched.add(key);
      writing ??= setImmediate(write);
    },
    points: (metric, fromMs, toMs, periodSeconds) => {
      write();
      const series = known.get(metricKey(metric));
      if (!series) return [];
      const periods = new Map<number, Point>();
      for (const row of range.all(series.id, Math.floor(fromMs / 1000), Math.ceil(toMs / 1000))) {
        const time = Math.floor(Number(row.time) / periodSeconds) * periodSeconds;
        const period = periods.get(time) ?? emptyPoint(time);
        addPoint(period, pointOf(row));
        periods.set(time, period);
      }
      return [...periods.values()];
    },
    metrics: () => [...known.values()].map(({ metric }) => metric),
    close: write,
  };
};
