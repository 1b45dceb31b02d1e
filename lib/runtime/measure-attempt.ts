// One EMF line for each attempt, failed or not: CloudWatch makes metrics of it, by pipeline and stage; and one for each score.
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type middy from '@middy/core';
import type { StageAnswer, StageCall, Telling } from '../records/index.ts';

/** An answer also counts what it took over from earlier runs; a batch's, its items. */
export interface Counted {
  readonly completed?: number;
  readonly failed?: number;
  readonly cached?: number;
}

/** `toldBy` gives what the attempt recorded of itself. */
export const measureAttempt = (
  toldBy: (call: StageCall) => Telling | undefined,
): middy.MiddlewareObj<StageCall, StageAnswer & Counted> => {
  let startedAt = 0;

  const publish = (call: StageCall, failures: number, items: Counted): void => {
    const dimensions = { pipeline: call.run.pipeline, stage: call.shares ?? call.stage };
    const told = toldBy(call);
    const metrics = metricsOf(dimensions);
    metrics.addMetric('StageDuration', MetricUnit.Milliseconds, Date.now() - startedAt);
    metrics.addMetric('Attempts', MetricUnit.Count, 1);
    metrics.addMetric('Failures', MetricUnit.Count, failures);
    if (items.completed !== undefined) metrics.addMetric('ItemsCompleted', MetricUnit.Count, items.completed);
    if (items.failed !== undefined) metrics.addMetric('ItemsFailed', MetricUnit.Count, items.failed);
    if (items.cached !== undefined) metrics.addMetric('CacheHits', MetricUnit.Count, items.cached);
    if (told) addTold(metrics, told);
    metrics.publishStoredMetrics();
    for (const [score, { count, sum }] of Object.entries(told?.scores ?? {})) {
      const scored = metricsOf({ ...dimensions, score });
      scored.addMetric('Score', MetricUnit.NoUnit, sum / count);
      scored.publishStoredMetrics();
    }
  };

  return {
    before: () => {
      startedAt = Date.now();
    },
    after: ({ event, response }) => publish(event, 0, response ?? {}),
    onError: ({ event }) => publish(event, 1, {}),
  };
};

const metricsOf = (dimensions: { readonly [name: string]: string }): Metrics => {
  const metrics = new Metrics({ namespace: 'Heddle' });
  metrics.clearDefaultDimensions(); // Powertools adds `service`, which would make other metrics of these
  metrics.addDimensions({ ...dimensions });
  return metrics;
};

/** A metric costs by the month, whoever looks at it: what only Logs Insights is asked for is a field of the line. */
const addTold = (metrics: Metrics, { spent, measured = {}, scores = {} }: Telling): void => {
  const { queuedMs, billedMs, usedMb, bytesIn, bytesOut, memoryMb } = measured;
  if (queuedMs !== undefined) metrics.addMetric('QueueWait', MetricUnit.Milliseconds, queuedMs);
  if (billedMs !== undefined) metrics.addMetric('BilledDuration', MetricUnit.Milliseconds, billedMs);
  if (usedMb !== undefined) metrics.addMetric('MemoryUsed', MetricUnit.Megabytes, usedMb);
  const models = Object.values(spent?.models ?? {});
  const tokens = models.reduce((sum, { inputTokens, outputTokens }) => sum + inputTokens + outputTokens, 0);
  if (models.length > 0) metrics.addMetric('ModelTokens', MetricUnit.Count, tokens);
  const calls = Object.values(spent?.calls ?? {});
  if (calls.length > 0)
    metrics.addMetric(
      'DeclaredCalls',
      MetricUnit.Count,
      calls.reduce((sum, { count }) => sum + count, 0),
    );
  const given = Object.values(scores);
  if (given.length > 0) {
    const past = (kind: 'warned' | 'blocked') => given.reduce((sum, score) => sum + (score[kind] ?? 0), 0);
    metrics.addMetric('ScoresWarned', MetricUnit.Count, past('warned'));
    metrics.addMetric('ScoresBlocked', MetricUnit.Count, past('blocked'));
  }
  const fields: { readonly [name: string]: unknown } = {
    bytesIn,
    bytesOut,
    memoryMb,
    ...spent?.usage,
    models: spent?.models,
    calls: spent?.calls,
  };
  for (const [name, value] of Object.entries(fields))
    if (value !== undefined) metrics.addMetadata(name, value as string); // of any form that JSON has
};
