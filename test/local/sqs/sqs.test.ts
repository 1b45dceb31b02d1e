import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Shape } from '../../../lib/local/service.ts';
import { sqsService } from '../../../lib/local/services/sqs/index.ts';
import { virtualClock } from '../../../lib/local/virtual-clock.ts';
import { pass, type Served, serve } from '../server/serve.ts';

const START = Date.UTC(2026, 0, 1);
let served: Served;
beforeEach(async () => {
  served = await serve({ make: [sqsService], clock: virtualClock(START) });
});
afterEach(() => served.close());

const call = (operation: string, input: Shape) => served.call('sqs', operation, input);
const create = async (QueueName: string, Attributes: Shape = {}): Promise<string> =>
  String((await call('CreateQueue', { QueueName, Attributes })).QueueUrl);
const arnOf = (name: string) => `arn:aws:sqs:us-east-1:123456789012:${name}`;
const redrive = (name: string, maxReceiveCount = 1) => ({
  RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arnOf(name), maxReceiveCount }),
});

interface Received extends Shape {
  readonly MessageId: string;
  readonly Body: string;
  readonly ReceiptHandle: string;
  readonly Attributes: Readonly<Record<string, string>>;
}
const receive = async (QueueUrl: string, more: Shape = {}): Promise<readonly Received[]> => {
  const ask = { QueueUrl, MaxNumberOfMessages: 10, MessageSystemAttributeNames: ['All'], ...more };
  const { Messages = [] } = await call('ReceiveMessage', ask);
  return Messages as readonly Received[]; // as the API gives them
};
const bodies = async (QueueUrl: string, more: Shape = {}): Promise<readonly string[]> =>
  (await receive(QueueUrl, more)).map(({ Body }) => Body);
const send = (QueueUrl: string, MessageBody: string, more: Shape = {}) =>
  call('SendMessage', { QueueUrl, MessageBody, ...more });
const counts = async (QueueUrl: string) => {
  const { Attributes } = await call('GetQueueAttributes', { QueueUrl, AttributeNames: ['All'] });
  const { ApproximateNumberOfMessages: visible, ApproximateNumberOfMessagesNotVisible: hidden } =
    Attributes as Readonly<Record<string, string>>; // as the API gives them
  return { visible, hidden };
};

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
    expect(await bodies(url)).toEqual([]);
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

  test('all stays over a restart, also under another port', async () => {
    const url = await create('q');
    await send(url, 'kept');
    await served.close('keep');
    served = await serve({ make: [sqsService], clock: virtualClock(START), dir: served.dir });
    expect(await bodies(url)).toEqual(['kept']);
  });
});

describe('dead letters', () => {
  test('a message goes over after its receives, with id and time of the first send', async () => {
    const dead = await create('dead');
    const url = await create('q', { VisibilityTimeout: '1', ...redrive('dead', 2) });
    const { MessageId } = await send(url, 'bad');
    for (const _receive of [1, 2]) {
      expect(await bodies(url)).toEqual(['bad']);
      await pass(served.clock, 1000);
    }
    expect(await bodies(url)).toEqual([]);
    const [letter] = await receive(dead);
    expect(letter).toMatchObject({
      MessageId,
      Body: 'bad',
      Attributes: { ApproximateReceiveCount: '1', DeadLetterQueueSourceArn: arnOf('q'), SentTimestamp: String(START) },
    });
  });

  const bad = [
    { name: 'a target that is missing', policy: redrive('none'), says: 'Dead letter target does not exist.' },
    {
      name: 'no count',
      policy: { RedrivePolicy: '{"deadLetterTargetArn":"x"}' },
      says: 'maxReceiveCount from 1 to 1000',
    },
    { name: 'no JSON', policy: { RedrivePolicy: '{' }, says: 'Invalid value for the parameter RedrivePolicy' },
  ];
  test.each(bad)('a policy with $name is refused', async ({ policy, says }) => {
    await expect(create('q', policy)).rejects.toThrow(says);
  });

  const inDeadLetterQueue = async (count: number): Promise<{ url: string; dead: string }> => {
    const dead = await create('dead');
    const url = await create('q', { VisibilityTimeout: '0', ...redrive('dead') });
    for (let n = 0; n < count; n += 1) await send(url, String(n));
    await receive(url);
    await receive(url);
    expect(await counts(dead)).toMatchObject({ visible: String(count) });
    return { url, dead };
  };
  const tasks = async () => {
    const { Results } = await call('ListMessageMoveTasks', { SourceArn: arnOf('dead'), MaxResults: 10 });
    return Results as readonly Shape[]; // as the API gives them
  };

  test('a move task sends them back where they came from, as new messages', async () => {
    const { url, dead } = await inDeadLetterQueue(3);
    await call('StartMessageMoveTask', { SourceArn: arnOf('dead') });
    await pass(served.clock, 1000);
    expect(await tasks()).toMatchObject([
      { Status: 'COMPLETED', ApproximateNumberOfMessagesMoved: 3, ApproximateNumberOfMessagesToMove: 3 },
    ]);
    expect(await counts(dead)).toEqual({ visible: '0', hidden: '0' });
    expect(await bodies(url, { VisibilityTimeout: 30 })).toEqual(['0', '1', '2']);
  });

  test('a rate is kept, a task is cancelled, one runs at a time', async () => {
    await inDeadLetterQueue(4);
    const start = () => call('StartMessageMoveTask', { SourceArn: arnOf('dead'), MaxNumberOfMessagesPerSecond: 1 });
    const { TaskHandle } = await start();
    await expect(start()).rejects.toThrow('There is already a task running.');
    await pass(served.clock, 1500);
    expect(await call('CancelMessageMoveTask', { TaskHandle })).toEqual({ ApproximateNumberOfMessagesMoved: 2 });
    await expect(call('CancelMessageMoveTask', { TaskHandle })).rejects.toMatchObject({ code: 'UnsupportedOperation' });
    expect(await tasks()).toMatchObject([{ Status: 'CANCELLED' }]);
  });

  test('a task carries on after a restart', async () => {
    await inDeadLetterQueue(3);
    await call('StartMessageMoveTask', { SourceArn: arnOf('dead'), MaxNumberOfMessagesPerSecond: 1 });
    await served.close('keep');
    served = await serve({ make: [sqsService], clock: virtualClock(START), dir: served.dir });
    await pass(served.clock, 5000);
    expect(await tasks()).toMatchObject([{ Status: 'COMPLETED', ApproximateNumberOfMessagesMoved: 3 }]);
  });

  test('messages sent straight to a dead-letter queue need a destination', async () => {
    const { dead } = await inDeadLetterQueue(0);
    await send(dead, 'stray');
    await call('StartMessageMoveTask', { SourceArn: arnOf('dead') });
    await pass(served.clock, 100);
    expect(await tasks()).toMatchObject([{ Status: 'FAILED', FailureReason: 'CouldNotDetermineMessageSource' }]);
    await call('StartMessageMoveTask', { SourceArn: arnOf('dead'), DestinationArn: arnOf('q') });
    await pass(served.clock, 100);
    expect(await tasks()).toMatchObject([{ Status: 'COMPLETED' }, { Status: 'FAILED' }]);
  });

  test('a queue that is nobody’s dead-letter queue is refused', async () => {
    await create('plain');
    await expect(call('StartMessageMoveTask', { SourceArn: arnOf('plain') })).rejects.toThrow(
      'Source queue must be configured as a Dead Letter Queue.',
    );
  });
});

describe('FIFO queues', () => {
  const fifo = { FifoQueue: 'true' };
  const grouped = (group: string, id: string) => ({ MessageGroupId: group, MessageDeduplicationId: id });

  test('keep the order of a group: nothing of it goes out while one of it is in flight', async () => {
    const url = await create('q.fifo', fifo);
    for (const [body, group] of [
      ['a1', 'a'],
      ['a2', 'a'],
      ['b1', 'b'],
    ] as const)
      await send(url, body, grouped(group, body));
    const [first] = await receive(url, { MaxNumberOfMessages: 1 });
    expect(first).toMatchObject({ Body: 'a1', Attributes: { MessageGroupId: 'a', MessageDeduplicationId: 'a1' } });
    expect(await bodies(url)).toEqual(['b1']);
    await call('DeleteMessage', { QueueUrl: url, ReceiptHandle: first?.ReceiptHandle });
    expect(await bodies(url)).toEqual(['a2']);
  });

  test('drop a repeat for five minutes, and answer as for the first', async () => {
    const url = await create('q.fifo', { ...fifo, ContentBasedDeduplication: 'true' });
    const first = await send(url, 'same', { MessageGroupId: 'g' });
    expect(await send(url, 'same', { MessageGroupId: 'g' })).toEqual(first);
    await pass(served.clock, 5 * 60_000);
    expect((await send(url, 'same', { MessageGroupId: 'g' })).MessageId).not.toBe(first.MessageId);
  });

  const bad = [
    { name: 'a message without a group', work: (url: string) => send(url, 'x'), code: 'MissingParameter' },
    {
      name: 'a message that cannot be told from its repeat',
      work: (url: string) => send(url, 'x', { MessageGroupId: 'g' }),
      code: 'InvalidParameterValue',
    },
    {
      name: 'a standard dead-letter queue',
      work: async () => {
        await create('standard');
        return create('other.fifo', { ...fifo, ...redrive('standard') });
      },
      code: 'InvalidParameterValue',
    },
    { name: 'a name without its ending', work: () => create('q', fifo), code: 'InvalidParameterValue' },
  ];
  test.each(bad)('refuse $name', async ({ work, code }) => {
    const url = await create('q.fifo', fifo);
    await expect(work(url)).rejects.toMatchObject({ code });
  });
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
