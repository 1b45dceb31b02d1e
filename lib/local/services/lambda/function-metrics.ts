// The AWS/Lambda metrics of an invocation: what alarms and dashboards of functions are about.
// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
import { type EngineContext, type Service, type Shape, serviceIfRun } from '../../service.ts';
import { type FunctionRecord, identityOf } from './function-record.ts';
import { closedOutcome, type Outcome } from './runner.ts';

export interface FunctionMetrics {
  count(record: FunctionRecord, outcome: Outcome, durationMs: number): void;
  /** One that was not even called. */
  countThrottle(record: FunctionRecord): void;
}

/** A version counts for itself and for its function. */
const dimensionSets = (record: FunctionRecord): readonly Shape[][] => {
  const name = { Name: 'FunctionName', Value: record.name };
  if (record.version === undefined) return [[name]];
  return [[name], [name, { Name: 'Resource', Value: identityOf(record) }]];
};

/** Counts invocations where the engine runs CloudWatch. */
export const functionMetrics = (context: EngineContext): FunctionMetrics => {
  let cloudwatch: { readonly service: Service | undefined } | undefined; // asked for once, when all services are there
  const put = (MetricData: readonly Shape[]): void => {
    cloudwatch ??= { service: serviceIfRun(context, 'cloudwatch') };
    void cloudwatch.service?.call('PutMetricData', { Namespace: 'AWS/Lambda', MetricData }); // stored in memory before it returns
  };
  return {
    count: (record, outcome, durationMs) => {
      // An invocation that was cut off with the engine is made again at the next start.
      if (outcome === closedOutcome) return;
      put(
        dimensionSets(record).flatMap((Dimensions) => [
          { MetricName: 'Invocations', Value: 1, Unit: 'Count', Dimensions },
          { MetricName: 'Errors', Value: outcome.kind === 'failed' ? 1 : 0, Unit: 'Count', Dimensions },
          { MetricName: 'Throttles', Value: 0, Unit: 'Count', Dimensions },
          { MetricName: 'Duration', Value: durationMs, Unit: 'Milliseconds', Dimensions },
        ]),
      );
    },
    countThrottle: (record) =>
      put(
        dimensionSets(record).map((Dimensions) => ({
          MetricName: 'Throttles',
          Value: 1,
          Unit: 'Count',
          Dimensions,
        })),
      ),
  };
};
