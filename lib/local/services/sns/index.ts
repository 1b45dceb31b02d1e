import { parseArn } from '../../arn.ts';
import { deliveryQueue } from '../../delivery/index.ts';
import { callFrom } from '../../operation-table.ts';
import type { EngineContext, Service } from '../../service.ts';
import { publisher } from './publish.ts';
import { subscriptionOperations } from './subscriptions.ts';
import { openTopics, topicOperations } from './topics.ts';

export { pendingSubscriptions } from './pending-subscriptions.ts';

/** SNS: topics to SQS queues and Lambda functions; other subscriptions are recorded as pending. */
export const snsService = (context: EngineContext): Service => {
  const topics = openTopics(context);
  const queue = deliveryQueue(context, 'sns', async (delivery) => {
    const topic = parseArn(delivery.owedBy)?.resource.split(':')[0];
    await context.service('cloudwatch').call('PutMetricData', {
      Namespace: 'AWS/SNS',
      MetricData: [
        {
          MetricName: 'NumberOfNotificationsFailed',
          Value: 1,
          Unit: 'Count',
          Dimensions: [{ Name: 'TopicName', Value: topic }],
        },
      ],
    });
  });
  const publish = publisher(context, topics, (deliveries) => queue.add(deliveries));
  return {
    id: 'sns',
    call: callFrom('sns', {
      ...topicOperations(context, topics, publish.changed),
      ...subscriptionOperations(context, topics, publish.changed),
      ...publish.operations,
    }),
    start: async () => queue.recover(),
    close: () => queue.close(),
  };
};
