import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { manualClock } from '../manual-clock.ts';
import { engine } from './engine.ts';

const activityArn = 'arn:aws:states:us-east-1:111111111111:activity:press';
const machine = (more: object = {}) => ({
  StartAt: 'Press',
  States: { Press: { Type: 'Task', Resource: activityArn, ...more, End: true } },
});

test('a worker polls, works and answers', async () => {
  const { call, create, start, ended, history } = engine();
  await call('CreateActivity', { name: 'press' });
  const executionArn = await start(await create(machine()), { leaf: 1 });
  const task = await call('GetActivityTask', { activityArn, workerName: 'w1' });
  expect(JSON.parse(String(task.input))).toEqual({ leaf: 1 });
  await call('SendTaskSuccess', { taskToken: task.taskToken, output: '"pressed"' });
  expect(await ended(executionArn)).toMatchObject({ status: 'SUCCEEDED', output: 'pressed' });
  expect((await history(executionArn)).map(({ type }) => type)).toEqual([
    'ExecutionStarted',
    'TaskStateEntered',
    'ActivityScheduled',
    'ActivityStarted',
    'ActivitySucceeded',
    'TaskStateExited',
    'ExecutionSucceeded',
  ]);
});

test('a worker that goes while it polls gets no task', async () => {
  const { sfn, call, create, start } = engine({ clock: manualClock('2026-01-01T00:00:00Z') });
  await call('CreateActivity', { name: 'press' });
  const gone = new AbortController();
  const poll = sfn.call('GetActivityTask', { activityArn }, gone.signal);
  gone.abort();
  expect(await poll).toEqual({});
  await start(await create(machine()), { leaf: 1 });
  expect(await call('GetActivityTask', { activityArn })).toMatchObject({ input: '{"leaf":1}' });
});

test('a worker that polls with nothing to do gets nothing after a minute', async () => {
  const { call, clock } = engine();
  await call('CreateActivity', { name: 'press' });
  const began = clock.now();
  expect(await call('GetActivityTask', { activityArn })).toEqual({});
  expect(clock.now() - began).toBe(60_000);
});

test('without the activity the execution fails, and without a heartbeat the task times out', async () => {
  const { call, create, start, ended, run } = engine();
  expect(await run(machine())).toMatchObject({
    error: 'States.Runtime',
    cause: `An error occurred while executing the state 'Press' (entered at the event id #2). The activity ${activityArn} does not exist.`,
  });
  await call('CreateActivity', { name: 'press' });
  const executionArn = await start(await create(machine({ HeartbeatSeconds: 5, TimeoutSeconds: 60 }), 'beats'));
  await call('GetActivityTask', { activityArn });
  expect(await ended(executionArn)).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
});

test('a worker that went while the engine was down is missed by its heartbeat', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sfn-activities-'));
  const clock = manualClock('2026-01-01T00:00:00Z');
  const before = engine({ clock, database: join(folder, 'a.db') });
  await before.call('CreateActivity', { name: 'press' });
  const executionArn = await before.start(await before.create(machine({ HeartbeatSeconds: 5 })));
  await before.call('GetActivityTask', { activityArn });
  await before.close();
  const after = engine({ clock, database: join(folder, 'a.db') });
  const status = async () => (await after.call('DescribeExecution', { executionArn })).status;
  await clock.advance(4_000);
  expect(await status()).toBe('RUNNING');
  await clock.advance(2_000);
  expect(await status()).toBe('FAILED');
  await after.close();
  rmSync(folder, { recursive: true });
});
