// Dead letters, how they go back, and FIFO queues.
import { describe, expect, test } from '@jest/globals';
import type { Shape } from '../../../lib/local/service.ts';
import { pass } from '../server/serve.ts';
import {
  arnOf,
  bodies,
  call,
  counts,
  create,
  open,
  openForEach,
  receive,
  redrive,
  START,
  send,
  served,
} from './queues.ts';

openForEach();

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
      name: 'a target that is no queue',
      policy: { RedrivePolicy: '{"deadLetterTargetArn": "dummy", "maxReceiveCount": 42}' },
      says: 'Value {"deadLetterTargetArn": "dummy", "maxReceiveCount": 42} for parameter RedrivePolicy is invalid. Reason: Invalid value for deadLetterTargetArn.',
    },
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

  const allow = (policy: Shape): Shape => ({ RedriveAllowPolicy: JSON.stringify(policy) });
  test.each([
    ['nobody', { redrivePermission: 'denyAll' }],
    ['another', { redrivePermission: 'byQueue', sourceQueueArns: [arnOf('other')] }],
  ])('a queue that takes the dead letters of %s is refused to others', async (_whose, policy) => {
    const dead = await create('dead', allow(policy));
    await expect(create('q', redrive('dead'))).rejects.toThrow(
      'Reason: The RedriveAllowPolicy of arn:aws:sqs:us-east-1:123456789012:dead does not permit q.',
    );
    const QueueUrl = await create('q');
    await expect(call('SetQueueAttributes', { QueueUrl, Attributes: redrive('dead') })).rejects.toMatchObject({
      code: 'InvalidParameterValue',
    });
    const mine = allow({ redrivePermission: 'byQueue', sourceQueueArns: [arnOf('q')] });
    await call('SetQueueAttributes', { QueueUrl: dead, Attributes: mine });
    expect(await call('SetQueueAttributes', { QueueUrl, Attributes: redrive('dead') })).toEqual({});
  });

  test.each<[string, Shape]>([
    ['no such permission', { redrivePermission: 'maybe' }],
    ['queues where all are denied', { redrivePermission: 'denyAll', sourceQueueArns: [arnOf('q')] }],
    ['no queue', { redrivePermission: 'byQueue' }],
    ['eleven queues', { redrivePermission: 'byQueue', sourceQueueArns: Array(11).fill(arnOf('q')) }],
  ])('a redrive allow policy with %s is refused', async (_what, policy) => {
    await expect(create('dead', allow(policy))).rejects.toMatchObject({ code: 'InvalidAttributeValue' });
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

  // Recorded on AWS: github.com/localstack/localstack, tests/aws/services/sqs/test_sqs_move_task.snapshot.json
  const handle = (of: object) => Buffer.from(JSON.stringify(of)).toString('base64');
  test.each([
    ['foobared', 'Value for parameter TaskHandle is invalid.'],
    [
      handle({ taskId: 'x', sourceArn: arnOf('none') }),
      "The resource that you specified for the SourceArn parameter doesn't exist.",
    ],
    [handle({ taskId: 'x', sourceArn: arnOf('dead') }), 'Task does not exist.'],
  ])('a task of the handle %s is not cancelled', async (TaskHandle, message) => {
    await create('dead');
    await expect(call('CancelMessageMoveTask', { TaskHandle })).rejects.toMatchObject({ message });
  });

  test('a task carries on after a restart', async () => {
    await inDeadLetterQueue(3);
    await call('StartMessageMoveTask', { SourceArn: arnOf('dead'), MaxNumberOfMessagesPerSecond: 1 });
    await served.close('keep');
    await open(served.dir);
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

  test('take a message for new in a queue that was made anew, and in another group where groups tell them apart', async () => {
    const url = await create('q.fifo', fifo);
    const first = await send(url, 'x', grouped('g', 'd'));
    await call('DeleteQueue', { QueueUrl: url });
    await create('q.fifo', { ...fifo, DeduplicationScope: 'messageGroup' });
    const [second, other, repeat] = [
      await send(url, 'x', grouped('g', 'd/e')),
      await send(url, 'x', grouped('g/d', 'e')),
      await send(url, 'x', grouped('g', 'd/e')),
    ];
    expect(new Set([first, second, other].map(({ MessageId }) => MessageId)).size).toBe(3);
    expect(repeat).toEqual(second);
  });

  test('give a dead letter its whole time, where a standard queue counts from the first send', async () => {
    const kept = { MessageRetentionPeriod: '60' };
    const [dead, standard] = [await create('dead.fifo', { ...fifo, ...kept }), await create('dead', kept)];
    const urls = [
      await create('q.fifo', { ...fifo, VisibilityTimeout: '50', ...redrive('dead.fifo') }),
      await create('q', { VisibilityTimeout: '50', ...redrive('dead') }),
    ];
    await send(urls[0] ?? '', 'x', grouped('g', 'd'));
    await send(urls[1] ?? '', 'x');
    for (const url of urls) await receive(url);
    await pass(served.clock, 50_000);
    for (const url of urls) await receive(url);
    expect([await counts(dead), await counts(standard)]).toMatchObject([{ visible: '1' }, { visible: '1' }]);
    await pass(served.clock, 20_000);
    expect([await counts(dead), await counts(standard)]).toMatchObject([{ visible: '1' }, { visible: '0' }]);
  });

  const bad = [
    { name: 'a message without a group', work: (url: string) => send(url, 'x'), code: 'MissingParameter' },
    {
      name: 'a message that cannot be told from its repeat',
      work: (url: string) => send(url, 'x', { MessageGroupId: 'g' }),
      code: 'InvalidParameterValue',
    },
    // A batch as a whole (recorded on AWS, LocalStack's test_sqs).
    {
      name: 'a batch with a message without a group',
      work: (url: string) => call('SendMessageBatch', { QueueUrl: url, Entries: [{ Id: '1', MessageBody: 'x' }] }),
      code: 'InvalidParameterValue',
    },
    {
      name: 'a batch with a message that cannot be told from its repeat',
      work: (url: string) =>
        call('SendMessageBatch', { QueueUrl: url, Entries: [{ Id: '1', MessageBody: 'x', MessageGroupId: 'g' }] }),
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
    {
      name: 'a group with a space',
      work: (url: string) => send(url, 'x', grouped('a group', 'd')),
      code: 'InvalidParameterValue',
    },
    {
      name: 'a delay of one message',
      work: (url: string) => send(url, 'x', { ...grouped('g', 'd'), DelaySeconds: 5 }),
      code: 'InvalidParameterValue',
    },
    {
      name: 'what would be received again',
      work: (url: string) => call('ReceiveMessage', { QueueUrl: url, ReceiveRequestAttemptId: 'a' }),
      code: 'NotImplemented',
    },
    { name: 'a name without its ending', work: () => create('q', fifo), code: 'InvalidParameterValue' },
  ];
  test.each(bad)('refuse $name', async ({ work, code }) => {
    const url = await create('q.fifo', fifo);
    await expect(work(url)).rejects.toMatchObject({ code });
  });
});
