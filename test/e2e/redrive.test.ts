// A start message that cannot be carried out ends with the start queue's dead letters, and AWS's own redrive has it done.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as z from 'zod';
import { definePipeline } from '../../lib/definition/index.ts';
import type { Engine } from '../../lib/local/index.ts';
import type { StartMessage } from '../../lib/records/index.ts';
import { manualClock } from '../local/manual-clock.ts';
import { DeployedApp } from './deployed-app.ts';

const rests = definePipeline('rests', { input: z.object({}) }, (flow) => flow.wait('rest', { for: '1m' }));

const app = new DeployedApp(rests);
const clock = manualClock(new Date().toISOString());
beforeAll(() => app.open({ clock }));
afterAll(() => app.close());

const call = (id: Parameters<Engine['service']>[0], operation: string, input: object) =>
  app.engine.service(id).call(operation, input as never);
const queue = async (QueueName: string) => String((await call('sqs', 'GetQueueUrl', { QueueName })).QueueUrl);
const waiting = async (QueueName: string): Promise<number> => {
  const { Attributes } = await call('sqs', 'GetQueueAttributes', {
    QueueUrl: await queue(QueueName),
    AttributeNames: ['ApproximateNumberOfMessages'],
  });
  return Number((Attributes as { ApproximateNumberOfMessages: string }).ApproximateNumberOfMessages);
};
const executions = async () => {
  const stateMachineArn = `arn:aws:states:${app.engine.region}:${app.engine.account}:stateMachine:heddle-rests`;
  return (await call('sfn', 'ListExecutions', { stateMachineArn })).executions as readonly { status: string }[];
};

test('a message that dispatch gave up on starts its run once, when it is redriven', async () => {
  const Name = '/heddle/heddle/rests';
  const { Parameter } = await call('ssm', 'GetParameter', { Name });
  await call('ssm', 'DeleteParameter', { Name }); // as if the pipeline were not deployed yet
  const message: StartMessage = { kind: 'manual', pipeline: 'rests', id: 'one', input: {}, by: 'ada' };
  await call('sqs', 'SendMessage', { QueueUrl: await queue('heddle-start'), MessageBody: JSON.stringify(message) });
  for (let tries = 0; tries < 80 && (await waiting('heddle-start-failed')) === 0; tries += 1)
    await clock.advance(60_000);
  expect(await waiting('heddle-start-failed')).toBe(1);
  expect(await executions()).toEqual([]);

  await call('ssm', 'PutParameter', { Name, Type: 'String', Value: (Parameter as { Value: string }).Value });
  const SourceArn = `arn:aws:sqs:${app.engine.region}:${app.engine.account}:heddle-start-failed`;
  await call('sqs', 'StartMessageMoveTask', { SourceArn });
  for (let tries = 0; tries < 40 && (await executions())[0]?.status !== 'SUCCEEDED'; tries += 1)
    await clock.advance(60_000);
  expect(await executions()).toEqual([expect.objectContaining({ status: 'SUCCEEDED' })]);
  expect(await waiting('heddle-start-failed')).toBe(0);
});
