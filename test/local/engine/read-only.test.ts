// An engine that is opened to be read: everything is there, nothing moves.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type TestEngine, type TestStack, testEngine } from './open-engine.ts';

let place: TestEngine;
beforeEach(() => {
  place = testEngine();
});
afterEach(() => place.remove());

const machine = '{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":1000,"End":true}}}';
const app = (QueueName: string): TestStack => ({
  template: {
    Resources: {
      Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName } },
      Machine: {
        Type: 'AWS::StepFunctions::StateMachine',
        Properties: { StateMachineName: 'm', RoleArn: 'arn:aws:iam::123456789012:role/r', DefinitionString: machine },
      },
    },
  },
});
const stateMachineArn = 'arn:aws:states:us-east-1:123456789012:stateMachine:m';

test('state is told as it was left; the template is not applied and no execution goes on', async () => {
  const clockAt = (now: number) => ({ now: () => now, after: () => () => undefined, hold: () => () => undefined });
  const first = await place.open({ App: app('one') }, { clock: clockAt(Date.parse('2026-01-01T00:00:00Z')) });
  const { executionArn } = await first.service('sfn').call('StartExecution', { stateMachineArn });

  // Long after the wait was due: an engine that works would end it at once.
  const later = clockAt(Date.parse('2026-02-01T00:00:00Z'));
  const reader = await place.open({ App: app('two') }, { work: false, clock: later });
  expect(reader.stacks).toEqual([]);
  expect(await reader.service('sfn').call('DescribeExecution', { executionArn })).toMatchObject({ status: 'RUNNING' });
  const { QueueUrls } = await reader.service('sqs').call('ListQueues', {});
  expect(QueueUrls).toEqual([expect.stringContaining('/one')]);

  const worker = await place.open({ App: app('two') }, { clock: later });
  await new Promise<void>((resolve) => setImmediate(resolve));
  expect(await worker.service('sfn').call('DescribeExecution', { executionArn })).toMatchObject({
    status: 'SUCCEEDED',
  });
});

test('what is asked for is done, and nothing else', async () => {
  const clockAt = (now: number) => ({ now: () => now, after: () => () => undefined, hold: () => () => undefined });
  const first = await place.open({ App: app('one') }, { clock: clockAt(Date.parse('2026-01-01T00:00:00Z')) });
  const start = async () => (await first.service('sfn').call('StartExecution', { stateMachineArn })).executionArn;
  const [stopped, other] = [await start(), await start()];
  const reader = await place.open(
    { App: app('one') },
    { work: false, clock: clockAt(Date.parse('2026-02-01T00:00:00Z')) },
  );
  const sfn = reader.service('sfn');
  const statusOf = async (executionArn: unknown) => (await sfn.call('DescribeExecution', { executionArn })).status;
  await sfn.call('StopExecution', { executionArn: stopped });
  await sfn.call('StopExecution', { executionArn: stopped }); // it has ended
  await new Promise<void>((resolve) => setImmediate(resolve));
  expect([await statusOf(stopped), await statusOf(other)]).toEqual(['ABORTED', 'RUNNING']);
});

test('other processes are told where an engine is once it has what its template says, and of one that is only read never', async () => {
  const told = () => readFileSync(join(place.dir, 'state/engine.pid'), 'utf8');
  const whileItLoads = new Set<string>();
  const now = () => {
    whileItLoads.add(told());
    return Date.parse('2026-01-01T00:00:00Z');
  };
  const clock = { now, after: () => () => undefined, hold: () => () => undefined };
  const worker = await place.open({ App: app('one') }, { clock });
  expect([...whileItLoads]).toEqual([`${process.pid}\n`]);
  expect(told()).toBe(`${process.pid}\n${worker.endpoint}\n`);
  await place.open({ App: app('one') }, { work: false });
  expect(told()).toBe(`${process.pid}\n`);
});
