// One message for one subscription, as the API call that delivers it.
import { createHash } from 'node:crypto';
import type { Delivery } from '../../delivery/index.ts';
import { isShape } from '../../field-reader.ts';
import type { EngineContext, Shape } from '../../service.ts';
import type { Message } from './message.ts';
import { invalid, type Subscription, type Topic } from './topic.ts';

const RETRIES = 100_015; // what SNS gives SQS and Lambda endpoints
const MAX_AGE_SECONDS = 23 * 86_400;

/** SNS signs its messages; this engine does not, and says so in the place of the signature. */
const SIGNATURE = { SignatureVersion: '1', Signature: 'unsigned: local engine' };

const typedAttributes = (message: Message): Shape =>
  Object.fromEntries(
    Object.entries(message.attributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
      name,
      { Type: DataType, Value: StringValue ?? BinaryValue },
    ]),
  );

const textFor = (message: Message, protocol: string): string => message.texts[protocol] ?? message.texts.default;

const notificationOf = (context: EngineContext, message: Message, subscription: Subscription): Shape => {
  const attributes = typedAttributes(message);
  return {
    Type: 'Notification',
    MessageId: message.id,
    TopicArn: subscription.topicArn,
    ...(message.subject !== undefined && { Subject: message.subject }),
    Message: textFor(message, subscription.protocol),
    Timestamp: new Date(context.clock.now()).toISOString(),
    ...SIGNATURE,
    UnsubscribeURL: `${context.endpoint()}/?Action=Unsubscribe&SubscriptionArn=${subscription.arn}`,
    ...(Object.keys(attributes).length > 0 && { MessageAttributes: attributes }),
  };
};

/** What functions get is spelt in another way: https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html */
const asFunctionsHaveIt = ({ UnsubscribeURL, ...told }: Shape): Shape => ({
  Subject: null,
  MessageAttributes: {},
  ...told,
  UnsubscribeUrl: UnsubscribeURL,
});

const forLambda = (context: EngineContext, message: Message, subscription: Subscription): Shape => ({
  Records: [
    {
      EventSource: 'aws:sns',
      EventVersion: '1.0',
      EventSubscriptionArn: subscription.arn,
      Sns: asFunctionsHaveIt(notificationOf(context, message, subscription)),
    },
  ],
});

/**
 * What a topic hands on goes by its kind: a FIFO topic tells its FIFO queues group and deduplication and its standard queues neither,
 * a standard topic tells its queues the group, which is what makes them fair.
 * https://docs.aws.amazon.com/sns/latest/dg/fifo-message-grouping.html, https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
 */
const groupFields = (topic: Topic, message: Message, { endpoint }: Subscription): Shape => {
  if (topic.fifo !== endpoint.endsWith('.fifo') || message.groupId === undefined) return {};
  if (!topic.fifo) return { MessageGroupId: message.groupId };
  const hash = createHash('sha256').update(message.texts.default).digest('hex');
  return { MessageGroupId: message.groupId, MessageDeduplicationId: message.deduplicationId ?? hash };
};

const forQueue = (context: EngineContext, topic: Topic, message: Message, subscription: Subscription): Shape => {
  const raw = subscription.attributes.RawMessageDelivery === 'true';
  const body = raw ? textFor(message, 'sqs') : JSON.stringify(notificationOf(context, message, subscription));
  return {
    MessageBody: body,
    ...(raw && Object.keys(message.attributes).length > 0 && { MessageAttributes: message.attributes }),
    ...groupFields(topic, message, subscription),
  };
};

/** The dead-letter queue of a subscription. Throws InvalidParameter. */
export const redriveQueue = ({ attributes }: Pick<Subscription, 'attributes'>): string | undefined => {
  let policy: unknown;
  try {
    policy = JSON.parse(attributes.RedrivePolicy || '{}');
  } catch (error) {
    throw invalid(`RedrivePolicy: ${error instanceof Error ? error.message : String(error)}`);
  }
  const target = isShape(policy) ? policy.deadLetterTargetArn : undefined;
  return typeof target === 'string' ? target : undefined;
};

/** The delivery of `message` to a confirmed subscription of the protocol sqs or lambda. */
export const notification = (
  context: EngineContext,
  topic: Topic,
  message: Message,
  subscription: Subscription,
): Delivery => {
  const common = { owedBy: subscription.arn, retries: RETRIES, maxAgeSeconds: MAX_AGE_SECONDS };
  const queueArn = redriveQueue(subscription);
  const body = textFor(message, subscription.protocol);
  const last = { ...common, ...(queueArn !== undefined && { deadLetter: { queueArn, body } }) };
  if (subscription.protocol === 'sqs') {
    const input = forQueue(context, topic, message, subscription);
    return { ...last, service: 'sqs', operation: 'SendMessage', input, queueArn: subscription.endpoint };
  }
  const Payload = JSON.stringify(forLambda(context, message, subscription));
  const input = { FunctionName: subscription.endpoint, InvocationType: 'Event', Payload };
  return { ...last, service: 'lambda', operation: 'Invoke', input };
};
