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
import { type Services as Engine, openServices, type ServicesOptions, virtualClock } from '../../lib/local/index.ts';
import { AwsError } from '../../lib/local/service.ts';
import { begin, finish, type QueueRecord, type Services, settle, takeStarts } from '../../lib/operators/index.ts';
import { openManifests } from '../../lib/operators/manifests.ts';
import { openPressure } from '../../lib/operators/pressure.ts';
import { type StageCall, type StartMessage, startQueue, throttledAttribute } from '../../lib/records/index.ts';
import { openMeter } from '../../lib/runtime/meter.ts';
import { runTask } from '../../lib/runtime/run-task.ts';
import { openStore } from '../../lib/runtime/store.ts';
import { randomFrom } from '../../lib/simulate/arrivals.ts';
import { type Aws, AwsCallError } from '../../lib/support/aws-call.ts';

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

/** The engine's services as our Lambdas call them, without the tries that a call makes by itself. */
const awsOn = (services: () => Engine, seen: (operation: string, input: object, code?: string) => void): Aws => {
  const ids = {
    dynamodb: 'dynamodb',
    sqs: 'sqs',
    states: 'sfn',
    events: 'eventbridge',
    ssm: 'ssm',
    monitoring: 'cloudwatch',
  } as const;
  const none = (): never => {
    throw new Error('this test has no use for it');
  };
  return {
    call: async (service, operation, input) => {
      try {
        const answer = await services()
          .service(ids[service as keyof typeof ids])
          .call(operation, { ...input });
        seen(operation, input);
        return answer;
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        seen(operation, input, error.code);
        throw new AwsCallError(service, error.code, error.message, error.status);
      }
    },
    whoAmI: none,
    environmentOf: none,
    invoke: none,
    object: none,
  };
};

const deploy = async (name: string, options: Pick<ServicesOptions, 'quotas'>) => {
  process.env.POWERTOOLS_METRICS_DISABLED = 'true';
  const clock = virtualClock(Date.parse('2026-01-01T00:00:00Z'));
  const random = randomFrom(11);
  const counts = { putBack: 0, refusedStarts: 0 };
  const work = new Map<string, number>();
  const aws = awsOn(
    () => {
      if (!engine) throw new Error('the engine is not open');
      return engine;
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
      'heddle-dispatch': async ({ Records }: { Records: readonly QueueRecord[] }) => ({
        batchItemFailures: (await takeStarts(Records, services)).flatMap(({ kept, messageId }) =>
          kept ? [{ itemIdentifier: messageId }] : [],
        ),
      }),
      stage_double: stage('double'),
      stage_add: stage('add'),
    },
    onEvent: ({ source, detail }) => {
      if (source !== 'aws.states' || detail.status === 'RUNNING') return;
      ended.set(String(detail.executionArn), String(detail.status));
      if (ended.size === runs) all.resolve();
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
      VisibilityTimeout: '180',
      RedrivePolicy: JSON.stringify({
        deadLetterTargetArn: 'arn:aws:sqs:us-east-1:123456789012:start-failed',
        maxReceiveCount: startQueue.receives,
      }),
    },
  });
  const startQueueUrl = String(QueueUrl);
  Object.assign(services, { startQueueUrl, pressure: openPressure({ aws, startQueueUrl, now: clock.now }, 'heddle') });
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
  return {
    call,
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
  const app = await deploy('tight', {
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
  await call('lambda', 'CreateEventSourceMapping', {
    EventSourceArn: 'arn:aws:sqs:us-east-1:123456789012:start',
    FunctionName: 'heddle-dispatch',
    BatchSize: startQueue.batch,
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    ScalingConfig: { MaximumConcurrency: startQueue.consumers },
  });
  release();
  await app.all;
  const throttles = async (name: string): Promise<number> => {
    const { Datapoints } = (await call('cloudwatch', 'GetMetricStatistics', {
      Namespace: 'AWS/Lambda',
      MetricName: 'Throttles',
      Dimensions: [{ Name: 'FunctionName', Value: name }],
      StartTime: Date.parse('2026-01-01T00:00:00Z') / 1_000,
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
