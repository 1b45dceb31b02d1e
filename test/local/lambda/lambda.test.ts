import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Clock } from '../../../lib/local/clock.ts';
import type { EngineContext, Service, Shape } from '../../../lib/local/service.ts';
import { lambdaService } from '../../../lib/local/services/lambda/index.ts';
import { sqsService } from '../../../lib/local/services/sqs/index.ts';
import { virtualClock } from '../../../lib/local/virtual-clock.ts';
import { pass, type Served, serve } from '../server/serve.ts';

// Keeps what the functions log; CloudWatch Logs itself has tests of its own.
const lines: string[] = [];
const logs = (_context: EngineContext): Service => ({
  id: 'cloudwatchlogs',
  call: async (_operation, { logGroupName, logEvents }) => {
    for (const { message } of logEvents as readonly { message: string }[])
      lines.push(`${String(logGroupName)} ${message}`); // as Lambda sends them
    return {};
  },
});

const lambda = (context: EngineContext): Service => {
  const service = lambdaService(context, { sandboxes: 3 });
  return { ...service, start: async () => service.resume() };
};

let served: Served;
const open = async (clock?: Clock, dir?: string): Promise<void> => {
  served = await serve({
    make: [sqsService, logs, lambda],
    ...(clock !== undefined && { clock }),
    ...(dir !== undefined && { dir }),
  });
};
beforeEach(() => {
  lines.length = 0;
});
afterEach(() => served.close());

const call = (operation: string, input: Shape) => served.call('lambda', operation, input);
const create = (name: string, body: string, more: Shape = {}): Promise<Shape> => {
  const directory = join(served.dir, 'code', name);
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'index.mjs'), body);
  return call('CreateFunction', {
    FunctionName: name,
    Role: 'arn:aws:iam::123456789012:role/r',
    Handler: 'index.handler',
    Runtime: 'nodejs24.x',
    Code: { LocalDirectory: directory },
    ...more,
  });
};
const invoke = async (name: string, event: unknown = {}): Promise<{ error: unknown; payload: Shape }> => {
  const { FunctionError, Payload } = await call('Invoke', { FunctionName: name, Payload: JSON.stringify(event) });
  return { error: FunctionError, payload: JSON.parse(String(Payload)) };
};

describe('a handler', () => {
  beforeEach(() => open());

  test('gets event, context and its own environment, none of the engine’s', async () => {
    const program = `export const handler = async (event, context) => ({
      event, own: process.env.OWN, home: process.env.HOME, region: process.env.AWS_REGION,
      endpoint: process.env.AWS_ENDPOINT_URL, key: process.env.AWS_ACCESS_KEY_ID, name: context.functionName,
      arn: context.invokedFunctionArn, memory: context.memoryLimitInMB, log: context.logGroupName,
      left: context.getRemainingTimeInMillis() > 1000, id: context.awsRequestId.length });`;
    await create('look', program, { Timeout: 30, MemorySize: 256, Environment: { Variables: { OWN: 'yes' } } });
    expect((await invoke('look', { a: 1 })).payload).toEqual({
      event: { a: 1 },
      own: 'yes',
      region: 'us-east-1',
      endpoint: served.endpoint,
      key: 'AKIALOCAL',
      name: 'look',
      arn: 'arn:aws:lambda:us-east-1:123456789012:function:look',
      memory: '256',
      log: '/aws/lambda/look',
      left: true,
      id: 36,
    });
  });

  test('is loaded once and stays warm; another version is loaded anew', async () => {
    const program = 'let calls = 0; export const handler = async () => ({ calls: ++calls });';
    await create('count', program);
    expect([await invoke('count'), await invoke('count')].map(({ payload }) => payload.calls)).toEqual([1, 2]);
    await create('count', program);
    expect((await invoke('count')).payload).toEqual({ calls: 1 });
  });

  test('may call itself and others without the engine running out of sandboxes', async () => {
    const program = `export const handler = async ({ depth }) => {
      if (depth === 0) return { depth };
      const url = process.env.AWS_ENDPOINT_URL + '/2015-03-31/functions/f' + (depth - 1) + '/invocations';
      const headers = { authorization: 'AWS4-HMAC-SHA256 Credential=a/b/c/lambda/aws4_request' };
      return (await fetch(url, { method: 'POST', headers, body: JSON.stringify({ depth: depth - 1 }) })).json();
    };`;
    for (let depth = 0; depth <= 5; depth += 1) await create(`f${depth}`, program, { Timeout: 20 });
    expect((await invoke('f5', { depth: 5 })).payload).toEqual({ depth: 0 });
  });

  test('runs alongside itself', async () => {
    const program = `export const handler = async () => { const at = Date.now(); await new Promise((r) => setTimeout(r, 300)); return { at, end: Date.now() }; };`;
    await create('slow', program, { Timeout: 20 });
    const spans = await Promise.all(Array.from({ length: 4 }, () => invoke('slow')));
    const first = Math.min(...spans.map(({ payload }) => Number(payload.end)));
    expect(spans.filter(({ payload }) => Number(payload.at) < first).length).toBeGreaterThan(1);
  });

  test('what it writes reaches the log, line by line, between the lines of Lambda', async () => {
    const program = `export const handler = async () => { console.log('one', { a: 1 }); console.error('two\\nlines'); process.stdout.write('{"raw":'); process.stdout.write('1}\\nnext\\n'); };`;
    await create('talk', program);
    await invoke('talk');
    const plain = lines.map((line) => line.replace(/[0-9a-f-]{36}/g, 'ID').replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/, 'TIME'));
    expect(plain).toEqual([
      '/aws/lambda/talk START RequestId: ID Version: $LATEST',
      '/aws/lambda/talk TIME\tID\tINFO\tone { a: 1 }',
      '/aws/lambda/talk TIME\tID\tERROR\ttwo\nlines',
      '/aws/lambda/talk {"raw":1}',
      '/aws/lambda/talk next',
      '/aws/lambda/talk END RequestId: ID',
      expect.stringMatching(/REPORT RequestId: ID\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB/),
    ]);
  });
});

describe('failures come in Lambda’s own shapes', () => {
  beforeEach(() => open());
  const wrap = (work: string): string => `export const handler = async () => { ${work} };`;
  const cases = [
    {
      name: 'a thrown error',
      program: wrap(`const e = new Error('boom'); e.name = 'Heddle.Permanent'; throw e;`),
      says: {
        errorType: 'Heddle.Permanent',
        errorMessage: 'boom',
        trace: ['Heddle.Permanent: boom', expect.stringContaining('at handler')],
      },
    },
    {
      name: 'a thrown text',
      program: wrap(`throw 'boom';`),
      says: { errorType: 'string', errorMessage: 'boom', trace: [] },
    },
    {
      name: 'a timeout while waiting',
      program: wrap('await new Promise(() => setInterval(() => {}, 1000));'),
      says: {
        errorType: 'Sandbox.Timedout',
        errorMessage: expect.stringMatching(/^RequestId: [0-9a-f-]{36} Error: Task timed out after 1\.00 seconds$/),
      },
    },
    {
      name: 'a timeout while computing',
      program: wrap('for (;;) {}'),
      says: {
        errorType: 'Sandbox.Timedout',
        errorMessage: expect.stringContaining('Task timed out after 1.00 seconds'),
      },
    },
    {
      name: 'an exit',
      program: wrap('process.exit(3);'),
      says: {
        errorType: 'Runtime.ExitError',
        errorMessage: expect.stringMatching(/^RequestId: .{36} Error: Runtime exited with error: exit status 3$/),
      },
    },
    {
      name: 'too much memory',
      program: wrap('const a = []; for (;;) a.push(new Array(1e5).fill(Math.random()));'),
      says: { errorType: 'Runtime.ExitError', errorMessage: expect.stringContaining('signal: killed') },
    },
    {
      name: 'a rejection that nothing catches',
      program: wrap(`Promise.reject(new Error('stray')); await new Promise((r) => setTimeout(r, 500));`),
      says: { errorType: 'Runtime.UnhandledPromiseRejection', errorMessage: 'Error: stray', trace: expect.any(Array) },
    },
    {
      name: 'a result that is too large',
      program: wrap(`return 'x'.repeat(7e6);`),
      says: { errorType: 'Function.ResponseSizeTooLarge', errorMessage: expect.any(String), trace: [] },
    },
    {
      name: 'a handler that is not there',
      program: 'export const other = 1;',
      says: {
        errorType: 'Runtime.HandlerNotFound',
        errorMessage: 'index.handler is undefined or not exported',
        trace: [],
      },
    },
    {
      name: 'a module that throws',
      program: `throw new TypeError('bad start');`,
      says: { errorType: 'TypeError', errorMessage: 'bad start', trace: expect.any(Array) },
    },
    {
      name: 'a module that does not parse',
      program: 'export const handler = (;',
      says: { errorType: 'Runtime.UserCodeSyntaxError', errorMessage: expect.any(String), trace: expect.any(Array) },
    },
    {
      name: 'an import that is missing',
      program: `import './none.mjs'; export const handler = async () => 1;`,
      says: { errorType: 'Runtime.ImportModuleError', errorMessage: expect.any(String), trace: expect.any(Array) },
    },
    {
      name: 'a handler with a callback',
      program: 'export const handler = (event, context, done) => done(null, 1);',
      says: { errorType: 'Runtime.CallbackHandlerDeprecated', errorMessage: expect.any(String), trace: [] },
    },
  ];
  test.each(cases)('$name', async ({ program, says }) => {
    await create('bad', program, { Timeout: 1 });
    expect(await invoke('bad')).toEqual({ error: 'Unhandled', payload: says });
  });

  test('after a crash the next event finds a new sandbox', async () => {
    await create('flaky', wrapEvent('if (event.exit) process.exit(1); return { fine: true };'));
    expect((await invoke('flaky', { exit: true })).error).toBe('Unhandled');
    expect((await invoke('flaky')).payload).toEqual({ fine: true });
  });
});

const wrapEvent = (work: string): string => `export const handler = async (event) => { ${work} };`;

describe('calls that are refused', () => {
  beforeEach(async () => {
    await open();
    await create('f', wrapEvent('return event;'));
  });
  const cases = [
    {
      name: 'a missing function',
      operation: 'Invoke',
      input: { FunctionName: 'none' },
      code: 'ResourceNotFoundException',
    },
    {
      name: 'an event that is not JSON',
      operation: 'Invoke',
      input: { FunctionName: 'f', Payload: '{' },
      code: 'InvalidRequestContentException',
    },
    {
      name: 'an event that is too large',
      operation: 'Invoke',
      input: { FunctionName: 'f', Payload: JSON.stringify('x'.repeat(6 * 1024 * 1024)) },
      code: 'RequestTooLargeException',
    },
    {
      name: 'a reserved variable',
      operation: 'UpdateFunctionConfiguration',
      input: { FunctionName: 'f', Environment: { Variables: { AWS_REGION: 'x' } } },
      code: 'InvalidParameterValueException',
    },
    {
      name: 'another runtime',
      operation: 'UpdateFunctionConfiguration',
      input: { FunctionName: 'f', Runtime: 'python3.13' },
      code: 'NotImplemented',
    },
    {
      name: 'a version',
      operation: 'Invoke',
      input: { FunctionName: 'f', Qualifier: '7' },
      code: 'NotImplemented',
    },
    {
      name: 'a property that would change how it runs',
      operation: 'UpdateFunctionConfiguration',
      input: { FunctionName: 'f', Layers: ['arn:aws:lambda:us-east-1:1:layer:l:1'] },
      code: 'NotImplemented',
    },
  ];
  test.each(cases)('$name: $code', async ({ operation, input, code }) => {
    await expect(call(operation, input)).rejects.toMatchObject({ code });
  });

  test('an ARN and $LATEST name a function too; a dry run runs nothing', async () => {
    const FunctionName = 'arn:aws:lambda:us-east-1:123456789012:function:f:$LATEST';
    expect(await call('Invoke', { FunctionName, Payload: { a: 1 } })).toMatchObject({
      StatusCode: 200,
      Payload: '{"a":1}',
    });
    expect(await call('Invoke', { FunctionName, InvocationType: 'DryRun' })).toMatchObject({ StatusCode: 204 });
  });
});

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
    { name: 'a filter', input: { FilterCriteria: { Filters: [] } }, code: 'NotImplemented' },
    { name: 'a large batch without a window', input: { BatchSize: 11 }, code: 'InvalidParameterValueException' },
  ])('$name is refused', async ({ input, code }) => {
    await open();
    const { arn } = await queue('in');
    await create('f', wrapEvent(''));
    await expect(map(arn, input)).rejects.toMatchObject({ code });
  });
});
