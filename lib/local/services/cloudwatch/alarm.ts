import { AwsError, type Shape } from '../../service.ts';
import { dimensionsOf, metricKey, metricOf, read } from './metric.ts';
import { checkIds } from './metric-queries.ts';
import { statisticOf } from './statistic.ts';
import { periodOf } from './time-series.ts';

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

/** A stored alarm. `settings` is PutMetricAlarm's input, checked. */
export type Alarm = {
  readonly name: string;
  readonly arn: string;
  readonly settings: Shape;
  readonly updatedMs: number;
  readonly state: AlarmState;
  readonly reason: string;
  readonly reasonData?: string;
  readonly changedMs: number;
};

const invalid = (message: string): AwsError => new AwsError('ValidationError', message);

const COMPARISONS: { readonly [operator: string]: (value: number, threshold: number) => boolean } = {
  GreaterThanOrEqualToThreshold: (value, threshold) => value >= threshold,
  GreaterThanThreshold: (value, threshold) => value > threshold,
  LessThanThreshold: (value, threshold) => value < threshold,
  LessThanOrEqualToThreshold: (value, threshold) => value <= threshold,
};

export const MISSING_DATA = ['missing', 'ignore', 'breaching', 'notBreaching'] as const;
export type MissingData = (typeof MISSING_DATA)[number];

/** The settings of an alarm in the types that its evaluation needs. */
export type AlarmRule = {
  readonly queries: readonly Shape[];
  /** Seconds: the longest of its metrics. */
  readonly period: number;
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
  readonly threshold: number;
  readonly operator: string;
  breaches(value: number): boolean;
  readonly missing: MissingData;
  /** True where more data in a period cannot undo a breach: a sum or maximum that must stay low. */
  readonly onlyGrows: boolean;
};

const GROWING = ['Sum', 'Maximum', 'SampleCount'];

const queriesOf = (settings: Shape): readonly Shape[] => {
  const queries = read.shapes(settings, 'Metrics');
  if (queries.length > 0) return queries;
  const Stat = read.optionalText(settings, 'Statistic') ?? read.text(settings, 'ExtendedStatistic');
  const { Namespace, MetricName } = settings;
  const Metric = { Namespace, MetricName, Dimensions: dimensionsOf(settings) };
  return [{ Id: 'm1', MetricStat: { Metric, Period: periodOf(settings), Stat }, ReturnData: true }];
};

/** The keys of the metrics that an alarm reads. */
export const metricsOfAlarm = ({ queries }: AlarmRule): readonly string[] =>
  statsOf(queries).map((stat) => metricKey(metricOf(read.shape(stat, 'Metric'))));

export const statsOf = (queries: readonly Shape[]): readonly Shape[] =>
  queries.map((query) => read.optionalShape(query, 'MetricStat')).filter((stat) => stat !== undefined);

const DAY = 86_400;
const HOUR = 3_600;

/** Throws ValidationError for settings that CloudWatch refuses, and that an alarm that was made before may have. */
export const checkAlarm = ({ queries, period, evaluationPeriods, datapointsToAlarm }: AlarmRule): void => {
  checkIds(queries);
  if (queries.filter((query) => read.flag(query, 'ReturnData') !== false).length !== 1)
    throw invalid('Metrics list must contain exactly one metric matching the ReturnData=true condition');
  for (const [field, count] of Object.entries({ evaluationPeriods, datapointsToAlarm }))
    if (!Number.isInteger(count) || count < 1)
      throw invalid(
        `1 validation error detected: Value '${count}' at '${field}' failed to satisfy constraint: Member must have value greater than or equal to 1`,
      );
  if (datapointsToAlarm > evaluationPeriods)
    throw invalid('DatapointsToAlarm must be less than or equal to EvaluationPeriods.');
  const days = period < HOUR ? 1 : 7;
  if (evaluationPeriods * period > days * DAY)
    throw invalid(
      `Metrics cannot be checked across more than ${days === 1 ? 'a day' : 'seven days'} (EvaluationPeriods * Period must be <= ${days * DAY}).`,
    );
};

/** Reads and checks the settings of PutMetricAlarm. */
export const alarmRule = (settings: Shape): AlarmRule => {
  const operator = read.text(settings, 'ComparisonOperator');
  const compare = Object.hasOwn(COMPARISONS, operator) ? COMPARISONS[operator] : undefined;
  if (!compare || settings.ThresholdMetricId !== undefined)
    throw new AwsError('NotImplemented', `HDL501 the local engine does not implement alarms with ${operator}`, 501);
  const queries = queriesOf(settings);
  const stats = statsOf(queries);
  if (stats.length === 0) throw invalid('An alarm needs at least one metric');
  for (const stat of stats) statisticOf(read.text(stat, 'Stat'));
  const period = Math.max(...stats.map(periodOf));
  const evaluationPeriods = read.number(settings, 'EvaluationPeriods');
  const wanted = read.optionalText(settings, 'TreatMissingData') ?? 'missing';
  const missing = MISSING_DATA.find((each) => each === wanted);
  if (!missing) throw invalid(`TreatMissingData ${wanted} is not valid`);
  const threshold = read.number(settings, 'Threshold');
  return {
    queries,
    period,
    evaluationPeriods,
    datapointsToAlarm: read.optionalNumber(settings, 'DatapointsToAlarm') ?? evaluationPeriods,
    threshold,
    operator,
    breaches: (value) => compare(value, threshold),
    missing,
    onlyGrows:
      operator.startsWith('Greater') &&
      queries.length === 1 &&
      stats.every((stat) => GROWING.includes(read.text(stat, 'Stat'))),
  };
};
