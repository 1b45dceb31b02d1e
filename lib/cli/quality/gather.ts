// Scores and checks of many runs: how they stand, how they went, and whether they have drifted from what they were. Pure.
import type { AccountedRun } from '../../ledger/index.ts';
import type { ScoreLimit, ScoreSummary } from '../../records/index.ts';
import { fewestRanked, mannWhitney } from '../../support/mann-whitney.ts';

/** What one run gave. */
export interface Reading {
  readonly run: string;
  readonly partition: string;
  readonly at: string;
  /** The mean of a score; of a check, 1 where it held and 0 where not. */
  readonly value: number;
  readonly count: number;
  readonly outcome: 'passed' | 'warned' | 'blocked';
  /** Of a check: the claim with the values found. */
  readonly found?: string;
}

export type Drift =
  /** Too few runs in one of the windows. */
  | { readonly kind: 'unknown'; readonly earlier: number; readonly later: number; readonly fewest: number }
  | {
      readonly kind: 'none' | 'up' | 'down';
      readonly p: number;
      readonly larger: number;
      readonly earlier: number;
      readonly later: number;
    };

export interface Quality {
  readonly pipeline: string;
  readonly stage: string;
  readonly kind: 'score' | 'check';
  readonly name: string;
  readonly runs: number;
  /** Over the runs of the window. */
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  readonly warned: number;
  readonly blocked: number;
  readonly warn?: ScoreLimit;
  readonly block?: ScoreLimit;
  /** The mean of the runs of the window before. */
  readonly baseline?: number;
  readonly drift: Drift;
  /** Oldest first. */
  readonly readings: readonly Reading[];
}

/** A difference is told when chance would give it once in a hundred times, and when it is not a small one. */
const surelyBelow = 0.01;
/** A. Vargha, H. D. Delaney (2000): from here on the difference is of medium size. */
const mediumLarger = 0.64;

interface Series {
  readonly pipeline: string;
  readonly stage: string;
  readonly kind: 'score' | 'check';
  readonly name: string;
  readonly readings: Reading[];
  limits: Pick<ScoreSummary, 'warn' | 'block'>;
  min: number;
  max: number;
}

/** Runs from `since` on are the window; those before are what it is compared with. */
export const qualityOf = (runs: readonly AccountedRun[], since: string): readonly Quality[] => {
  const all = new Map<string, Series>();
  const add = (
    run: AccountedRun,
    stage: string,
    kind: Series['kind'],
    name: string,
    reading: Pick<Reading, 'value' | 'count' | 'outcome' | 'found'>,
    { min, max, ...limits }: Pick<ScoreSummary, 'min' | 'max' | 'warn' | 'block'>,
  ): void => {
    const key = JSON.stringify([run.pipeline, stage, kind, name]);
    const series = all.get(key) ?? {
      ...{ pipeline: run.pipeline, stage, kind, name, readings: [], limits },
      ...{ min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY },
    };
    series.readings.push({ run: run.run, partition: run.partition, at: run.createdAt, ...reading });
    series.limits = limits;
    if (run.createdAt >= since) {
      series.min = Math.min(series.min, min);
      series.max = Math.max(series.max, max);
    }
    all.set(key, series);
  };
  for (const run of runs.toSorted((a, b) => a.createdAt.localeCompare(b.createdAt)))
    for (const [stage, { scores = {}, check }] of Object.entries(run.account?.stages ?? {})) {
      for (const [name, score] of Object.entries(scores)) {
        const outcome = score.blocked ? 'blocked' : score.warned ? 'warned' : 'passed';
        const reading = { value: score.sum / score.count, count: score.count, outcome } as const;
        add(run, stage, 'score', name, reading, limitsOf(score));
      }
      if (check) {
        const { outcome, found } = check;
        const value = outcome === 'passed' ? 1 : 0;
        add(run, stage, 'check', stage, { value, count: 1, outcome, found }, { min: value, max: value });
      }
    }
  return [...all.values()]
    .map((series) => summed(series, since))
    .filter(({ runs: count }) => count > 0)
    .sort((a, b) => `${a.pipeline} ${a.stage} ${a.name}`.localeCompare(`${b.pipeline} ${b.stage} ${b.name}`));
};

const limitsOf = ({ min, max, warn, block }: ScoreSummary) => ({
  min,
  max,
  ...(warn ? { warn } : {}),
  ...(block ? { block } : {}),
});

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const summed = ({ pipeline, stage, kind, name, readings, limits, min, max }: Series, since: string): Quality => {
  const later = readings.filter(({ at }) => at >= since);
  const earlier = readings.filter(({ at }) => at < since);
  const values = (of: readonly Reading[]) => of.map(({ value }) => value);
  return {
    ...{ pipeline, stage, kind, name, runs: later.length, mean: meanOf(values(later)), min, max },
    warned: later.filter(({ outcome }) => outcome === 'warned').length,
    blocked: later.filter(({ outcome }) => outcome === 'blocked').length,
    ...limits,
    ...(earlier.length > 0 ? { baseline: meanOf(values(earlier)) } : {}),
    drift: driftOf(values(earlier), values(later)),
    readings: later,
  };
};

export const driftOf = (earlier: readonly number[], later: readonly number[]): Drift => {
  const counts = { earlier: earlier.length, later: later.length };
  const test = mannWhitney(earlier, later);
  if (!test) return { kind: 'unknown', ...counts, fewest: fewestRanked };
  const isSure = test.p < surelyBelow && Math.max(test.larger, 1 - test.larger) >= mediumLarger;
  return { kind: isSure ? (test.larger > 0.5 ? 'up' : 'down') : 'none', ...test, ...counts };
};
