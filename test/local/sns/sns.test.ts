import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Shape } from '../../../lib/local/index.ts';
import { notification } from '../../../lib/local/services/sns/notification.ts';
import { type ManualClock, manualClock } from '../manual-clock.ts';
import { servicesOf, type TestServices } from '../services-of.ts';

let clock: ManualClock;
let services: TestServices;
let TopicArn: unknown;
let queue: { readonly url: string; readonly arn: string };
beforeEach(async () => {
  clock = manualClock('2026-11-24T10:00:00Z');
  services = await servicesOf(clock);
  queue = await services.queue('q');
  ({ TopicArn } = await services.call('sns', 'CreateTopic', { Name: 't' }));
});
afterEach(() => services.close());

const subscribe = (Attributes: Shape = {}, Endpoint = queue.arn) =>
  services.call('sns', 'Subscribe', { TopicArn, Protocol: 'sqs', Endpoint, Attributes });
const publish = async (Message: string, more: Shape = {}) => {
  const answer = await services.call('sns', 'Publish', { TopicArn, Message, ...more });
  await clock.settle();
  return answer;
};
const text = (StringValue: string, DataType = 'String') => ({ DataType, StringValue });

test('a queue gets the notification', async () => {
  const { SubscriptionArn } = await subscribe();
  const { MessageId } = await publish('hello', { Subject: 'greeting', MessageAttributes: { colour: text('red') } });
  const [message] = await services.drain(queue.url);
  expect(JSON.parse(String(message?.Body))).toEqual({
    Type: 'Notification',
    MessageId,
    TopicArn,
    Subject: 'greeting',
    Message: 'hello',
    Timestamp: '2026-11-24T10:00:00.000Z',
    SignatureVersion: '1',
    Signature: 'unsigned: local engine',
    UnsubscribeURL: `http://127.0.0.1:4566/?Action=Unsubscribe&SubscriptionArn=${SubscriptionArn}`,
    MessageAttributes: { colour: { Type: 'String', Value: 'red' } },
  });
});

// Recorded on AWS: github.com/localstack/localstack, tests/aws/services/sns/test_sns.snapshot.json (test_publish_wrong_arn_format)
test.each([
  [
    'randomstring',
    'InvalidParameter',
    'Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 1',
  ],
  ['a:b', 'InvalidParameter', 'Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 2'],
  ['arn:aws:sns:us-east-1:123456789012:none', 'NotFound', 'Topic does not exist'],
])('a publish to %s is refused', async (arn, code, message) => {
  await expect(services.call('sns', 'Publish', { TopicArn: arn, Message: 'm' })).rejects.toMatchObject({
    code,
    message,
  });
});

test('raw delivery gives the message alone, its attributes as SQS attributes', async () => {
  await subscribe({ RawMessageDelivery: 'true' });
  await publish('hello', { MessageAttributes: { colour: text('red') } });
  expect(await services.drain(queue.url)).toMatchObject([
    { Body: 'hello', MessageAttributes: { colour: { StringValue: 'red', DataType: 'String' } } },
  ]);
});

test('a message with a text for each protocol', async () => {
  await subscribe({ RawMessageDelivery: 'true' });
  await publish('{"default":"for all","sqs":"for queues"}', { MessageStructure: 'json' });
  expect(await services.drain(queue.url)).toMatchObject([{ Body: 'for queues' }]);
  await expect(publish('{"sqs":"x"}', { MessageStructure: 'json' })).rejects.toThrow(
    'No default entry in JSON message body',
  );
});

describe('filter policies', () => {
  const attributes = {
    colour: text('red'),
    size: text('5', 'Number'),
    tags: text('["a","b"]', 'String.Array'),
  };
  // name | policy | scope | passes
  const rows: readonly (readonly [string, Shape, string, boolean])[] = [
    ['exact', { colour: ['red', 'blue'] }, 'MessageAttributes', true],
    ['another value', { colour: ['blue'] }, 'MessageAttributes', false],
    ['prefix', { colour: [{ prefix: 're' }] }, 'MessageAttributes', true],
    ['anything-but', { colour: [{ 'anything-but': ['red'] }] }, 'MessageAttributes', false],
    ['numeric', { size: [{ numeric: ['>=', 5, '<', 6] }] }, 'MessageAttributes', true],
    ['element of an array', { tags: ['b'] }, 'MessageAttributes', true],
    ['absent', { weight: [{ exists: false }] }, 'MessageAttributes', true],
    ['both', { colour: ['red'], size: [7] }, 'MessageAttributes', false],
    ['body', { order: { total: [{ numeric: ['>', 10] }] } }, 'MessageBody', true],
    ['body, near miss', { order: { total: [{ numeric: ['>', 12] }] } }, 'MessageBody', false],
  ];
  test.each(rows)('%s', async (_name, policy, FilterPolicyScope, passes) => {
    await subscribe({ FilterPolicy: JSON.stringify(policy), FilterPolicyScope, RawMessageDelivery: 'true' });
    await publish('{"order":{"total":12}}', { MessageAttributes: attributes });
    expect(await services.drain(queue.url)).toHaveLength(passes ? 1 : 0);
  });
  test('a redrive policy that is no JSON is refused', async () => {
    await expect(subscribe({ RedrivePolicy: '{' })).rejects.toThrow('Invalid parameter: RedrivePolicy');
  });
  // https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html; the words: github.com/localstack/localstack, sns
  test.each([{ order: { total: [12] } }, { $or: [{ a: ['b'] }, { order: { total: [12] } }] }])(
    'one of attributes that is nested is refused: %j',
    async (policy) => {
      await expect(subscribe({ FilterPolicy: JSON.stringify(policy) })).rejects.toThrow(
        'Invalid parameter: Filter policy scope MessageAttributes does not support nested filter policy',
      );
    },
  );
  const six = Object.fromEntries([...'abcdef'].map((key) => [key, ['x']]));
  const ten = [...'0123456789'];
  // https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html; the words: github.com/localstack/localstack, sns
  test.each<[string, Shape, string]>([
    ['six keys', { FilterPolicy: JSON.stringify(six) }, 'FilterPolicy: Filter policy can not have more than 5 keys'],
    [
      '160 combinations: ten values one deep, eight two deep',
      { FilterPolicyScope: 'MessageBody', FilterPolicy: JSON.stringify({ a: ten, b: { c: ten.slice(0, 8) } }) },
      'FilterPolicy: Filter policy is too complex',
    ],
    [
      'another scope',
      { FilterPolicyScope: 'Subject' },
      'FilterPolicyScope: Invalid value [Subject]. Please use either MessageBody or MessageAttributes',
    ],
  ])('one of %s is refused', async (_what, attributes, why) => {
    await expect(subscribe(attributes)).rejects.toThrow(`Invalid parameter: ${why}`);
  });
  test('five keys of 140 combinations are taken', async () => {
    const policy = { a: ten, b: ten.slice(0, 7), c: { d: ['x'] }, e: ['x'], f: ['x'] };
    const attributes = { FilterPolicyScope: 'MessageBody', FilterPolicy: JSON.stringify(policy) };
    expect(await subscribe(attributes)).toHaveProperty('SubscriptionArn');
  });
  test('one that does not compile is refused', async () => {
    await expect(subscribe({ FilterPolicy: '{"a":"b"}' })).rejects.toThrow('FilterPolicy: Event pattern is not valid');
  });
});

test('who subscribes again leaves a subscription as it is, and may not ask for another', async () => {
  const first = await subscribe({ RawMessageDelivery: 'true' });
  expect(await subscribe()).toEqual(first);
  await expect(subscribe({ RawMessageDelivery: 'false' })).rejects.toThrow(
    'Invalid parameter: Attributes Reason: Subscription already exists with different attributes',
  );
  const plain = await subscribe({}, `${queue.arn}-other`);
  const usual = { RawMessageDelivery: 'false', FilterPolicyScope: 'MessageAttributes' };
  expect(await subscribe(usual, `${queue.arn}-other`)).toEqual(plain);
  await publish('raw');
  expect(await services.drain(queue.url)).toMatchObject([{ Body: 'raw' }]);
});

// https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html
test.each([
  ['f', { FifoTopic: 'true' }, 'Fifo Topic names must end with .fifo'],
  ['f.fifo', {}, 'Invalid parameter: Topic Name'],
])('a topic %s with %j is refused', async (Name, Attributes, why) => {
  await expect(services.call('sns', 'CreateTopic', { Name, Attributes })).rejects.toThrow(why);
});

test('a FIFO topic hands group and deduplication on', async () => {
  const fifo = await services.queue('q.fifo', { FifoQueue: 'true' });
  ({ TopicArn } = await services.call('sns', 'CreateTopic', { Name: 't.fifo', Attributes: { FifoTopic: 'true' } }));
  await subscribe({ RawMessageDelivery: 'true' }, fifo.arn);
  await publish('once', { MessageGroupId: 'g', MessageDeduplicationId: 'd' });
  await publish('once', { MessageGroupId: 'g', MessageDeduplicationId: 'd' });
  expect(await services.drain(fifo.url)).toMatchObject([{ Body: 'once' }]);
  await expect(publish('no group')).rejects.toThrow('The MessageGroupId parameter is required for FIFO topics');
});

test('a FIFO topic asks for what tells messages apart, and a standard queue of it gets them without', async () => {
  const make = async (Name: string, more: Shape = {}): Promise<void> => {
    const Attributes = { FifoTopic: 'true', ...more };
    ({ TopicArn } = await services.call('sns', 'CreateTopic', { Name, Attributes }));
    await subscribe({ RawMessageDelivery: 'true' });
  };
  await make('t.fifo');
  await publish('told apart', { MessageGroupId: 'g', MessageDeduplicationId: 'd' });
  await expect(publish('not', { MessageGroupId: 'g' })).rejects.toThrow(
    'The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
  );
  await make('by-content.fifo', { ContentBasedDeduplication: 'true' });
  await publish('by its content', { MessageGroupId: 'g' });
  expect((await services.drain(queue.url)).map(({ Body }) => Body)).toEqual(['told apart', 'by its content']);
});

// https://docs.aws.amazon.com/sns/latest/api/API_Publish.html (MessageGroupId), https://docs.aws.amazon.com/sns/latest/dg/fifo-message-grouping.html
test('a standard topic hands the group on, which makes a standard queue fair; a FIFO topic keeps it from one', async () => {
  const groups = async () => {
    await publish('m', {
      MessageGroupId: 'tenant',
      ...(String(TopicArn).endsWith('.fifo') && { MessageDeduplicationId: 'd' }),
    });
    const ask = { QueueUrl: queue.url, MessageSystemAttributeNames: ['MessageGroupId'] };
    const { Messages } = await services.call('sqs', 'ReceiveMessage', ask);
    return (Messages as readonly Shape[]).map(({ Attributes }) => Attributes);
  };
  await subscribe();
  expect(await groups()).toEqual([{ MessageGroupId: 'tenant' }]);
  ({ TopicArn } = await services.call('sns', 'CreateTopic', { Name: 'g.fifo', Attributes: { FifoTopic: 'true' } }));
  await subscribe();
  expect(await groups()).toEqual([undefined]);
});

// The words: github.com/localstack/localstack, localstack-core/localstack/services/sns/provider.py
test('a standard topic has no FIFO queue and no deduplication', async () => {
  const fifo = await services.queue('q.fifo', { FifoQueue: 'true' });
  await expect(subscribe({}, fifo.arn)).rejects.toThrow(
    'Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics',
  );
  await expect(publish('x', { MessageDeduplicationId: 'd' })).rejects.toThrow(
    'MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not valid for this topic type',
  );
  await expect(publish('x', { MessageGroupId: 'a b' })).rejects.toThrow('Invalid parameter: MessageGroupId Reason');
});

test.each<[string, unknown, string]>([
  ['no entries, as the query protocol sends them', '', 'EmptyBatchRequest'],
  [
    'two entries of one id',
    [
      { Id: 'a', Message: 'x' },
      { Id: 'a', Message: 'y' },
    ],
    'BatchEntryIdsNotDistinct',
  ],
  ['more than a message may be', ['a', 'b'].map((Id) => ({ Id, Message: 'x'.repeat(200_000) })), 'BatchRequestTooLong'],
])('a batch with %s is refused as a whole', async (_name, PublishBatchRequestEntries, code) => {
  await expect(services.call('sns', 'PublishBatch', { TopicArn, PublishBatchRequestEntries })).rejects.toMatchObject({
    code,
  });
});

test.each([
  ['too long', 'x'.repeat(101)],
  ['of two lines', 'a\nb'],
  ['empty', ''],
])('a subject that is %s is refused', async (_name, Subject) => {
  await expect(publish('x', { Subject })).rejects.toThrow('Invalid parameter: Subject');
  await publish('x', { Subject: 'x'.repeat(100) });
});

test.each([
  ['text', { DataType: 'String', StringValue: '' }],
  ['binary', { DataType: 'Binary', BinaryValue: '' }],
])('an attribute of empty %s is refused, where a queue would refuse it and nobody hear', async (_name, colour) => {
  await expect(publish('x', { MessageAttributes: { colour } })).rejects.toMatchObject({
    code: 'ParameterValueInvalid',
    message: `The message attribute 'colour' must contain non-empty message attribute value for message attribute type '${colour.DataType}'.`,
  });
});

test.each([
  ['a number that is none', 'n', text('five', 'Number'), "Could not cast message attribute 'n' value to number."],
  ['another type', 'a', text('x', 'Text'), 'the set of supported type prefixes is Binary, Number, and String.'],
  ['a name that none may have', 'a b', text('x'), 'Invalid message attribute name: a b'],
])('an attribute of %s is refused, where a queue would refuse it', async (_what, name, attribute, message) => {
  await subscribe({ RawMessageDelivery: 'true' });
  await expect(publish('x', { MessageAttributes: { [name]: attribute } })).rejects.toThrow(message);
});

test("a queue that is gone: the subscription's dead-letter queue gets the message", async () => {
  const dead = await services.queue('dead');
  await subscribe({ RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead.arn }) }, `${queue.arn}-missing`);
  await publish('hello');
  expect(await services.drain(dead.url)).toMatchObject([{ Body: 'hello' }]);
});

// https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html
test('a function gets the notification as functions have it', () => {
  const topic = { arn: String(TopicArn), name: 't', fifo: false, attributes: {} };
  const message = { id: 'm', texts: { default: 'hello' }, attributes: {} };
  const endpoint = 'arn:aws:lambda:us-east-1:123456789012:function:f';
  const subscription = {
    arn: `${TopicArn}:s`,
    topicArn: topic.arn,
    protocol: 'lambda',
    endpoint,
    confirmed: true,
    attributes: {},
  };
  const { input } = notification(services.context, topic, message, subscription);
  expect(JSON.parse(String(input.Payload))).toEqual({
    Records: [
      {
        ...{ EventSource: 'aws:sns', EventVersion: '1.0', EventSubscriptionArn: subscription.arn },
        Sns: {
          ...{ Type: 'Notification', MessageId: 'm', TopicArn, Subject: null, Message: 'hello', MessageAttributes: {} },
          ...{ Timestamp: '2026-11-24T10:00:00.000Z', SignatureVersion: '1', Signature: 'unsigned: local engine' },
          UnsubscribeUrl: `http://127.0.0.1:4566/?Action=Unsubscribe&SubscriptionArn=${subscription.arn}`,
        },
      },
    ],
  });
});

test('an email subscription is recorded as pending and gets nothing', async () => {
  const answer = await services.call('sns', 'Subscribe', { TopicArn, Protocol: 'email', Endpoint: 'a@example.org' });
  expect(answer).toEqual({ SubscriptionArn: 'pending confirmation' });
  await publish('hello');
  expect(await services.call('sns', 'GetTopicAttributes', { TopicArn })).toMatchObject({
    Attributes: { SubscriptionsPending: '1', SubscriptionsConfirmed: '0' },
  });
});

test('a batch succeeds and fails entry by entry', async () => {
  await subscribe({ RawMessageDelivery: 'true' });
  const PublishBatchRequestEntries = [
    { Id: '1', Message: 'a' },
    { Id: '2', Message: '' },
  ];
  expect(await services.call('sns', 'PublishBatch', { TopicArn, PublishBatchRequestEntries })).toMatchObject({
    Successful: [{ Id: '1' }],
    Failed: [{ Id: '2', Code: 'InvalidParameter' }],
  });
  await clock.settle();
  expect(await services.drain(queue.url)).toMatchObject([{ Body: 'a' }]);
});
