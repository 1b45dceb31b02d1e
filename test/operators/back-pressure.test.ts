// Five hundred runs under quotas that are far too small: starts are put back, calls of Lambdas are throttled, and all of them end well.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@aws-lambda-powertools/logger';
import { afterAll, afterEach, expect, test } from '@jest/globals';
import * as z from 'zod';
import { compile } from '../../lib/asl/index.ts';
import { definePipeline, defineStage } from '../../lib/definition/index.ts';
import { graphOf } from '../../lib/graph/index.ts';
import { openLedger, tableRequest } from '../../lib/ledger/index.ts';
import {
  type Clock,
  type Services as Engine,
  openServices,
  type ServicesOptions,
  virtualClock,
} from '../../lib/local/index.ts';
import { begin, finish, type QueueRecord, type Services, settle, takeStarts } from '../../lib/operators/index.ts';
import { openManifests } from '../../lib/operators/manifests.ts';
import { openPressure } from '../../lib/operators/pressure.ts';
import { type StageCall, type StartMessage, startQueue, throttledAttribute } from '../../lib/records/index.ts';
import { openMeter } from '../../lib/runtime/meter.ts';
import { runTask } from '../../lib/runtime/run-task.ts';
import { openStore } from '../../lib/runtime/store.ts';
import { randomFrom } from '../../lib/simulate/arrivals.ts';
import { inProcess } from './in-process.ts';

const runs = 500;
const value = z.object({ n: z.number() });
const double = defineStage('double', { input: value, output: value });
const add = defineStage('add', { input: value, output: value });
const sums = definePipeline('sums', { input: value }, (flow) => {
  const doubled = flow.task(double, { n: flow.input.n });
  return flow.task(add, { n: doubled.n });
});
const stages = { double, add };

const folder = mkdtempSync(join(tmpdir(), 'heddle-pressure-'));
let engine: Engine | undefined;
afterEach(async () => {
  await engine?.close();
  engine = undefined;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const startedAt = Date.parse('2026-01-01T00:00:00Z');

/** Deploys the pipeline, of which so many runs are to end. */
const deploy = async (name: string, count: number, options: Pick<ServicesOptions, 'quotas'>) => {
  const passing = virtualClock(startedAt);
  // A function holds the clock, but for one that takes up the account's concurrency while time passes.
  let isHog = false;
  const clock: Clock = { ...passing, hold: () => (isHog ? () => undefined : passing.hold()) };
  const random = randomFrom(11);
  const counts = { putBack: 0, refusedStarts: 0, receives: 0 };
  const work = new Map<string, number>();
  const aws = inProcess(
    (id) => {
      if (!engine) throw new Error('the engine is not open');
      return engine.service(id);
    },
    (operation, input, code) => {
      if (operation === 'StartExecution' && code === 'ThrottlingException') counts.refusedStarts += 1;
      if (operation === 'SendMessage' && JSON.stringify(input).includes(throttledAttribute)) counts.putBack += 1;
    },
  );
  const ledger = openLedger(aws, { table: 'ledger', payloadBucket: 'payloads' });
  const logger = new Logger({ logLevel: 'SILENT' });
  const stage =
    (id: keyof typeof stages) =>
    (call: StageCall, { awsRequestId }: { awsRequestId: string }) =>
      runTask(
        stages[id],
        (({ input, run }: { input: { n: number }; run: { id: string } }) => {
          const key = `${run.id} ${id}`;
          work.set(key, (work.get(key) ?? 0) + 1);
          return { n: input.n + 1 };
        }) as never,
        {
          call,
          ledger,
          store: openStore(aws, 'payloads', call.run),
          logger,
          meter: openMeter(aws, { startedAt: clock.now() }),
          deadLetterQueueUrl: '',
          owner: awsRequestId,
          build: { code: 'test', contract: 'test' },
          signal: new AbortController().signal,
          now: clock.now,
          remainingMs: () => 60_000,
        },
      );
  const ended = new Map<string, string>();
  const all = Promise.withResolvers<void>();
  const services: Services = {
    aws,
    ledger,
    eventBus: 'heddle',
    startQueueUrl: '',
    manifests: openManifests(aws, '/heddle/heddle/', clock.now),
    now: clock.now,
    random,
    measures: false,
  };
  engine = await openServices({
    ...options,
    stateDir: join(folder, name),
    clock,
    random,
    services: ['sfn', 'lambda', 'dynamodb', 's3', 'sqs', 'eventbridge', 'ssm', 'cloudwatch'],
    functions: {
      'heddle-begin': (call) => begin(call, services),
      'heddle-settle': (call) => settle(call, services),
      'heddle-finish': (call) => finish(call, services),
      'heddle-dispatch': async ({ Records }: { Records: readonly QueueRecord[] }) => {
        for (const { attributes } of Records)
          counts.receives = Math.max(counts.receives, Number(attributes.ApproximateReceiveCount));
        return {
          batchItemFailures: (await takeStarts(Records, services)).flatMap(({ kept, messageId }) =>
            kept ? [{ itemIdentifier: messageId }] : [],
          ),
        };
      },
      hog: ({ seconds }: { seconds: number }) => {
        isHog = false;
        return new Promise((resolve) => clock.after(seconds * 1_000, () => resolve({})));
      },
      stage_double: stage('double'),
      stage_add: stage('add'),
    },
    onEvent: ({ source, detail }) => {
      if (source !== 'aws.states' || detail.status === 'RUNNING') return;
      ended.set(String(detail.executionArn), String(detail.status));
      if (ended.size === count) all.resolve();
    },
  });
  const call = (id: Parameters<Engine['service']>[0], operation: string, input: object) =>
    (engine as Engine).service(id).call(operation, { ...input });
  await call('dynamodb', 'CreateTable', tableRequest('ledger'));
  await call('s3', 'CreateBucket', { Bucket: 'payloads' });
  await call('eventbridge', 'CreateEventBus', { Name: 'heddle' });
  const failed = await call('sqs', 'CreateQueue', { QueueName: 'start-failed' });
  const { QueueUrl: deadLetterQueueUrl } = await call('sqs', 'CreateQueue', { QueueName: 'dead' });
  const { QueueUrl } = await call('sqs', 'CreateQueue', {
    QueueName: 'start',
    Attributes: {
      VisibilityTimeout: String(startQueue.visibilitySeconds),
      RedrivePolicy: JSON.stringify({
        deadLetterTargetArn: 'arn:aws:sqs:us-east-1:123456789012:start-failed',
        maxReceiveCount: startQueue.receives,
      }),
    },
  });
  const startQueueUrl = String(QueueUrl);
  Object.assign(services, {
    startQueueUrl,
    pressure: openPressure({ aws, ledger, startQueueUrl, now: clock.now }, 'heddle'),
  });
  const { definition, hash, stages: ids } = compile(graphOf(sums));
  const { stateMachineArn } = await call('sfn', 'CreateStateMachine', {
    name: 'heddle-sums',
    definition: definition.replaceAll(/\$\{(\w+)\}/g, (_, of: string) =>
      of === 'definitionHash' ? hash : of.replace('operator_', 'heddle-'),
    ),
    roleArn: 'arn:aws:iam::123456789012:role/x',
  });
  await call('ssm', 'PutParameter', {
    Name: '/heddle/heddle/sums',
    Type: 'String',
    Value: JSON.stringify({
      pipeline: 'sums',
      stateMachineArn,
      definitionHash: hash,
      upstream: {},
      stages: ids,
      deadLetterQueueUrl,
    }),
  });
  const consume = () =>
    call('lambda', 'CreateEventSourceMapping', {
      EventSourceArn: 'arn:aws:sqs:us-east-1:123456789012:start',
      FunctionName: 'heddle-dispatch',
      BatchSize: startQueue.batch,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: startQueue.consumers },
    });
  /** Takes up one call's room for so long. */
  const hog = (seconds: number): void => {
    isHog = true;
    void call('lambda', 'Invoke', { FunctionName: 'hog', Payload: JSON.stringify({ seconds }) });
  };
  return {
    call,
    consume,
    hog,
    counts,
    work,
    ended,
    all: all.promise,
    QueueUrl,
    failedUrl: failed.QueueUrl,
    clock,
    stateMachineArn,
    ledger,
  };
};

const waitingIn = async (call: (...args: never[]) => Promise<object>, QueueUrl: unknown): Promise<number> => {
  const AttributeNames = [
    'ApproximateNumberOfMessages',
    'ApproximateNumberOfMessagesDelayed',
    'ApproximateNumberOfMessagesNotVisible',
  ];
  const { Attributes } = (await call(...(['sqs', 'GetQueueAttributes', { QueueUrl, AttributeNames }] as never[]))) as {
    readonly Attributes: { readonly [name: string]: string };
  };
  return AttributeNames.reduce((sum, name) => sum + Number(Attributes[name]), 0);
};

test('none fails, none is a dead letter, none is done twice', async () => {
  const app = await deploy('tight', runs, {
    quotas: { startExecution: { bucket: 10, refill: 5 }, lambdaConcurrency: 4 },
  });
  const { call, QueueUrl, clock } = app;
  const release = clock.hold();
  for (let n = 0; n < runs; n++) {
    // Half of them by a trigger, which may be put off while Lambda is throttled.
    const message: StartMessage =
      n % 2 === 0
        ? { kind: 'manual', pipeline: 'sums', id: `run-${n}`, input: { n }, by: 'test' }
        : {
            kind: 'schedule',
            pipeline: 'sums',
            schedule: `run-${n}`,
            time: '2026-01-01T00:00:00Z',
            timeZone: 'UTC',
            input: { n },
          };
    await call('sqs', 'SendMessage', { QueueUrl, MessageBody: JSON.stringify(message) });
  }
  await app.consume();
  release();
  await app.all;
  const throttles = async (name: string): Promise<number> => {
    const { Datapoints } = (await call('cloudwatch', 'GetMetricStatistics', {
      Namespace: 'AWS/Lambda',
      MetricName: 'Throttles',
      Dimensions: [{ Name: 'FunctionName', Value: name }],
      StartTime: startedAt / 1_000,
      EndTime: clock.now() / 1_000 + 60,
      Period: 3_600,
      Statistics: ['Sum'],
    })) as { readonly Datapoints: readonly { readonly Sum: number }[] };
    return Datapoints.reduce((sum, { Sum }) => sum + Sum, 0);
  };
  const [ofDispatch, ...ofRuns] = await Promise.all(
    ['heddle-dispatch', 'heddle-begin', 'stage_double', 'stage_add', 'heddle-finish'].map(throttles),
  );
  expect([...app.ended.values()].filter((status) => status !== 'SUCCEEDED')).toEqual([]);
  const { executions } = (await call('sfn', 'ListExecutions', {
    stateMachineArn: app.stateMachineArn,
    maxResults: 1_000,
  })) as {
    executions: readonly unknown[];
  };
  expect(executions.length).toBe(runs);
  const recorded = await app.ledger.runs.latest('sums', 2 * runs);
  expect(recorded.length).toBe(runs);
  expect(recorded.filter(({ status, deadLetters }) => status !== 'completed' || deadLetters !== 0)).toEqual([]);
  expect([...app.work.values()].filter((times) => times !== 1)).toEqual([]);
  expect(app.work.size).toBe(2 * runs);
  expect(await waitingIn(call as never, app.failedUrl)).toBe(0);
  expect(await app.ledger.lostStarts.list()).toEqual([]);
  // And it was tight.
  expect(app.counts.refusedStarts).toBeGreaterThan(20);
  expect(app.counts.putBack).toBeGreaterThan(app.counts.refusedStarts);
  expect(ofDispatch).toBeGreaterThan(5);
  expect(ofRuns.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(5);
}, 300_000);

test('Lambda has no room for dispatch for 25 minutes: what waited is not a dead letter, and is done once', async () => {
  const app = await deploy('full', 20, { quotas: { lambdaConcurrency: 1 } });
  const { call, QueueUrl, clock } = app;
  const release = clock.hold();
  for (let n = 0; n < 20; n++) {
    const message: StartMessage = { kind: 'manual', pipeline: 'sums', id: `run-${n}`, input: { n }, by: 'test' };
    await call('sqs', 'SendMessage', { QueueUrl, MessageBody: JSON.stringify(message) });
  }
  app.hog(25 * 60);
  await app.consume();
  release();
  await app.all;
  expect(clock.now() - startedAt).toBeGreaterThan(25 * 60_000);
  // Nobody had tried it, and yet SQS had counted more than five.
  expect(app.counts.receives).toBeGreaterThan(5);
  expect(await waitingIn(call as never, app.failedUrl)).toBe(0);
  expect(new Set(app.ended.values())).toEqual(new Set(['SUCCEEDED']));
  expect([...app.work.values()].filter((times) => times !== 1)).toEqual([]);
  expect(app.work.size).toBe(2 * 20);
  expect(await app.ledger.lostStarts.list()).toEqual([]);
});
