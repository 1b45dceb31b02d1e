import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Shape } from '../../../lib/local/service.ts';
import { virtualClock } from '../../../lib/local/virtual-clock.ts';
import { pass } from '../server/serve.ts';
import { call, closeAfterEach, create, lines, open, served, wrapEvent } from './functions.ts';

closeAfterEach();

const queue = async (name: string, Attributes: Shape = {}): Promise<{ url: string; arn: string }> => {
  const { QueueUrl } = await served.call('sqs', 'CreateQueue', { QueueName: name, Attributes });
  return { url: String(QueueUrl), arn: `arn:aws:sqs:us-east-1:123456789012:${name}` };
};
const received = async (url: string, WaitTimeSeconds = 20): Promise<readonly Shape[]> => {
  const ask = { QueueUrl: url, MaxNumberOfMessages: 10, WaitTimeSeconds, MessageAttributeNames: ['All'] };
  const { Messages = [] } = await served.call('sqs', 'ReceiveMessage', ask);
  return Messages as readonly Shape[]; // as the API gives them
};

describe('asynchronous events', () => {
  const minutes = 60_000;
  const failing = wrapEvent(`throw new Error('no');`);
  const attempts = (): number => lines.filter((line) => line.includes('START')).length;

  test('are tried three times, after one and two minutes, then go to the dead-letter queue', async () => {
    await open(virtualClock(0));
    const { url, arn } = await queue('dead');
    await create('f', failing, { DeadLetterConfig: { TargetArn: arn } });
    expect(await call('Invoke', { FunctionName: 'f', InvocationType: 'Event', Payload: '{"n":1}' })).toMatchObject({
      StatusCode: 202,
    });
    await pass(served.clock, 4 * minutes);
    expect(attempts()).toBe(3);
    const [letter] = await received(url);
    expect(letter).toMatchObject({ Body: '{"n":1}', MessageAttributes: { ErrorMessage: { StringValue: 'no' } } });
  });

  test('go to the destination with all that is known of them', async () => {
    await open(virtualClock(0));
    const { url, arn } = await queue('failures');
    await create('f', failing);
    await call('PutFunctionEventInvokeConfig', {
      FunctionName: 'f',
      MaximumRetryAttempts: 0,
      DestinationConfig: { OnFailure: { Destination: arn } },
    });
    await call('Invoke', { FunctionName: 'f', InvocationType: 'Event', Payload: '{"n":1}' });
    const [message] = await received(url);
    expect(JSON.parse(String(message?.Body))).toMatchObject({
      requestContext: { condition: 'RetriesExhausted', approximateInvokeCount: 1 },
      requestPayload: { n: 1 },
      responseContext: { functionError: 'Unhandled' },
      responsePayload: { errorType: 'Error', errorMessage: 'no' },
    });
  });

  test.each([{ MaximumRetryAttempts: 3 }, { MaximumEventAgeInSeconds: 59 }, { MaximumEventAgeInSeconds: 21_601 }])(
    '%j is refused',
    async (config) => {
      await open();
      await create('f', failing);
      await expect(call('PutFunctionEventInvokeConfig', { FunctionName: 'f', ...config })).rejects.toMatchObject({
        code: 'InvalidParameterValueException',
      });
    },
  );

  test('that are throttled are tried until they are too old, then given up without an attempt', async () => {
    await open(virtualClock(0), undefined, [], 0);
    const dead = await queue('dead');
    const failures = await queue('failures');
    await create('f', failing, { DeadLetterConfig: { TargetArn: dead.arn } });
    await call('PutFunctionEventInvokeConfig', {
      FunctionName: 'f',
      MaximumEventAgeInSeconds: 3_600,
      DestinationConfig: { OnFailure: { Destination: failures.arn } },
    });
    await call('Invoke', { FunctionName: 'f', InvocationType: 'Event', Payload: '{"n":1}' });
    await pass(served.clock, 59 * minutes);
    expect(await received(dead.url, 0)).toEqual([]);
    await pass(served.clock, 2 * minutes);
    const [letter] = await received(dead.url, 0);
    expect(letter).toMatchObject({ Body: '{"n":1}', MessageAttributes: { ErrorCode: { StringValue: '429' } } });
    const [message] = await received(failures.url, 0);
    const { requestContext, responseContext } = JSON.parse(String(message?.Body));
    expect(requestContext).toMatchObject({ condition: 'EventAgeExceeded', approximateInvokeCount: 0 });
    expect(responseContext).toEqual({ statusCode: 429, executedVersion: '$LATEST' });
    expect(attempts()).toBe(0);
  });

  test('that wait for a retry are still there after a restart', async () => {
    await open(virtualClock(0));
    await create('f', failing);
    await call('PutFunctionEventInvokeConfig', { FunctionName: 'f', MaximumRetryAttempts: 1 });
    await call('Invoke', { FunctionName: 'f', InvocationType: 'Event', Payload: '{}' });
    await pass(served.clock, 30_000);
    expect(attempts()).toBe(1);
    await served.close('keep');
    await open(virtualClock(30_000), served.dir);
    await pass(served.clock, 2 * minutes);
    expect(attempts()).toBe(2);
  });
});

test('a function that nobody told what to do with its events has no configuration of them', async () => {
  await open();
  await create('f', wrapEvent(''));
  const config = () => call('GetFunctionEventInvokeConfig', { FunctionName: 'f' });
  await expect(config()).rejects.toThrow("function:f:$LATEST doesn't have an EventInvokeConfig");
  await call('PutFunctionEventInvokeConfig', { FunctionName: 'f', MaximumRetryAttempts: 0 });
  expect(await config()).toMatchObject({ MaximumRetryAttempts: 0 });
  await call('DeleteFunctionEventInvokeConfig', { FunctionName: 'f' });
  await expect(config()).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
});

describe('queues that feed functions', () => {
  const counts = async (url: string): Promise<Shape> => {
    const { Attributes } = await served.call('sqs', 'GetQueueAttributes', { QueueUrl: url, AttributeNames: ['All'] });
    const { ApproximateNumberOfMessages: visible, ApproximateNumberOfMessagesNotVisible: hidden } = Attributes as Shape; // as the API gives them
    return { visible, hidden };
  };
  const send = (url: string, body: string, more: Shape = {}) =>
    served.call('sqs', 'SendMessage', { QueueUrl: url, MessageBody: body, ...more });
  const map = (EventSourceArn: string, more: Shape = {}) =>
    call('CreateEventSourceMapping', { FunctionName: 'f', EventSourceArn, ...more });
  const seen = (): readonly string[] =>
    lines.filter((line) => line.includes('saw ')).map((line) => line.split('saw ')[1] ?? '');

  // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
  test('a queue that shows a message again while its function works is refused, and one that is not there', async () => {
    await open(virtualClock(0));
    const { arn } = await queue('in');
    await create('f', wrapEvent(''), { Timeout: 31 });
    await expect(map(arn)).rejects.toThrow(
      'Queue visibility timeout: 30 seconds is less than Function timeout: 31 seconds',
    );
    await expect(map(`${arn}-none`)).rejects.toThrow('SQS Error Code: AWS.SimpleQueueService.NonExistentQueue');
    await call('UpdateFunctionConfiguration', { FunctionName: 'f', Timeout: 30 });
    const { UUID } = await map(arn);
    await create('slow', wrapEvent(''), { Timeout: 60 });
    await expect(call('UpdateEventSourceMapping', { UUID, FunctionName: 'slow' })).rejects.toThrow('60 seconds');
  });

  test('messages arrive as the event that Lambda gives, and are deleted', async () => {
    await open(virtualClock(0));
    const { url, arn } = await queue('in');
    await create('f', wrapEvent('console.log("saw " + JSON.stringify(event));'));
    await map(arn);
    const MessageAttributes = { kind: { DataType: 'String', StringValue: 'x' } };
    await send(url, 'hello', { MessageAttributes });
    await pass(served.clock, 1000);
    expect(JSON.parse(seen()[0] ?? '')).toEqual({
      Records: [
        {
          messageId: expect.any(String),
          receiptHandle: expect.any(String),
          body: 'hello',
          attributes: expect.objectContaining({ ApproximateReceiveCount: '1', SentTimestamp: '0' }),
          messageAttributes: {
            kind: { stringValue: 'x', stringListValues: [], binaryListValues: [], dataType: 'String' },
          },
          md5OfBody: '5d41402abc4b2a76b9719d911017c592',
          md5OfMessageAttributes: expect.any(String),
          eventSource: 'aws:sqs',
          eventSourceARN: arn,
          awsRegion: 'us-east-1',
        },
      ],
    });
    expect(await counts(url)).toEqual({ visible: '0', hidden: '0' });
  });

  test('a batch that fails comes back, and after its receives becomes a dead letter', async () => {
    await open(virtualClock(0));
    const dead = await queue('dead');
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 3 });
    const { url, arn } = await queue('in', { VisibilityTimeout: '60', RedrivePolicy });
    await create(
      'f',
      wrapEvent('console.log("saw " + event.Records[0].attributes.ApproximateReceiveCount); throw new Error("no");'),
    );
    await map(arn);
    await send(url, 'bad');
    await pass(served.clock, 300_000);
    const [letter] = await received(dead.url, 0);
    expect(letter).toMatchObject({ Body: 'bad' });
    expect(seen()).toEqual(['1', '2', '3']);
  });

  test('only the items that the function names come back', async () => {
    await open(virtualClock(0));
    const { url, arn } = await queue('in', { VisibilityTimeout: '43200' });
    const work = `console.log('saw ' + event.Records.length);
      return { batchItemFailures: event.Records.filter((r) => r.body === 'bad').map((r) => ({ itemIdentifier: r.messageId })) };`;
    await create('f', wrapEvent(work));
    for (const body of ['good', 'bad', 'fine']) await send(url, body);
    await map(arn, { FunctionResponseTypes: ['ReportBatchItemFailures'] });
    await pass(served.clock, 1000);
    expect(seen()).toEqual(['3']);
    expect(await counts(url)).toEqual({ visible: '0', hidden: '1' });
  });

  // https://docs.aws.amazon.com/lambda/latest/dg/with-sqs-filtering.html
  test('messages that no filter wants are deleted, and the function hears nothing of them', async () => {
    await open(virtualClock(0));
    const { url, arn } = await queue('in', { VisibilityTimeout: '43200' });
    await create('f', wrapEvent(`console.log('saw ' + event.Records.map((r) => r.body).join());`));
    const filters = [{ body: { kind: [{ prefix: 'a' }] } }, { body: ['plain'] }];
    const FilterCriteria = { Filters: filters.map((pattern) => ({ Pattern: JSON.stringify(pattern) })) };
    for (const body of ['{"kind":"ab"}', '{"kind":"b"}', 'plain', 'other']) await send(url, body);
    const { UUID, FilterCriteria: told } = await map(arn, { FilterCriteria });
    expect(told).toEqual(FilterCriteria);
    await pass(served.clock, 1000);
    await send(url, 'other again');
    await pass(served.clock, 1000);
    expect(seen()).toEqual(['{"kind":"ab"},plain']);
    expect(await counts(url)).toEqual({ visible: '0', hidden: '0' });
    await call('UpdateEventSourceMapping', { UUID, FilterCriteria: {} });
    await send(url, 'any');
    await pass(served.clock, 1000);
    expect(seen().at(-1)).toBe('any');
  });

  test('a window gathers messages into one batch', async () => {
    await open(virtualClock(0));
    const { url, arn } = await queue('in');
    await create('f', wrapEvent(`console.log('saw ' + event.Records.map((r) => r.body).join());`));
    await map(arn, { BatchSize: 100, MaximumBatchingWindowInSeconds: 10 });
    await send(url, 'a');
    await pass(served.clock, 5000);
    await send(url, 'b');
    await pass(served.clock, 10_000);
    expect(seen()).toEqual(['a,b']);
  });

  test('no more batches run at a time than the mapping allows', async () => {
    await open();
    const { url, arn } = await queue('in');
    const done = await queue('done');
    const program = `let active = 0; export const handler = async () => {
      active += 1; console.log('saw ' + active); await new Promise((r) => setTimeout(r, 20)); active -= 1;
      const headers = { 'x-amz-target': 'AmazonSQS.SendMessage', 'content-type': 'application/x-amz-json-1.0' };
      await fetch(process.env.AWS_ENDPOINT_URL, { method: 'POST', headers, body: JSON.stringify({ QueueUrl: '/done', MessageBody: 'x' }) });
    };`;
    await create('f', program);
    await map(arn, { BatchSize: 1, ScalingConfig: { MaximumConcurrency: 2 } });
    for (let n = 0; n < 6; n += 1) await send(url, String(n));
    let count = 0;
    while (count < 6) count += (await received(done.url)).length;
    expect(seen().every((active) => active === '1')).toBe(true); // one at a time in each sandbox
  });

  test('messages in flight at the end of an engine are given back at the next start', async () => {
    await open(virtualClock(0));
    const { url, arn } = await queue('in', { VisibilityTimeout: '43200' });
    const file = join(served.dir, 'receives');
    const program = `import { appendFileSync } from 'node:fs'; export const handler = (event) => {
      appendFileSync(${JSON.stringify(file)}, event.Records[0].attributes.ApproximateReceiveCount);
      return new Promise(() => {}); };`;
    const receives = async (count: number): Promise<string> => {
      for (let turn = 0; turn < 2_000_000; turn++) {
        if (existsSync(file) && statSync(file).size === count) return readFileSync(file, 'utf8');
        await new Promise<void>((resolve) => setImmediate(resolve));
      }
      throw new Error('the function was not called');
    };
    await create('f', program, { Timeout: 900 });
    await map(arn);
    await send(url, 'held');
    await receives(1);
    expect(await counts(url)).toEqual({ visible: '0', hidden: '1' });
    await served.close('keep');
    await open(virtualClock(0), served.dir); // no time has passed: its visibility timeout is far away
    expect(await receives(2)).toBe('11'); // as if it had not been received
  });

  test('a mapping carries on after a restart, and stops when it is disabled', async () => {
    await open(virtualClock(0));
    const { url, arn } = await queue('in');
    await create('f', wrapEvent(`console.log('saw ' + event.Records[0].body);`));
    const { UUID } = await map(arn);
    await served.close('keep');
    await open(virtualClock(0), served.dir);
    await send(url, 'after');
    await pass(served.clock, 1000);
    expect(seen()).toEqual(['after']);
    await call('UpdateEventSourceMapping', { UUID, Enabled: false });
    await send(url, 'not this');
    await pass(served.clock, 1000);
    expect(await counts(url)).toEqual({ visible: '1', hidden: '0' });
  });

  test.each([
    { name: 'a stream', input: { EventSourceArn: 'arn:aws:kinesis:us-east-1:1:stream/s' }, code: 'NotImplemented' },
    ...['{', '{"body":"x"}', '[]'].map((Pattern) => ({
      name: `the filter ${Pattern}`,
      input: { FilterCriteria: { Filters: [{ Pattern }] } },
      code: 'InvalidParameterValueException',
    })),
    {
      name: 'six filters',
      input: { FilterCriteria: { Filters: Array(6).fill({ Pattern: '{"body":["x"]}' }) } },
      code: 'InvalidParameterValueException',
    },
    {
      name: 'one at a time',
      input: { ScalingConfig: { MaximumConcurrency: 1 } },
      code: 'InvalidParameterValueException',
    },
    { name: 'a large batch without a window', input: { BatchSize: 11 }, code: 'InvalidParameterValueException' },
  ])('$name is refused', async ({ input, code }) => {
    await open();
    const { arn } = await queue('in');
    await create('f', wrapEvent(''));
    await expect(map(arn, input)).rejects.toMatchObject({ code });
  });
});
