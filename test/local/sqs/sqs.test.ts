import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { describe, expect, test } from '@jest/globals';
import { pass } from '../server/serve.ts';
import { bodies, call, counts, create, open, openForEach, receive, START, send, served } from './queues.ts';

openForEach();

describe('standard queues', () => {
  test('hide what was received until the time is over', async () => {
    const url = await create('q', { VisibilityTimeout: '30' });
    await send(url, 'one');
    expect(await bodies(url)).toEqual(['one']);
    expect(await bodies(url)).toEqual([]);
    expect(await counts(url)).toEqual({ visible: '0', hidden: '1' });
    await pass(served.clock, 30_000);
    const [again] = await receive(url);
    expect(again?.Attributes).toMatchObject({
      ApproximateReceiveCount: '2',
      ApproximateFirstReceiveTimestamp: String(START),
      SentTimestamp: String(START),
    });
  });

  test('give nothing to one who went while it waited', async () => {
    const url = await create('q', {});
    const gone = new AbortController();
    const waits = served.call('sqs', 'ReceiveMessage', { QueueUrl: url, WaitTimeSeconds: 20 }, gone.signal);
    gone.abort();
    expect([await waits, served.clock.now()]).toEqual([{}, START]);
    await send(url, 'one');
    expect(await bodies(url)).toEqual(['one']);
  });

  test('a deleted message does not come back; an outdated handle deletes nothing', async () => {
    const url = await create('q', { VisibilityTimeout: '1' });
    await send(url, 'one');
    const [first] = await receive(url);
    await pass(served.clock, 1000);
    const [second] = await receive(url);
    await call('DeleteMessage', { QueueUrl: url, ReceiptHandle: first?.ReceiptHandle });
    expect(await counts(url)).toEqual({ visible: '0', hidden: '1' });
    await call('DeleteMessage', { QueueUrl: url, ReceiptHandle: second?.ReceiptHandle });
    expect(await counts(url)).toEqual({ visible: '0', hidden: '0' });
  });

  test('visibility can be changed while a message is in flight', async () => {
    const url = await create('q');
    await send(url, 'one');
    const [{ ReceiptHandle } = { ReceiptHandle: '' }] = await receive(url);
    await call('ChangeMessageVisibility', { QueueUrl: url, ReceiptHandle, VisibilityTimeout: 0 });
    expect(await counts(url)).toEqual({ visible: '1', hidden: '0' });
    await expect(
      call('ChangeMessageVisibility', { QueueUrl: url, ReceiptHandle, VisibilityTimeout: 5 }),
    ).rejects.toMatchObject({ code: 'MessageNotInflight' });
  });

  test('a delayed message comes when its time has come, and wakes a long poll', async () => {
    const url = await create('q');
    await send(url, 'later', { DelaySeconds: 15 });
    expect(await bodies(url)).toEqual([]);
    expect(await bodies(url, { WaitTimeSeconds: 20 })).toEqual(['later']);
    expect(served.clock.now()).toBe(START + 15_000);
  });

  test('a long poll without messages ends when its time is over', async () => {
    const url = await create('q');
    expect(await bodies(url, { WaitTimeSeconds: 20 })).toEqual([]);
    expect(served.clock.now()).toBe(START + 20_000);
  });

  test('messages end with their retention', async () => {
    const url = await create('q', { MessageRetentionPeriod: '60' });
    await send(url, 'old');
    await pass(served.clock, 61_000);
    expect(await counts(url)).toEqual({ visible: '0', hidden: '0' });
    expect(await bodies(url)).toEqual([]);
  });

  test('all messages of a batch together are no larger than one may be', async () => {
    const url = await create('q');
    const MessageBody = 'x'.repeat(524_287);
    const Entries = [
      { Id: 'a', MessageBody },
      { Id: 'b', MessageBody },
    ];
    expect((await call('SendMessageBatch', { QueueUrl: url, Entries })).Successful).toHaveLength(2);
    const MessageAttributes = { a: { DataType: 'String', StringValue: 'x' } };
    await expect(
      call('SendMessageBatch', {
        QueueUrl: url,
        Entries: [...Entries, { Id: 'c', MessageBody: '!', MessageAttributes }],
      }),
    ).rejects.toMatchObject({
      code: 'BatchRequestTooLong',
      message: 'Batch requests cannot be longer than 1048576 bytes. You have sent 1048583 bytes.',
    });
    expect(await counts(url)).toMatchObject({ visible: '2' });
  });

  test('a batch answers for each entry', async () => {
    const url = await create('q', { MaximumMessageSize: '1024' });
    const Entries = [
      { Id: 'a', MessageBody: 'fits' },
      { Id: 'b', MessageBody: 'x'.repeat(1025) },
    ];
    expect(await call('SendMessageBatch', { QueueUrl: url, Entries })).toMatchObject({
      Successful: [{ Id: 'a' }],
      Failed: [{ Id: 'b', Code: 'InvalidParameterValue', SenderFault: true }],
    });
  });

  // Recorded on AWS: github.com/localstack/localstack, tests/aws/services/sqs/test_sqs.py (test_purge_queue_*, test_successive_purge_calls_fail)
  test('are purged of what waits, is delayed or in flight, once a minute', async () => {
    const url = await create('q');
    await send(url, 'in flight');
    await receive(url, { VisibilityTimeout: 3 });
    await send(url, 'delayed', { DelaySeconds: 2 });
    await send(url, 'waits');
    await call('PurgeQueue', { QueueUrl: url });
    await pass(served.clock, 59_999);
    expect(await bodies(url)).toEqual([]);
    await expect(call('PurgeQueue', { QueueUrl: url })).rejects.toMatchObject({
      code: 'PurgeQueueInProgress',
      status: 403,
      message: 'Only one PurgeQueue operation on q is allowed every 60 seconds.',
    });
    await pass(served.clock, 1);
    await call('PurgeQueue', { QueueUrl: url });
  });

  test('what was sent to a FIFO queue before it was purged may be sent again', async () => {
    const url = await create('q.fifo', { FifoQueue: 'true' });
    const same = { MessageGroupId: 'g', MessageDeduplicationId: 'd' };
    await send(url, 'one', same);
    await call('PurgeQueue', { QueueUrl: url });
    await send(url, 'two', same);
    expect(await bodies(url)).toEqual(['two']);
  });

  test('all stays over a restart, also under another port', async () => {
    const url = await create('q');
    await send(url, 'kept');
    await served.close('keep');
    await open(served.dir);
    expect(await bodies(url)).toEqual(['kept']);
  });
});

// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html
test.each([
  ['q', {}, { SqsManagedSseEnabled: 'true', VisibilityTimeout: '30' }],
  [
    'q.fifo',
    { FifoQueue: 'true', DeduplicationScope: 'messageGroup' },
    {
      ...{ FifoQueue: 'true', ContentBasedDeduplication: 'false', SqsManagedSseEnabled: 'true' },
      ...{ DeduplicationScope: 'messageGroup', FifoThroughputLimit: 'perQueue' },
    },
  ],
])('%s tells also the attributes that nobody set', async (name, attributes, told) => {
  const QueueUrl = await create(name, attributes);
  const { Attributes } = await call('GetQueueAttributes', { QueueUrl, AttributeNames: ['All'] });
  expect(Attributes).toMatchObject(told);
  expect(await create(name, told)).toBe(QueueUrl);
});

describe('refusals', () => {
  const cases = [
    { name: 'a missing queue', operation: 'GetQueueUrl', input: { QueueName: 'none' }, code: 'QueueDoesNotExist' },
    {
      name: 'an attribute out of bounds',
      operation: 'CreateQueue',
      input: { QueueName: 'x', Attributes: { VisibilityTimeout: '43201' } },
      code: 'InvalidAttributeValue',
    },
    {
      name: 'an unknown attribute',
      operation: 'CreateQueue',
      input: { QueueName: 'x', Attributes: { Colour: 'red' } },
      code: 'InvalidAttributeName',
    },
    {
      name: 'an attribute that only a FIFO queue has',
      operation: 'SetQueueAttributes',
      input: { QueueUrl: '/q', Attributes: { ContentBasedDeduplication: 'true' } },
      code: 'InvalidAttributeName',
    },
    {
      name: 'the same name with other attributes',
      operation: 'CreateQueue',
      input: { QueueName: 'q', Attributes: { DelaySeconds: '5' } },
      code: 'QueueNameExists',
    },
    {
      name: 'an empty batch',
      operation: 'SendMessageBatch',
      input: { QueueUrl: '/q', Entries: [] },
      code: 'EmptyBatchRequest',
    },
    {
      name: 'a batch that is too long as a whole',
      operation: 'SendMessageBatch',
      input: { QueueUrl: '/q', Entries: ['a', 'b'].map((Id) => ({ Id, MessageBody: 'x'.repeat(524_289) })) },
      code: 'BatchRequestTooLong',
    },
    {
      name: 'an entry that cannot be named',
      operation: 'SendMessageBatch',
      input: { QueueUrl: '/q', Entries: [{ Id: 'a b', MessageBody: 'x' }] },
      code: 'InvalidBatchEntryId',
    },
    {
      name: 'a deduplication that a standard queue has not',
      operation: 'SendMessage',
      input: { QueueUrl: '/q', MessageBody: 'x', MessageDeduplicationId: 'd' },
      code: 'InvalidParameterValue',
    },
    {
      name: 'half a second of delay',
      operation: 'SendMessage',
      input: { QueueUrl: '/q', MessageBody: 'x', DelaySeconds: 0.5 },
      code: 'InvalidParameterValue',
    },
    {
      name: 'a character that SQS does not take',
      operation: 'SendMessage',
      input: { QueueUrl: '/q', MessageBody: 'a\u0000b' },
      code: 'InvalidMessageContents',
    },
    {
      name: 'an attribute without a value',
      operation: 'SendMessage',
      input: { QueueUrl: '/q', MessageBody: 'x', MessageAttributes: { a: { DataType: 'String', StringValue: '' } } },
      code: 'InvalidParameterValue',
    },
    ...[
      { name: 'a number that is none', attributes: { n: { DataType: 'Number.int', StringValue: 'five' } } },
      {
        name: 'an attribute with a blank in its name',
        attributes: { 'a b': { DataType: 'String', StringValue: 'x' } },
      },
      { name: 'an attribute with a name of AWS', attributes: { 'aws.a': { DataType: 'String', StringValue: 'x' } } },
    ].map(({ name, attributes: MessageAttributes }) => ({
      ...{ name, operation: 'SendMessage', code: 'InvalidParameterValue' },
      input: { QueueUrl: '/q', MessageBody: 'x', MessageAttributes },
    })),
    {
      name: 'eleven attributes',
      operation: 'SendMessage',
      input: {
        ...{ QueueUrl: '/q', MessageBody: 'x' },
        MessageAttributes: Object.fromEntries(
          [...'abcdefghijk'].map((name) => [name, { DataType: 'String', StringValue: 'x' }]),
        ),
      },
      code: 'InvalidParameterValue',
    },
    {
      name: 'an attribute of a queue that there is not',
      operation: 'GetQueueAttributes',
      input: { QueueUrl: '/q', AttributeNames: ['Colour'] },
      code: 'InvalidAttributeName',
    },
    {
      name: 'a handle of somebody else',
      operation: 'DeleteMessage',
      input: { QueueUrl: '/q', ReceiptHandle: 'nonsense' },
      code: 'ReceiptHandleIsInvalid',
    },
    {
      name: 'more than ten at once',
      operation: 'ReceiveMessage',
      input: { QueueUrl: '/q', MaxNumberOfMessages: 11 },
      code: 'InvalidParameterValue',
    },
  ];
  test.each(cases)('$name: $code', async ({ operation, input, code }) => {
    await create('q');
    await expect(call(operation, input)).rejects.toMatchObject({ code });
  });
});

test('the SDK accepts what comes back: its checks of digests, attributes, a long poll', async () => {
  const client = new SQSClient(served.client);
  const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: 'wire' }));
  const MessageAttributes = {
    text: { DataType: 'String', StringValue: 'é' },
    number: { DataType: 'Number.int', StringValue: '7' },
    bytes: { DataType: 'Binary', BinaryValue: new Uint8Array([1, 2, 3]) },
  };
  await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'ü', MessageAttributes }));
  const ask = new ReceiveMessageCommand({ QueueUrl, MessageAttributeNames: ['All'], WaitTimeSeconds: 1 });
  const [message] = (await client.send(ask)).Messages ?? [];
  expect(message).toMatchObject({ Body: 'ü', MessageAttributes });
  await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle }));
  const release = served.clock.hold(); // so that the poll can only end by the message
  const poll = client.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }));
  await client.send(new SendMessageBatchCommand({ QueueUrl, Entries: [{ Id: '1', MessageBody: 'wake' }] }));
  expect((await poll).Messages?.[0]?.Body).toBe('wake');
  release();
  client.destroy();
});
