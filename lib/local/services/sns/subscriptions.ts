import type { OperationTable } from '../../operation-table.ts';
import type { EngineContext, Shape } from '../../service.ts';
import { uuid } from '../../uuid.ts';
import { messageFilter } from './filter-policy.ts';
import { invalid, notFound, read, type Subscription } from './topic.ts';
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
    messageFilter(subscription.attributes); // refuses a policy that does not compile
    subscriptions.set(subscription.arn, subscription);
    changed();
  };

  return {
    Subscribe: (input) => {
      const topicArn = topic(read.text(input, 'TopicArn')).arn;
      const protocol = read.text(input, 'Protocol');
      const endpoint = read.optionalText(input, 'Endpoint') ?? '';
      const confirmed = DELIVERED.includes(protocol);
      if (!confirmed && !RECORDED.includes(protocol)) throw invalid('Protocol');
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
    ListSubscriptions: () => ({ Subscriptions: subscriptions.values().map((each) => listed(each, context.account)) }),
    ListSubscriptionsByTopic: (input) => {
      const { arn } = topic(read.text(input, 'TopicArn'));
      const found = subscriptions.values().filter((each) => each.topicArn === arn);
      return { Subscriptions: found.map((each) => listed(each, context.account)) };
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
