import type { BusEvent, Shape } from '../../service.ts';

const NAMES: { readonly [status: string]: string } = {
  RUNNING: 'ExecutionsStarted',
  SUCCEEDED: 'ExecutionsSucceeded',
  FAILED: 'ExecutionsFailed',
  TIMED_OUT: 'ExecutionsTimedOut',
  ABORTED: 'ExecutionsAborted',
};

/** The AWS/States metrics that an execution's change of status counts for, as PutMetricData's input. */
export const executionMetrics = (event: BusEvent): Shape | undefined => {
  if (event.source !== 'aws.states') return undefined;
  const { status, stateMachineArn, startDate, stopDate } = event.detail;
  const MetricName = NAMES[String(status)];
  if (MetricName === undefined) return undefined;
  const Dimensions = [{ Name: 'StateMachineArn', Value: String(stateMachineArn) }];
  const took = typeof stopDate === 'number' && typeof startDate === 'number' ? stopDate - startDate : undefined;
  return {
    Namespace: 'AWS/States',
    MetricData: [
      { MetricName, Value: 1, Unit: 'Count', Dimensions },
      ...(took === undefined ? [] : [{ MetricName: 'ExecutionTime', Value: took, Unit: 'Milliseconds', Dimensions }]),
    ],
  };
};
