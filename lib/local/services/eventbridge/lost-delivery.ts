import { parseArn } from '../../arn.ts';
import type { OnGivenUp } from '../../delivery/index.ts';
import type { EngineContext } from '../../service.ts';

/** Counts what AWS counts when a target could not be reached: AWS/Events FailedInvocations and InvocationsSentToDlq. */
export const lostDelivery =
  (context: EngineContext): OnGivenUp =>
  async (delivery, _failure, deadLettered) => {
    const rule = parseArn(delivery.owedBy)?.resource.split('/').at(-1);
    const dimensions = [{ Name: 'RuleName', Value: rule }];
    const names = ['FailedInvocations', ...(deadLettered ? ['InvocationsSentToDlq'] : [])];
    await context.service('cloudwatch').call('PutMetricData', {
      Namespace: 'AWS/Events',
      MetricData: names.map((MetricName) => ({ MetricName, Value: 1, Unit: 'Count', Dimensions: dimensions })),
    });
  };
