// The metrics that the runtime and the operators publish (EMF), and how each is best read.
import { Duration } from 'aws-cdk-lib';
import { Metric, type MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch';

export const metricNamespace = 'Heddle';

/** Of a pipeline. Durations are in milliseconds. */
export type PipelineMetric =
  | 'RunsCompleted'
  | 'RunsFailed'
  | 'RunDuration'
  | 'DeadLetters'
  | 'ChecksFailed'
  | 'DeadlinesMissed'
  | 'StagesStuck'
  /** Dollars, at list prices and what handlers say. */
  | 'RunCost'
  /** Values of scores that were past a limit of theirs. */
  | 'ScoresMissed';
/** Of a stage of a pipeline. */
export type StageMetric =
  | 'StageDuration'
  | 'Attempts'
  | 'Failures'
  | 'ItemsCompleted'
  | 'ItemsFailed'
  | 'CacheHits'
  | 'QueueWait'
  | 'BilledDuration'
  | 'MemoryUsed'
  | 'ModelTokens'
  | 'DeclaredCalls'
  | 'ScoresWarned'
  | 'ScoresBlocked'
  /** With a further dimension, `score`. */
  | 'Score';

/** Durations, memory and scores as an average, all else as a sum; over five minutes. */
export const heddleMetric = (
  metricName: string,
  dimensionsMap: { pipeline: string; stage?: string; score?: string },
  options: MetricOptions = {},
): Metric =>
  new Metric({
    namespace: metricNamespace,
    metricName,
    dimensionsMap: { ...dimensionsMap },
    statistic: /Duration$|^QueueWait$|^MemoryUsed$|^Score$/.test(metricName) ? Stats.AVERAGE : Stats.SUM,
    period: Duration.minutes(5),
    ...options,
  });
