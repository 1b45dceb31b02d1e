// The AWS/Lambda metrics of an invocation: what alarms and dashboards of functions are about.
// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
import type { EngineContext, Service, Shape } from '../../service.ts';
import { type FunctionRecord, identityOf } from './function-record.ts';
import { closedOutcome, type Outcome } from './runner.ts';

export type CountInvocation = (record: FunctionRecord, outcome: Outcome, durationMs: number) => void;

const cloudwatchOf = (context: EngineContext): Service | undefined => {
  try {
    return context.service('cloudwatch');
  } catch {
    return undefined; // the one way to ask whether the engine runs a service
  }
};

/** A version counts for itself and for its function. */
const dimensionSets = (record: FunctionRecord): readonly Shape[][] => {
  const name = { Name: 'FunctionName', Value: record.name };
  if (record.version === undefined) return [[name]];
  return [[name], [name, { Name: 'Resource', Value: identityOf(record) }]];
};

/** Counts an invocation where the engine runs CloudWatch. Capacity is not enforced here, so nothing is ever throttled. */
export const functionMetrics = (context: EngineContext): CountInvocation => {
  let cloudwatch: { readonly service: Service | undefined } | undefined; // asked for once, when all services are there
  return (record, outcome, durationMs) => {
    cloudwatch ??= { service: cloudwatchOf(context) };
    // An invocation that was cut off with the engine is made again at the next start.
    if (cloudwatch.service === undefined || outcome === closedOutcome) return;
    const MetricData = dimensionSets(record).flatMap((Dimensions) => [
      { MetricName: 'Invocations', Value: 1, Unit: 'Count', Dimensions },
      { MetricName: 'Errors', Value: outcome.kind === 'failed' ? 1 : 0, Unit: 'Count', Dimensions },
      { MetricName: 'Throttles', Value: 0, Unit: 'Count', Dimensions },
      { MetricName: 'Duration', Value: durationMs, Unit: 'Milliseconds', Dimensions },
    ]);
    void cloudwatch.service.call('PutMetricData', { Namespace: 'AWS/Lambda', MetricData }); // stored in memory before it returns
  };
};
