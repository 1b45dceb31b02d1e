import type { OperationTable } from '../../operation-table.ts';
import { pageOf } from '../../page.ts';
import type { EngineContext, Shape } from '../../service.ts';
import { uuid } from '../../uuid.ts';
import { checkFilterPolicy } from './filter-policy.ts';
import { redriveQueue } from './notification.ts';
import { invalid, notFound, pageAsked, read, type Subscription } from './topic.ts';
import { attributesOf, type Topics } from './topics.ts';

const DELIVERED = ['sqs', 'lambda'];
const RECORDED = ['http', 'https', 'email', 'email-json', 'sms', 'application', 'firehose'];
const PENDING = 'pending confirmation';

const listed = (subscription: Subscription, owner: string): Shape => ({
  SubscriptionArn: subscription.confirmed ? subscription.arn : 'PendingConfirmation',
  Owner: owner,
  Protocol: subscription.protocol,
  Endpoint: subscription.endpoint,
  TopicArn: subscription.topicArn,
});

/** Subscribe, Unsubscribe, ListSubscriptions(ByTopic), Get- and SetSubscriptionAttributes. */
export const subscriptionOperations = (
  context: EngineContext,
  { subscriptions, topic }: Topics,
  changed: () => void,
): OperationTable => {
  const find = (input: Shape): Subscription => {
    const found = subscriptions.get(read.text(input, 'SubscriptionArn'));
    if (!found) throw notFound('Subscription');
    return found;
  };
  const put = (subscription: Subscription): void => {
    checkFilterPolicy(subscription.attributes);
    redriveQueue(subscription);
    subscriptions.set(subscription.arn, subscription);
    changed();
  };

  const list = (all: readonly Subscription[], input: Shape): Shape => {
    const { items, next } = pageOf(all, ({ arn }) => arn, pageAsked(input));
    const Subscriptions = items.map((each) => listed(each, context.account));
    return { Subscriptions, ...(next !== undefined && { NextToken: next }) };
  };

  return {
    Subscribe: (input) => {
      const { arn: topicArn, fifo } = topic(read.text(input, 'TopicArn'));
      const protocol = read.text(input, 'Protocol');
      const endpoint = read.optionalText(input, 'Endpoint') ?? '';
      const confirmed = DELIVERED.includes(protocol);
      if (!confirmed && !RECORDED.includes(protocol)) throw invalid('Protocol');
      if (!fifo && protocol === 'sqs' && endpoint.endsWith('.fifo'))
        throw invalid(
          'Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics',
        );
      const known = subscriptions
        .values()
        .find((each) => each.topicArn === topicArn && each.protocol === protocol && each.endpoint === endpoint);
      const arn = known?.arn ?? `${topicArn}:${uuid(context.random)}`;
      put({ arn, topicArn, protocol, endpoint, confirmed, attributes: attributesOf(input, 'Attributes') });
      return { SubscriptionArn: confirmed || read.flag(input, 'ReturnSubscriptionArn') ? arn : PENDING };
    },
    Unsubscribe: (input) => {
      subscriptions.delete(read.text(input, 'SubscriptionArn'));
      changed();
      return {};
    },
    ListSubscriptions: (input) => list(subscriptions.values(), input),
    ListSubscriptionsByTopic: (input) => {
      const { arn } = topic(read.text(input, 'TopicArn'));
      const found = subscriptions.values().filter((each) => each.topicArn === arn);
      return list(found, input);
    },
    GetSubscriptionAttributes: (input) => {
      const { arn, topicArn, protocol, endpoint, confirmed, attributes } = find(input);
      return {
        Attributes: {
          SubscriptionArn: arn,
          TopicArn: topicArn,
          Protocol: protocol,
          Endpoint: endpoint,
          Owner: context.account,
          PendingConfirmation: String(!confirmed),
          ...attributes,
        },
      };
    },
    SetSubscriptionAttributes: (input) => {
      const subscription = find(input);
      const name = read.text(input, 'AttributeName');
      const value = read.optionalText(input, 'AttributeValue') ?? '';
      put({ ...subscription, attributes: { ...subscription.attributes, [name]: value } });
      return {};
    },
  };
};
