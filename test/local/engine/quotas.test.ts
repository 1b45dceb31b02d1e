// Quotas that the engine is given: it throttles as AWS does, and what calls it comes back as Lambda and Step Functions do.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from '@jest/globals';
import { openServices, type Services, type ServicesOptions, virtualClock } from '../../../lib/local/index.ts';
import { randomFrom } from '../../../lib/simulate/arrivals.ts';

const folder = mkdtempSync(join(tmpdir(), 'heddle-quotas-'));
let engine: Services | undefined;
let opened = 0;
afterEach(async () => {
  await engine?.close();
  engine = undefined;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const open = async (options: Partial<ServicesOptions>): Promise<Services> => {
  opened += 1;
  engine = await openServices({ stateDir: join(folder, String(opened)), random: randomFrom(opened), ...options });
  return engine;
};
const machine = async (services: Services, state: object): Promise<string> => {
  const { stateMachineArn } = await services.service('sfn').call('CreateStateMachine', {
    name: 'machine',
    definition: JSON.stringify({ StartAt: 'only', States: { only: state } }),
    roleArn: 'arn:aws:iam::123456789012:role/x',
  });
  return String(stateMachineArn);
};
const functionArn = (name: string): string => `arn:aws:lambda:us-east-1:123456789012:function:${name}`;

test('starts above the bucket are refused with ThrottlingException, and time gives them back', async () => {
  const clock = virtualClock(0);
  const release = clock.hold();
  const services = await open({ clock, quotas: { startExecution: { bucket: 2, refill: 1 } } });
  const stateMachineArn = await machine(services, { Type: 'Pass', End: true });
  const start = () =>
    services
      .service('sfn')
      .call('StartExecution', { stateMachineArn })
      .then(
        () => 'started',
        ({ code, message }) => `${code}: ${message}`,
      );
  expect([await start(), await start(), await start()]).toEqual([
    'started',
    'started',
    'ThrottlingException: Rate exceeded',
  ]);
  release();
  await new Promise<void>((resolve) => clock.after(1_000, resolve));
  const again = clock.hold();
  expect([await start(), await start()]).toEqual(['started', 'ThrottlingException: Rate exceeded']);
  again();
});

test('calls above the concurrency fail as Lambda.TooManyRequestsException, which a Retry mends', async () => {
  const clock = virtualClock(0);
  let atOnce = 0;
  let most = 0;
  const slow = async (): Promise<void> => {
    atOnce += 1;
    most = Math.max(most, atOnce);
    await new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)));
    atOnce -= 1;
  };
  const services = await open({ clock, functions: { slow }, quotas: { lambdaConcurrency: 2 } });
  const stateMachineArn = await machine(services, {
    Type: 'Task',
    Resource: functionArn('slow'),
    Retry: [{ ErrorEquals: ['Lambda.TooManyRequestsException'], IntervalSeconds: 1, MaxAttempts: 20 }],
    End: true,
  });
  const started = await Promise.all(
    Array.from({ length: 8 }, () => services.service('sfn').call('StartExecution', { stateMachineArn })),
  );
  const arns = started.map(({ executionArn }) => String(executionArn));
  const ended = await Promise.all(arns.map((arn) => services.ended(arn)));
  expect(ended.map(({ status }) => status)).toEqual(arns.map(() => 'SUCCEEDED'));
  expect(most).toBe(2);
  const histories = await Promise.all(
    arns.map((executionArn) => services.service('sfn').call('GetExecutionHistory', { executionArn, maxResults: 100 })),
  );
  expect(JSON.stringify(histories)).toContain('Lambda.TooManyRequestsException');
});

test('a queue’s batch whose function is throttled is tried again, within one receive, and nothing of it is lost', async () => {
  const clock = virtualClock(0);
  const received: string[] = [];
  const gate = Promise.withResolvers<void>();
  const done = Promise.withResolvers<void>();
  const take = ({
    Records,
  }: {
    Records: readonly { body: string; attributes: { ApproximateReceiveCount: string } }[];
  }) => {
    received.push(...Records.map(({ body, attributes }) => `${body} ${attributes.ApproximateReceiveCount}`));
    if (received.length === 3) done.resolve();
    return { batchItemFailures: [] };
  };
  const services = await open({
    clock,
    services: ['lambda', 'sqs'],
    functions: { take, block: () => gate.promise },
    quotas: { lambdaConcurrency: 1 },
  });
  const sqs = services.service('sqs');
  const { QueueUrl } = await sqs.call('CreateQueue', { QueueName: 'q', Attributes: { VisibilityTimeout: '180' } });
  const blocked = services.service('lambda').call('Invoke', { FunctionName: 'block' });
  await services.service('lambda').call('CreateEventSourceMapping', {
    EventSourceArn: 'arn:aws:sqs:us-east-1:123456789012:q',
    FunctionName: 'take',
    FunctionResponseTypes: ['ReportBatchItemFailures'],
  });
  for (const MessageBody of ['a', 'b', 'c']) await sqs.call('SendMessage', { QueueUrl, MessageBody });
  await new Promise((resolve) => setImmediate(resolve));
  expect(received).toEqual([]);
  gate.resolve();
  await Promise.all([blocked, done.promise]);
  expect(received.sort()).toEqual(['a 1', 'b 1', 'c 1']);
});
