import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { RunRecord } from '../records/index.ts';

/** One EMF line for a run that ended: CloudWatch makes metrics of it, by pipeline. */
export const measureRun = ({ pipeline, status, startedAt, endedAt, deadLetters }: RunRecord): void => {
  const metrics = new Metrics({ namespace: 'Heddle' });
  metrics.clearDefaultDimensions(); // Powertools adds `service`, which would make other metrics of these
  metrics.addDimensions({ pipeline });
  metrics.addMetric('RunsCompleted', MetricUnit.Count, status === 'completed' ? 1 : 0);
  metrics.addMetric('RunsFailed', MetricUnit.Count, status === 'failed' ? 1 : 0);
  metrics.addMetric('DeadLetters', MetricUnit.Count, deadLetters ?? 0);
  if (startedAt && endedAt)
    metrics.addMetric('RunDuration', MetricUnit.Milliseconds, Date.parse(endedAt) - Date.parse(startedAt));
  metrics.publishStoredMetrics();
};
