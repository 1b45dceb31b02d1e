import type { RunEventKind } from '../records/index.ts';
import { writeMetrics } from '../support/emf.ts';

/** What is counted when it is told; all else is counted when a run ends, or lies in a queue. */
const metricOf: { readonly [kind in RunEventKind]?: string } = {
  checkFailed: 'ChecksFailed',
  deadlineMissed: 'DeadlinesMissed',
  stuck: 'StagesStuck',
};

/** One EMF line for an event that has an alarm: CloudWatch makes a metric of it, by pipeline. */
export const measureEvent = (kind: RunEventKind, pipeline: string): void => {
  const name = metricOf[kind];
  if (name !== undefined) writeMetrics({ pipeline }, [[name, 'Count', 1]]);
};
