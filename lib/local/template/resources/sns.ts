import { isShape } from '../../field-reader.ts';
import type { EngineContext, Shape } from '../../service.ts';
import { nameOf, pick, type ResourceHandler } from '../resource.ts';

const asText = (value: unknown): string => (typeof value === 'object' ? JSON.stringify(value) : String(value));

const asTexts = (properties: Shape): Shape =>
  Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, asText(value)]));

const subscribe = async (context: EngineContext, input: Shape): Promise<string> => {
  const made = await context.service('sns').call('Subscribe', { ...input, ReturnSubscriptionArn: true });
  return String(made.SubscriptionArn);
};

/** Whether there is a subscription of an endpoint to a topic. */
const isSubscribed = async (context: EngineContext, { TopicArn, Protocol, Endpoint }: Shape): Promise<boolean> => {
  let page: Shape = {};
  do {
    const { NextToken } = page;
    page = await context.service('sns').call('ListSubscriptionsByTopic', { TopicArn, NextToken });
    const all = Array.isArray(page.Subscriptions) ? page.Subscriptions.filter(isShape) : [];
    if (all.some((each) => each.Protocol === Protocol && each.Endpoint === Endpoint)) return true;
  } while (page.NextToken !== undefined);
  return false;
};

/** AWS::SNS::Topic, its inline subscriptions included. */
export const topic: ResourceHandler = {
  applied: ['TopicName', 'DisplayName', 'FifoTopic', 'ContentBasedDeduplication', 'Subscription'],
  accepted: [
    'ArchivePolicy',
    'DataProtectionPolicy',
    'DeliveryStatusLogging',
    'FifoThroughputScope',
    'KmsMasterKeyId',
    'SignatureVersion',
    'Tags',
    'TracingConfig',
  ],
  apply: async (resource, context) => {
    const { properties } = resource;
    const fifo = String(properties.FifoTopic) === 'true';
    const plain = nameOf(resource, 'TopicName', { longest: fifo ? 251 : 256 });
    const Name = fifo && !plain.endsWith('.fifo') ? `${plain}.fifo` : plain;
    const Attributes = asTexts(pick(properties, ['DisplayName', 'FifoTopic', 'ContentBasedDeduplication']));
    const made = await context.service('sns').call('CreateTopic', { Name, Attributes });
    const arn = String(made.TopicArn);
    const inline = Array.isArray(properties.Subscription) ? properties.Subscription.filter(isShape) : [];
    for (const { Protocol, Endpoint } of inline) await subscribe(context, { TopicArn: arn, Protocol, Endpoint });
    return { physicalId: arn, arn, attributes: { TopicArn: arn, TopicName: Name } };
  },
  remove: async ({ physicalId }, context) => {
    await context.service('sns').call('DeleteTopic', { TopicArn: physicalId });
  },
};

const SETTINGS = ['FilterPolicyScope', 'FilterPolicy', 'RawMessageDelivery', 'RedrivePolicy'];

/** What the template no longer says goes back to what AWS gives a new subscription: '' does that. */
const change = async (context: EngineContext, SubscriptionArn: string, wanted: Shape): Promise<void> => {
  const sns = context.service('sns');
  const { Attributes: now } = await sns.call('GetSubscriptionAttributes', { SubscriptionArn });
  if (isShape(now) && SETTINGS.every((name) => now[name] === wanted[name])) return;
  // A policy is checked against the scope: the old one must not meet the new scope.
  for (const [AttributeName, AttributeValue] of [
    ['FilterPolicy', ''],
    ...SETTINGS.map((name) => [name, wanted[name] ?? '']),
  ])
    await sns.call('SetSubscriptionAttributes', { SubscriptionArn, AttributeName, AttributeValue });
};

/** AWS::SNS::Subscription. Only queues and functions of this engine are delivered to. */
export const subscription: ResourceHandler = {
  applied: ['TopicArn', 'Protocol', 'Endpoint', ...SETTINGS],
  accepted: ['DeliveryPolicy', 'Region', 'SubscriptionRoleArn'],
  apply: async ({ properties }, context) => {
    const Attributes = asTexts(pick(properties, SETTINGS));
    const of = pick(properties, ['TopicArn', 'Protocol', 'Endpoint']);
    const isThere = await isSubscribed(context, of);
    const arn = await subscribe(context, isThere ? of : { ...of, Attributes });
    if (isThere) await change(context, arn, Attributes);
    return { physicalId: arn, arn, attributes: { Arn: arn } };
  },
  remove: async ({ physicalId }, context) => {
    await context.service('sns').call('Unsubscribe', { SubscriptionArn: physicalId });
  },
};
