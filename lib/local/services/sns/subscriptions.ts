import type { OperationTable } from '../../operation-table.ts';
import { pageOf } from '../../page.ts';
import type { EngineContext, Shape } from '../../service.ts';
import { uuid } from '../../uuid.ts';
import { checkFilterPolicy } from './filter-policy.ts';
import { redriveQueue } from './notification.ts';
import { type Attributes, invalid, notFound, pageAsked, read, type Subscription } from './topic.ts';
import { attributesOf, type Topics } from './topics.ts';

const DELIVERED = ['sqs', 'lambda'];
const RECORDED = ['http', 'https', 'email', 'email-json', 'sms', 'application', 'firehose'];
/** The words of the check: github.com/localstack/localstack, sns. */
const CHECKS: Readonly<Record<string, (value: string) => string | undefined>> = {
  FilterPolicy: () => undefined, // by checkFilterPolicy
  FilterPolicyScope: (value) =>
    ['MessageAttributes', 'MessageBody'].includes(value)
      ? undefined
      : `Invalid value [${value}]. Please use either MessageBody or MessageAttributes`,
  RawMessageDelivery: (value) =>
    ['true', 'false'].includes(value) ? undefined : `Invalid value [${value}]. Must be true or false.`,
  RedrivePolicy: () => undefined, // by redriveQueue
  DeliveryPolicy: () => undefined,
  SubscriptionRoleArn: () => undefined,
};

/** What makes a filter: they are checked together. */
const FILTERS = ['FilterPolicy', 'FilterPolicyScope'];
/** What AWS takes an attribute for that nobody gave. */
const USUAL: Attributes = { FilterPolicyScope: 'MessageAttributes', RawMessageDelivery: 'false' };

const checkAttributes = (attributes: Attributes): void => {
  for (const [name, value] of Object.entries(attributes)) {
    const check = Object.hasOwn(CHECKS, name) ? CHECKS[name] : undefined;
    if (!check) throw invalid('AttributeName');
    const wrong = value === '' ? undefined : check(value);
    if (wrong !== undefined) throw invalid(`${name}: ${wrong}`);
  }
};

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
  /** `asked` is what is new of it: of what an earlier engine stored nothing is asked again. */
  const put = (subscription: Subscription, asked: Attributes): void => {
    checkAttributes(asked);
    if (FILTERS.some((name) => asked[name] !== undefined)) checkFilterPolicy(subscription.attributes);
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
      const attributes = attributesOf(input, 'Attributes');
      // AWS: who subscribes again may leave attributes out, but not ask for others.
      if (
        known &&
        Object.entries(attributes).some(([name, value]) => (known.attributes[name] ?? USUAL[name]) !== value)
      )
        throw invalid('Attributes Reason: Subscription already exists with different attributes');
      const arn = known?.arn ?? `${topicArn}:${uuid(context.random)}`;
      if (!known) put({ arn, topicArn, protocol, endpoint, confirmed, attributes }, attributes);
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
      const { [name]: _before, ...others } = subscription.attributes;
      const attributes = value === '' ? others : { ...others, [name]: value };
      put({ ...subscription, attributes }, { [name]: value });
      return {};
    },
  };
};
