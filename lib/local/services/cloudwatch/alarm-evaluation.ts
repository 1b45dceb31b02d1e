// Which state the data put an alarm into.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html, .../alarms-and-missing-data.html
import type { AlarmRule, AlarmState } from './alarm.ts';
import { evaluateQueries } from './metric-queries.ts';
import type { MetricStore } from './metric-store.ts';

export type Verdict = {
  /** Undefined: the alarm stays as it is. */
  readonly state: AlarmState | undefined;
  readonly reason: string;
  /** The values that were looked at, newest first. */
  readonly recent: readonly { readonly timeSeconds: number; readonly value: number }[];
};

const LOOK_BACK_PERIODS = 2; // CloudWatch reads a few periods more than it evaluates: five for three, in its guide

const plural = (count: number): string => `${count} datapoint${count === 1 ? '' : 's'}`;

/** Evaluates at `nowMs`. A period under way counts only where it breaches and more data cannot undo that. */
export const evaluateAlarm = (store: MetricStore, rule: AlarmRule, nowMs: number): Verdict => {
  const { period, evaluationPeriods, datapointsToAlarm, missing } = rule;
  const current = Math.floor(nowMs / 1000 / period) * period;
  const range = evaluationPeriods + LOOK_BACK_PERIODS;
  const fromSeconds = current - range * period;
  const [result] = evaluateQueries(store, rule.queries, { fromSeconds, toSeconds: current + period });
  const series = result?.series ?? new Map<number, number>();
  const underWay = series.get(current);
  const counted = underWay !== undefined && rule.onlyGrows && rule.breaches(underWay);
  const last = counted ? current : current - period;

  // Where data is missing older data takes its place; what is missing then is treated as the alarm says.
  const periods = Array.from({ length: range }, (_, index) => last - index * period);
  const known = periods.flatMap((timeSeconds) => {
    const value = series.get(timeSeconds);
    return value === undefined ? [] : [{ timeSeconds, value }];
  });
  const recent = known.slice(0, evaluationPeriods);
  const breaching = recent.filter(({ value }) => rule.breaches(value)).length;
  const absent = evaluationPeriods - recent.length;
  const verdict = (state: AlarmState | undefined, reason: string): Verdict => ({ state, reason, recent });

  if (recent.length === 0 && missing !== 'breaching' && missing !== 'notBreaching')
    return missing === 'ignore'
      ? verdict(undefined, '')
      : verdict('INSUFFICIENT_DATA', `Insufficient Data: ${plural(evaluationPeriods)} were unknown.`);
  const bad = breaching + (missing === 'breaching' ? absent : 0);
  const onlyBreaches = absent > 0 && breaching === recent.length;
  if (missing === 'ignore' && onlyBreaches && bad < datapointsToAlarm) return verdict(undefined, '');
  // A breach that has been followed by nothing else for as long as it takes to alarm is an alarm.
  const oldest = recent.at(-1)?.timeSeconds ?? current;
  const isOld = onlyBreaches && missing === 'missing' && (last - oldest) / period + 1 >= datapointsToAlarm;
  const values = recent.map(({ value }) => value).join(', ');
  const words = rule.operator.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).trim();
  const relation = words.replace(/threshold$/, `the threshold (${rule.threshold})`);
  const details = `[${values}] ${breaching === 1 || recent.length === 1 ? 'was' : 'were'}`;
  const missed = absent > 0 && recent.length === 0 ? ` (${plural(absent)} missing, treated as ${missing})` : '';
  return bad >= datapointsToAlarm || isOld
    ? verdict(
        'ALARM',
        `Threshold Crossed: ${bad} out of the last ${plural(evaluationPeriods)} ${details} ${relation}${missed}.`,
      )
    : verdict('OK', `Threshold Crossed: ${plural(recent.length || absent)} ${details} not ${relation}${missed}.`);
};
