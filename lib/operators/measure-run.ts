import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { billOf, type RunRecord } from '../records/index.ts';

/** One EMF line for a run that ended: CloudWatch makes metrics of it, by pipeline. */
export const measureRun = ({ pipeline, status, startedAt, endedAt, deadLetters, account }: RunRecord): void => {
  const metrics = new Metrics({ namespace: 'Heddle' });
  metrics.clearDefaultDimensions(); // Powertools adds `service`, which would make other metrics of these
  metrics.addDimensions({ pipeline });
  metrics.addMetric('RunsCompleted', MetricUnit.Count, status === 'completed' ? 1 : 0);
  metrics.addMetric('RunsFailed', MetricUnit.Count, status === 'failed' ? 1 : 0);
  metrics.addMetric('DeadLetters', MetricUnit.Count, deadLetters ?? 0);
  if (startedAt && endedAt)
    metrics.addMetric('RunDuration', MetricUnit.Milliseconds, Date.parse(endedAt) - Date.parse(startedAt));
  if (account) {
    const parts = [...Object.values(account.stages), ...(account.others ? [account.others] : [])];
    // Of all of the run's executions: that of a run that went on is told again. The ledger is the one to ask what it cost.
    const dollars = parts.reduce((sum, { spent }) => sum + billOf(spent).total, 0);
    metrics.addMetric('RunCost', MetricUnit.NoUnit, dollars);
    const scores = Object.values(account.stages).flatMap((stage) => Object.values(stage.scores ?? {}));
    const missed = scores.reduce((sum, { warned = 0, blocked = 0 }) => sum + warned + blocked, 0);
    if (scores.length > 0) metrics.addMetric('ScoresMissed', MetricUnit.Count, missed);
  }
  metrics.publishStoredMetrics();
};
