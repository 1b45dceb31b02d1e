// One EMF line for each attempt, failed or not: CloudWatch makes metrics of it, by pipeline and stage.
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type middy from '@middy/core';
import type { StageAnswer, StageCall } from '../records/index.ts';

/** An answer also counts what it took over from earlier runs; a batch's, its items. */
export interface Counted {
  readonly completed?: number;
  readonly failed?: number;
  readonly cached?: number;
}

export const measureAttempt = (): middy.MiddlewareObj<StageCall, StageAnswer & Counted> => {
  let startedAt = 0;

  const publish = ({ run, stage, shares = stage }: StageCall, failures: number, items: Counted): void => {
    const metrics = new Metrics({ namespace: 'Heddle' });
    metrics.clearDefaultDimensions(); // Powertools adds `service`, which would make other metrics of these
    metrics.addDimensions({ pipeline: run.pipeline, stage: shares });
    metrics.addMetric('StageDuration', MetricUnit.Milliseconds, Date.now() - startedAt);
    metrics.addMetric('Attempts', MetricUnit.Count, 1);
    metrics.addMetric('Failures', MetricUnit.Count, failures);
    if (items.completed !== undefined) metrics.addMetric('ItemsCompleted', MetricUnit.Count, items.completed);
    if (items.failed !== undefined) metrics.addMetric('ItemsFailed', MetricUnit.Count, items.failed);
    if (items.cached !== undefined) metrics.addMetric('CacheHits', MetricUnit.Count, items.cached);
    metrics.publishStoredMetrics();
  };

  return {
    before: () => {
      startedAt = Date.now();
    },
    after: ({ event, response }) => publish(event, 0, response ?? {}),
    onError: ({ event }) => publish(event, 1, {}),
  };
};
