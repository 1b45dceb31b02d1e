// What is sent, and what must have come in the end.
import { setTimeout as pause } from 'node:timers/promises';
import type { Shape } from '../../../lib/local/index.ts';
import { arn, asking, few, type Life, numbers, ROLE, type Subject } from './asking.ts';

export const messages = (life: Life): Readonly<Record<string, Subject>> => {
  const { notes, note, fault } = life;
  const { sqs, s3, events, scheduler, lambda, once, unless, queue, take, isEmpty, drain } = asking(life);

  /** Each message once, in the order of its group, and none again after it was deleted. */
  const fifo: Subject = async () => {
    const QueueUrl = await queue('order.fifo', { FifoQueue: 'true', VisibilityTimeout: '1' });
    const send = async (): Promise<void> => {
      for (const n of numbers)
        await once(`fifo sent ${n}`, () => {
          const ids = { MessageGroupId: `g${n % 3}`, MessageDeduplicationId: `d${n}` };
          return sqs('SendMessage', { QueueUrl, MessageBody: String(n), ...ids });
        });
    };
    const receive = async (): Promise<void> => {
      while (numbers.some((n) => !notes.has(`fifo came ${n}`)) || !(await isEmpty(QueueUrl)))
        for (const { Body, ReceiptHandle } of await take(QueueUrl)) {
          const n = Number(Body);
          if (notes.has(`fifo deleted ${n}`)) fault(`fifo: ${n} came again after it was deleted`);
          const before = numbers.filter(
            (other) => other < n && other % 3 === n % 3 && !notes.has(`fifo came ${other}`),
          );
          if (before.length > 0) fault(`fifo: ${n} came before ${before}`);
          note(`fifo came ${n}`);
          await sqs('DeleteMessage', { QueueUrl, ReceiptHandle });
          note(`fifo deleted ${n}`);
        }
    };
    await Promise.all([send(), receive()]);
    return [];
  };

  /** Each message calls the function, and leaves the queue. */
  const mapping: Subject = async () => {
    const QueueUrl = await queue('mapped', { VisibilityTimeout: '3' });
    const FunctionName = 'work';
    const EventSourceArn = arn('sqs', 'mapped');
    await once('mapped', () =>
      unless(
        'ResourceConflictException',
        lambda('CreateEventSourceMapping', { FunctionName, EventSourceArn, BatchSize: 1 }),
      ),
    );
    for (const n of numbers)
      await once(`mapped sent ${n}`, () => sqs('SendMessage', { QueueUrl, MessageBody: `m${n}` }));
    const isCalled = (n: number) =>
      [...notes].some((text) => text.startsWith('called') && text.includes(`"body":"m${n}"`));
    while (!numbers.every(isCalled)) await pause(20);
    while (!(await isEmpty(QueueUrl))) await pause(20);
    return [];
  };

  /** Each event that was accepted is in the queue of its rule; what could not be delivered is a dead letter. */
  const rules: Subject = async () => {
    const [seen, dead] = [await queue('seen'), await queue('dead')];
    const pattern = { EventPattern: JSON.stringify({ source: ['crash'] }) };
    await events('PutRule', { Name: 'r', ...pattern });
    await events('PutTargets', {
      Rule: 'r',
      Targets: [
        { Id: 'seen', Arn: arn('sqs', 'seen'), InputPath: '$.detail.n' },
        { Id: 'gone', Arn: arn('sqs', 'gone'), InputPath: '$.detail.n', DeadLetterConfig: { Arn: arn('sqs', 'dead') } },
      ],
    });
    for (const n of numbers)
      await once(`event ${n}`, () =>
        events('PutEvents', { Entries: [{ Source: 'crash', DetailType: 'n', Detail: JSON.stringify({ n }) }] }),
      );
    const texts = numbers.map(String);
    await drain('seen', seen, texts);
    await drain('dead', dead, texts, (body) => String(JSON.parse(body).detail.n));
    return [];
  };

  /** A schedule of one time fires and is gone. */
  const times: Subject = async () => {
    const QueueUrl = await queue('fired');
    const names = few.map(String);
    for (const n of names)
      await once(`schedule ${n}`, () => {
        const at = new Date(Date.now() + 1_500).toISOString().slice(0, 19);
        const create = scheduler('CreateSchedule', {
          Name: `s${n}`,
          ScheduleExpression: `at(${at})`,
          FlexibleTimeWindow: { Mode: 'OFF' },
          ActionAfterCompletion: 'DELETE',
          Target: { Arn: arn('sqs', 'fired'), RoleArn: ROLE, Input: n },
        });
        return unless('ConflictException', create);
      });
    await drain('fired', QueueUrl, names);
    const { Schedules } = await scheduler('ListSchedules', {});
    const left = Schedules as readonly Shape[]; // as the API gives them
    return left.map(({ Name }) => `the schedule ${Name} is left`);
  };

  /** An object that was completed from parts is whole, and told of. */
  const parts: Subject = async () => {
    const told = await queue('told');
    const Bucket = 'parts';
    await s3('CreateBucket', { Bucket });
    await s3('PutBucketNotificationConfiguration', {
      Bucket,
      NotificationConfiguration: { EventBridgeConfiguration: {} },
    });
    await events('PutRule', { Name: 'objects', EventPattern: JSON.stringify({ source: ['aws.s3'] }) });
    await events('PutTargets', {
      Rule: 'objects',
      Targets: [{ Id: 'q', Arn: arn('sqs', 'told'), InputPath: '$.detail.object.key' }],
    });
    const keys = numbers.map((n) => `k${n}`);
    const text = (Key: string) => `${Key} `.repeat(20_000);
    for (const Key of keys)
      await once(`object ${Key}`, async () => {
        const { UploadId } = await s3('CreateMultipartUpload', { Bucket, Key });
        const { ETag } = await s3('UploadPart', { Bucket, Key, UploadId, PartNumber: 1, Body: Buffer.from(text(Key)) });
        await s3('CompleteMultipartUpload', {
          Bucket,
          Key,
          UploadId,
          MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] },
        });
      });
    await drain('told', told, keys, (body) => JSON.parse(body));
    const wrong: string[] = [];
    for (const Key of keys) {
      const { Body } = await s3('GetObject', { Bucket, Key });
      if (Buffer.from(Body as Uint8Array).toString() !== text(Key)) wrong.push(`${Key} is not what was put`);
    }
    return wrong;
  };

  return { fifo, mapping, rules, times, parts };
};
