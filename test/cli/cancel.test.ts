// Which execution `heddle cancel` stops, and why it stops none.
import { expect, test } from '@jest/globals';
import * as z from 'zod';
import { jobsLeft, toldOfJobs, underWay } from '../../lib/cli/commands/cancel.ts';
import { definePipeline } from '../../lib/definition/index.ts';
import { manifestName, type RunRecord } from '../../lib/records/index.ts';
import { openRecorded, runRecord } from './recorded.ts';

const states = 'arn:aws:states:us-east-1:123456789012';
const run = (status: RunRecord['status'], extra: Partial<RunRecord> = {}): RunRecord => ({
  pipeline: 'orders',
  run: 'r1',
  partition: 'p',
  status,
  trigger: { kind: 'manual', identity: 'a', detail: 'ada' },
  input: { kind: 'inline', json: '{}' },
  upstream: {},
  createdAt: '2026-01-01T00:00:00.000Z',
  ...extra,
});
const express = run('running', { executionArn: `${states}:express:heddle-orders:r1:0a1b` });

test('that of a run under way', () => {
  const executionArn = `${states}:execution:heddle-orders:r1`;
  expect(underWay(run('running', { executionArn }))).toBe(executionArn);
});

test.each([
  [
    'one that has not begun',
    run('pending'),
    'HDL656 the run r1 is pending; expected a run that is under way. Fix: wait until its execution has begun',
  ],
  [
    'an Express one',
    express,
    'HDL658 the run r1 is an Express execution; expected a Standard execution: AWS stops no others. Fix: wait for its end; AWS ends it 300 s after it began at the latest',
  ],
])('not %s', (_, record, message) => {
  expect(() => underWay(record)).toThrow(message);
});

test('a job that AWS does not follow goes on, and is named', () => {
  const arn = 'arn:aws:bedrock:eu-west-1::foundation-model/x';
  const jobs = definePipeline('jobs', { input: z.object({}) }, (flow) => {
    for (const id of ['infer', 'later'])
      flow.service(id, { service: 'bedrock:createModelInvocationJob.sync', arguments: {}, resources: [arn] });
    flow.service('train', { service: 'ecs:runTask.sync', arguments: {}, resources: [arn] });
  });
  const records = ['infer', 'train'].map((stage) => ({ stage, status: 'running' as const }));
  expect(jobsLeft(jobs, records)).toEqual([
    expect.stringMatching(/^The job of infer goes on at Bedrock: aws bedrock /),
  ]);
  expect(jobsLeft(undefined, records)).toEqual([]);
  const said = (name: string, job: object) => ({
    stateExitedEventDetails: { name, output: JSON.stringify({ service: { result: job } }) },
  });
  const newestFirst = [{}, said('train.call', { JobArn: 'arn:other' }), said('infer.look', { JobArn: 'arn:job' })];
  expect(jobsLeft(jobs, records, newestFirst)).toEqual([
    'The job of infer goes on at Bedrock: aws bedrock stop-model-invocation-job --job-identifier arn:job stops it.',
  ]);
});

test('a run that was stopped is stopped, whether or not its definition can be loaded', async () => {
  const loadPipelines = async () => {
    throw new Error('the definition is broken');
  };
  const history = async () => [];
  expect(await toldOfJobs({ loadPipelines }, 'orders', [], history)).toEqual([
    expect.stringMatching(/^Whether a job of it goes on at Bedrock is not known: .*the definition is broken/s),
  ]);
});

test('who dies before the gate has heard of a run that was taken out of the queue leaves it to the sweep', async () => {
  const recorded = await openRecorded({ manifests: [{ pipeline: 'orders' }] });
  try {
    const { ledger, services, heddle } = recorded;
    const open = async () => (await ledger.openRuns.due('9', 10)).map(({ run }) => run);
    const told = async (run: string) => [await ledger.audit.has('orders', run, 'ended#1'), await open()];
    for (const run of ['r1', 'r2'])
      await ledger.runs.create(runRecord('orders', run, { status: 'pending', gated: true }));
    expect(await heddle('cancel', 'r1', '--go')).toMatchObject({ code: 3 }); // there is no start queue
    expect(await ledger.runs.get('orders', 'r1')).toMatchObject({ status: 'cancelled' });
    expect(await told('r1')).toEqual([false, expect.arrayContaining(['r1', 'r2'])]);
    const manifest = { orchestrator: 'heddle', pipelines: ['orders'], table: 'ledger', payloadBucket: 'payloads' };
    await services.aws.call('ssm', 'PutParameter', {
      Name: manifestName('heddle'),
      Value: JSON.stringify({ ...manifest, startQueueUrl: services.queueUrl }),
      Overwrite: true,
    });
    expect(await heddle('cancel', 'r2', '--go')).toMatchObject({ code: 0 });
    expect(await told('r2')).toEqual([true, ['r1']]);
  } finally {
    await recorded.close();
  }
});
