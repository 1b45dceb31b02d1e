import { afterEach, expect, test } from '@jest/globals';
import * as z from 'zod';
import { definePipeline, defineStage, gt } from '../../lib/definition/index.ts';
import { type Bench, openBench } from './bench.ts';

let bench: Bench;
afterEach(() => bench.close());

const anything = z.looseObject({});
const count = defineStage('count', { input: anything, output: z.object({ rows: z.number(), text: z.string() }) });
const note = defineStage('note', { input: anything, output: anything });
const queue = 'arn:aws:sqs:us-east-1:123456789012:dead';

const calling = (service: 'sqs:sendMessage' | 'aws-sdk:ssm:getParameter', arguments_: Record<string, unknown>) =>
  definePipeline('calling', { input: z.object({ queue: z.string() }) }, (flow) => {
    const { rows, text } = flow.task(count, {});
    const sent = flow.service('send', {
      service,
      arguments: {
        ...arguments_,
        ...(service === 'sqs:sendMessage' ? { QueueUrl: flow.input.queue, MessageBody: { rows, text } } : {}),
      },
      resources: [queue],
      output: z.object({ MessageId: z.string() }),
      retry: { attempts: 2 },
    });
    flow.choose(
      gt(sent.MessageId, ''),
      () => flow.task(note, { id: sent.MessageId }),
      () => null,
      { id: 'sent' },
    );
  });
const handlers = (text = 'all') => ({ count: () => ({ rows: 3, text }) });
const bodies = async () => {
  const { Messages } = await bench.local.service('sqs').call('ReceiveMessage', { QueueUrl: bench.local.queueUrl });
  return ((Messages ?? []) as readonly { Body: string }[]).map(({ Body }) => JSON.parse(Body));
};
const queueUrl = 'http://127.0.0.1/123456789012/dead';

test('AWS is called with values of stages, and what it answers is an output like any other', async () => {
  bench = await openBench([calling('sqs:sendMessage', {})], handlers());
  const { run, stages, output } = await bench.run('calling', { queue: bench.local.queueUrl });
  expect(run.status).toBe('completed');
  expect(await bodies()).toEqual([{ rows: 3, text: 'all' }]);
  expect(stages.send).toMatchObject({ status: 'completed', attempts: 1 });
  const { MessageId } = (await output('send')) as { MessageId: string };
  expect(await output('note')).toEqual({ id: MessageId });
});

test('a run that goes on does not call again what has answered, and has its answer', async () => {
  bench = await openBench([calling('sqs:sendMessage', {})], handlers());
  const first = await bench.run('calling', { queue: bench.local.queueUrl });
  expect(await bodies()).toHaveLength(1);
  const second = await bench.resume(first.run, { again: ['note'], below: [], items: {} });
  expect(second.run.status).toBe('completed');
  expect(await bodies()).toEqual([]);
  expect(second.stages.send).toMatchObject({ status: 'completed', attempts: 1 });
  expect(await second.output('note')).toEqual(await first.output('note'));
});

test('a call that fails for good fails the stage, with a dead letter of its arguments', async () => {
  bench = await openBench([calling('aws-sdk:ssm:getParameter', { Name: '/not/there' })], handlers());
  const { run, stages } = await bench.run('calling', { queue: queueUrl });
  expect(stages.send).toMatchObject({ status: 'failed', error: 'Ssm.ParameterNotFoundException' });
  expect(await bench.local.ledger.deadLetters.list('calling', run.run)).toMatchObject([
    { stage: 'send', input: { json: '{"Name":"/not/there"}' } },
  ]);
});

test('nothing is called when a value will not come, or is too long to travel', async () => {
  bench = await openBench([calling('sqs:sendMessage', {})], {
    count: () => {
      throw Object.assign(new Error('no'), { name: 'Heddle.Permanent' });
    },
  });
  const skipped = await bench.run('calling', { queue: queueUrl });
  expect(skipped.stages.send).toMatchObject({ status: 'skipped', reason: 'count is failed' });
  await bench.close();

  bench = await openBench([calling('sqs:sendMessage', {})], handlers('x'.repeat(200_000)));
  const long = await bench.run('calling', { queue: bench.local.queueUrl });
  expect(long.stages.send).toMatchObject({
    status: 'failed',
    cause: expect.stringContaining('HDL423 the arguments of send'),
  });
  expect((await bodies()).map(({ stage }) => stage)).toEqual(['send']); // its dead letter
});

test('a job of a service that the local engine does not have fails its stage alone, and says which', async () => {
  const training = definePipeline('training', { input: z.object({}) }, (flow) => {
    const resources = ['arn:aws:ecs:eu-west-1:1:x'] as const;
    const trained = flow.service('train', { service: 'ecs:runTask.sync', arguments: {}, resources });
    flow.task(note, { trained });
    flow.task(count, {});
  });
  bench = await openBench([training], handlers());
  const { run, stages } = await bench.run('training');
  expect(run.status).toBe('failed');
  expect(stages).toMatchObject({
    train: {
      status: 'failed',
      cause:
        'HDL520 the local engine does not implement the resource arn:aws:states:::ecs:runTask.sync, and nothing stands in for it',
    },
    note: { status: 'skipped' },
    count: { status: 'completed' },
  });
  expect((await bench.local.ledger.deadLetters.list('training', run.run)).map(({ stage }) => stage)).toEqual(['train']);
});
