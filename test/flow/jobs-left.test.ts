// Jobs that AWS does not end with the execution that waits for them: whoever settles the run stops them.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import * as z from 'zod';
import { definePipeline } from '../../lib/definition/index.ts';
import { reconcile, type Services, sweep } from '../../lib/operators/index.ts';
import { stopJobs } from '../../lib/operators/stop-jobs.ts';
import type { RunRecord, StageRecord } from '../../lib/records/index.ts';
import { AwsCallError, connect } from '../../lib/support/aws-call.ts';
import { type Bench, type Handlers, openBench } from './bench.ts';

let bench: Bench;
afterEach(() => bench.close());

const batch = {
  service: 'bedrock:createModelInvocationJob.sync',
  arguments: {},
  resources: ['arn:aws:bedrock:us-east-1::foundation-model/x'],
} as const;
const inferring = definePipeline('inferring', { input: z.object({}) }, (flow) => {
  for (const name of ['one', 'two']) flow.service(name, { ...batch, arguments: { JobName: name }, timeout: '1d' });
});

/** Two jobs; the second, at least, takes longer than the run is let. */
const bedrock = (over: Handlers = {}) => {
  const stopped: string[] = [];
  const handlers: Handlers = {
    createModelInvocationJob: ({ JobName }: { JobName: string }) => ({ JobArn: `arn:${JobName}` }),
    getModelInvocationJob: ({ JobIdentifier: JobArn }: { JobIdentifier: string }) => ({
      JobArn,
      Message: '',
      Status: JobArn === 'arn:one' ? 'Completed' : 'InProgress',
    }),
    stopModelInvocationJob: ({ JobIdentifier }: { JobIdentifier: string }) => {
      stopped.push(JobIdentifier);
    },
    ...over,
  };
  return { handlers, stopped };
};

const newest = async () => (await bench.local.ledger.runs.latest('inferring', 1))[0];

const stopNewest = async () =>
  bench.local.aws.call('states', 'StopExecution', { executionArn: (await newest())?.executionArn });

const stopAfter = (seconds: number): void => bench.later(seconds, stopNewest);

/** What the history of a run says of jobs. */
const told = async (run: string) =>
  (await bench.local.ledger.audit.list('inferring', run))
    .filter(({ what }) => what === 'jobStopped' || what === 'jobLeft')
    .map(({ what, detail }) => `${what} ${detail}`);

test('those that have not ended are stopped with the run, however long its history is', async () => {
  const { handlers, stopped } = bedrock();
  bench = await openBench([inferring], handlers);
  const { aws } = bench.services;
  const { call } = aws;
  let pages = 0;
  const inSmallPages: typeof call = (service, operation, input, options) => {
    if (operation !== 'GetExecutionHistory') return call(service, operation, input, options);
    pages += 1;
    return call(service, operation, { ...input, maxResults: 2 }, options);
  };
  Object.assign(aws, { call: inSmallPages });
  stopAfter(3_600);
  const { run } = await bench.run('inferring');
  expect([run.status, run.stages]).toEqual(['cancelled', { completed: 1, cancelled: 1 }]);
  expect(stopped).toEqual(['arn:two']);
  expect(pages).toBeGreaterThan(1);
  expect(pages).toBeLessThan(8); // not to where the run began
  expect(await told(run.run)).toEqual(['jobStopped two: the job arn:two is told to stop']);
});

test('also one that nobody has asked after yet, and where only the sweep finds that the execution died', async () => {
  const { handlers, stopped } = bedrock();
  bench = await openBench([inferring], handlers);
  bench.loses.add('events');
  stopAfter(60);
  const { run } = await bench.run('inferring');
  expect([run.status, stopped]).toEqual(['running', []]);
  await bench.passed(3_600);
  await sweep(bench.services);
  expect((await newest())?.status).toBe('cancelled');
  expect(stopped.toSorted()).toEqual(['arn:one', 'arn:two']);
});

test('none of a run that came to its end is', async () => {
  const { handlers, stopped } = bedrock({
    getModelInvocationJob: ({ JobIdentifier }: { JobIdentifier: string }) => ({
      JobArn: JobIdentifier,
      Message: 'why',
      Status: JobIdentifier === 'arn:one' ? 'Completed' : 'Failed',
    }),
  });
  bench = await openBench([inferring], handlers);
  const { execution, run } = await bench.run('inferring');
  expect([execution, run.stages]).toEqual(['FAILED', { completed: 1, failed: 1 }]);
  expect([stopped, await told(run.run)]).toEqual([[], []]);
});

test.each<[string, Handlers, readonly string[]]>([
  [
    'one that cannot be stopped keeps no run from its end, and is told with what does it',
    {
      stopModelInvocationJob: () => {
        throw new AwsCallError('bedrock', 'AccessDeniedException', 'not you', 403);
      },
    },
    [
      'jobStopped two: the job arn:two is told to stop',
      'jobLeft two: the job arn:two may go on: bedrock: AccessDeniedException: not you; aws bedrock stop-model-invocation-job --job-identifier arn:two stops it',
    ],
  ],
  [
    'one that has ended at that moment was told to stop all the same',
    {
      stopModelInvocationJob: () => {
        throw new AwsCallError('bedrock', 'ConflictException', 'it has ended', 400);
      },
    },
    ['jobStopped two: the job arn:two is told to stop'],
  ],
  [
    'one that was being started is told, with what finds it',
    {
      createModelInvocationJob: async ({ JobName }: { JobName: string }) => {
        if (JobName === 'two') await stopNewest();
        return { JobArn: `arn:${JobName}` };
      },
    },
    [
      'jobStopped one: the job arn:one is told to stop',
      'jobLeft two: a job may go on: the execution ended before it was said what it is called; aws bedrock list-model-invocation-jobs --status-equals InProgress finds it, stop-model-invocation-job stops it',
    ],
  ],
])('%s', async (_, over, lines) => {
  const { handlers } = bedrock(over);
  bench = await openBench([inferring], handlers);
  stopAfter(3_600);
  const { run } = await bench.run('inferring');
  expect([run.status, (await told(run.run)).toSorted()]).toEqual(['cancelled', lines.toSorted()]);
});

test('who dies after the jobs were told does it again, which does no harm', async () => {
  const { handlers, stopped } = bedrock();
  bench = await openBench([inferring], handlers);
  bench.loses.add('events');
  stopAfter(3_600);
  const { run } = await bench.run('inferring');
  const stateMachineArn = 'arn:aws:states:us-east-1:123456789012:stateMachine:heddle-inferring';
  const event = { detail: { stateMachineArn, name: run.run, status: 'ABORTED' } } as const;
  const { ledger } = bench.services;
  const dying = { ...ledger, stages: { ...ledger.stages, abandon: () => Promise.reject(new Error('killed')) } };
  await expect(reconcile(event, 'heddle-', { ...bench.services, ledger: dying })).rejects.toThrow('killed');
  expect((await newest())?.status).toBe('running');
  await reconcile(event, 'heddle-', bench.services);
  expect((await newest())?.status).toBe('cancelled');
  expect([stopped, (await told(run.run)).length]).toEqual([['arn:two', 'arn:two'], 1]);
});

test('who dies as a job was told to stop has said so: the next finds it ended', async () => {
  const { handlers, stopped } = bedrock({
    stopModelInvocationJob: ({ JobIdentifier }: { JobIdentifier: string }) => {
      if (stopped.push(JobIdentifier) > 1)
        throw new AwsCallError('bedrock', 'ConflictException', 'it is stopping', 400);
    },
  });
  bench = await openBench([inferring], handlers);
  bench.loses.add('events');
  stopAfter(3_600);
  const { run } = await bench.run('inferring');
  const stateMachineArn = 'arn:aws:states:us-east-1:123456789012:stateMachine:heddle-inferring';
  const event = { detail: { stateMachineArn, name: run.run, status: 'ABORTED' } } as const;
  const { ledger } = bench.services;
  const die = () => Promise.reject(new Error('killed'));
  const record: typeof ledger.audit.record = (...line) => (stopped.length > 0 ? die() : ledger.audit.record(...line));
  const dying = { ...ledger, audit: { ...ledger.audit, record }, stages: { ...ledger.stages, abandon: die } };
  await expect(reconcile(event, 'heddle-', { ...bench.services, ledger: dying })).rejects.toThrow('killed');
  await reconcile(event, 'heddle-', bench.services);
  expect([stopped, await told(run.run)]).toEqual([
    ['arn:two', 'arn:two'],
    ['jobStopped two: the job arn:two is told to stop'],
  ]);
});

const entered = (name: string) => ({ stateEnteredEventDetails: { name } });
const exited = (name: string, JobArn?: string) => ({
  stateExitedEventDetails: { name, output: JSON.stringify({ service: { result: { JobArn } } }) },
});
const begun = [entered('s.call'), exited('s'), entered('s')];
const started = [exited('s.call', 'arn:job'), ...begun];

test.each<[string, readonly object[] | Error, readonly string[], readonly string[]]>([
  ['while it waits', [entered('s.pause'), ...started], ['arn:job'], ['jobStopped']],
  ['while it asks', [entered('s.look'), exited('s.pause'), ...started], ['arn:job'], ['jobStopped']],
  ['while it tells it to stop', [entered('s.stop'), ...started], ['arn:job'], ['jobStopped']],
  ['while it records that it is done', [entered('s.done'), ...started], [], []],
  ['while it says why it failed', [entered('s.broken'), ...started], [], []],
  ['while it records why it failed', [entered('s.failed'), exited('s.call'), ...begun], [], []],
  ['while it starts it', begun, [], ['jobLeft']],
  ['before it starts it, once more', [entered('s'), ...started], [], ['jobLeft']],
  ['and nothing is said of it', [exited('t.call', 'arn:other')], [], ['jobLeft']],
  ['and nobody may read its history', new AwsCallError('states', 'AccessDenied', 'not you', 400), [], ['not you']],
])('the execution dies %s', async (_, events, stopped, lines) => {
  bench = await openBench([inferring]);
  const { ledger, now } = bench.services;
  const run = { pipeline: 'inferring', run: 'r', partition: 'p' } as RunRecord;
  const asked: string[] = [];
  const aws = {
    call: () => (events instanceof Error ? Promise.reject(events) : Promise.resolve({ events })),
    stopInference: async (job: string) => void asked.push(job),
  } as unknown as Services['aws'];
  const stage: StageRecord = { stage: 's', status: 'running', attempts: 1, jobIn: 'arn:execution' };
  await stopJobs(run, [stage], { aws, ledger, now } as Services);
  expect(asked).toEqual(stopped);
  expect(await told('r')).toEqual(lines.map((line) => expect.stringContaining(line)));
});

test('the histories of several executions are read together, each for ten seconds; then it is told what finds the job', async () => {
  bench = await openBench([inferring]);
  const { ledger } = bench.services;
  let ms = 0;
  const asked = new Set<unknown>();
  const both = Promise.withResolvers<void>();
  const call = async (_service: string, _operation: string, { executionArn }: { executionArn: string }) => {
    if (asked.add(executionArn).size === 2) both.resolve();
    await both.promise;
    ms += 3_000;
    return { events: [], nextToken: 'more' };
  };
  const aws = { call } as unknown as Services['aws'];
  const stages = ['one', 'two'].map(
    (stage): StageRecord => ({ stage, status: 'running', attempts: 1, jobIn: `arn:${stage}` }),
  );
  const run = { pipeline: 'inferring', run: 'r', partition: 'p' } as RunRecord;
  await stopJobs(run, stages, { aws, ledger, now: () => ms } as Services);
  expect(ms).toBeLessThan(20_000);
  const line = 'a job may go on: the history of its execution takes too long to read; aws bedrock';
  expect((await told('r')).toSorted()).toEqual(
    ['one', 'two'].map((stage) => expect.stringContaining(`${stage}: ${line}`)),
  );
});

test('Bedrock is told in its own words, and says in a header what went wrong', async () => {
  bench = await openBench([inferring]);
  const asked: string[] = [];
  const server = createServer(({ method, url, headers }, response) => {
    asked.push(`${method} ${url} ${/Credential=[^,]*/.exec(headers.authorization ?? '')?.[0].replace(/\d{8}/, 'day')}`);
    if (asked.length === 1) return void response.end();
    const named = 'ConflictException:http://internal.amazon.com/coral/com.amazon.bedrock/';
    response.writeHead(400, { 'x-amzn-errortype': named }).end('{"message":"it has ended"}');
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const aws = connect({ region: 'eu-west-1', endpoint, accessKeyId: 'id', secretAccessKey: 'secret' });
  const job = 'arn:aws:bedrock:eu-west-1:123456789012:model-invocation-job/abcdefghijkl';
  try {
    await aws.stopInference(job);
    await expect(aws.stopInference(job)).rejects.toMatchObject({ code: 'ConflictException', status: 400 });
  } finally {
    await new Promise((closed) => server.close(closed));
  }
  const path = `/model-invocation-job/${encodeURIComponent(job)}/stop`;
  const line = `POST ${path} Credential=id/day/eu-west-1/bedrock/aws4_request`;
  expect(asked).toEqual([line, line]);
});
