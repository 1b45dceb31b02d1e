// https://docs.aws.amazon.com/step-functions/latest/apireference/API_DeleteStateMachine.html
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { steeredClock } from '../../../lib/local/virtual-clock.ts';
import { testEngine } from '../engine/open-engine.ts';
import { engine } from './engine.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sfn-deletion-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const wait = {
  StartAt: 'W',
  States: { W: { Type: 'Wait', Seconds: 10, Next: 'X' }, X: { Type: 'Fail' } },
};
const pass = { StartAt: 'P', States: { P: { Type: 'Pass', End: true } } };
const START = Date.parse('2026-01-01T00:00:00Z');

type Engine = ReturnType<typeof engine>;

const statusOf = async ({ call }: Engine, stateMachineArn: string): Promise<unknown> => {
  try {
    return (await call('DescribeStateMachine', { stateMachineArn })).status;
  } catch (thrown) {
    return (thrown as { code?: unknown }).code;
  }
};

const listed = async ({ call }: Engine): Promise<unknown> =>
  ((await call('ListStateMachines', {})).stateMachines as { name: string }[]).map(({ name }) => name);

/** Copies what is on disk at this moment, as a crash would leave it. */
const crashed = (database: string): string => {
  const copy = `${database}-copy`;
  for (const part of ['', '-wal']) copyFileSync(`${database}${part}`, `${copy}${part}`);
  return copy;
};

test('a machine is being deleted until its executions have ended, and its name is free then', async () => {
  const clock = steeredClock(START);
  const local = engine({ clock });
  const { call, create, start } = local;
  const stateMachineArn = await create(wait, 'm');
  const { stateMachineVersionArn } = await call('PublishStateMachineVersion', { stateMachineArn });
  const first = await start(stateMachineArn, {}, 'first');
  await clock.advanceTo(START + 5_000);
  const second = await start(stateMachineArn, {}, 'second');
  await call('DeleteStateMachine', { stateMachineArn });
  await call('DeleteStateMachine', { stateMachineArn }); // again is the same
  expect(await statusOf(local, stateMachineArn)).toBe('DELETING');
  expect(await listed(local)).toEqual(['m']);
  const refused = {
    code: 'StateMachineDeleting',
    message: `State Machine is being deleted: '${stateMachineArn}'`,
  };
  await expect(start(stateMachineArn, {}, 'third')).rejects.toMatchObject(refused);
  await expect(create(pass, 'm')).rejects.toMatchObject(refused);
  const definition = JSON.stringify(pass);
  await expect(call('UpdateStateMachine', { stateMachineArn, definition })).rejects.toMatchObject(refused);
  for (const operation of ['PublishStateMachineVersion', 'ListStateMachineAliases'])
    await expect(call(operation, { stateMachineArn })).rejects.toMatchObject(refused);
  await expect(start(String(stateMachineVersionArn), {}, 'old')).rejects.toMatchObject({
    code: 'StateMachineDoesNotExist',
  });

  await clock.advanceTo(START + 10_000);
  expect(await call('DescribeExecution', { executionArn: first })).toMatchObject({
    status: 'FAILED',
    redriveStatus: 'NOT_REDRIVABLE',
    redriveStatusReason: 'State machine is in DELETING status',
  });
  await expect(call('RedriveExecution', { executionArn: first })).rejects.toMatchObject({
    code: 'ExecutionNotRedrivable',
  });
  expect(await statusOf(local, stateMachineArn)).toBe('DELETING'); // the other runs
  await clock.advanceTo(START + 15_000);
  expect((await call('DescribeExecution', { executionArn: second })).status).toBe('FAILED');
  expect(await listed(local)).toEqual([]);
  expect(await statusOf(local, stateMachineArn)).toBe('StateMachineDoesNotExist');
  expect(await create(pass, 'm')).toBe(stateMachineArn);
});

test.each([
  ['while one of its executions runs', 5_000, 'DELETING'],
  ['as the last of them has ended', 10_000, 'StateMachineDoesNotExist'],
])('a machine that was being deleted at a crash %s', async (_when, after, status) => {
  const clock = steeredClock(START);
  const database = join(folder, 'state.db');
  const first = engine({ clock, database });
  const stateMachineArn = await first.create(wait, 'm');
  const executionArn = await first.start(stateMachineArn);
  await first.call('DeleteStateMachine', { stateMachineArn });
  await clock.advanceTo(START + after);
  await first.call('GetExecutionHistory', { executionArn }); // all that was done is on disk
  const second = engine({ clock, database: crashed(database) });
  expect(await statusOf(second, stateMachineArn)).toBe(status);
  await clock.advanceTo(START + 10_000);
  expect(await statusOf(second, stateMachineArn)).toBe('StateMachineDoesNotExist');
  expect(await second.call('DescribeExecution', { executionArn })).toMatchObject({ status: 'FAILED' });
  await first.close();
  await second.close();
});

test.each(['STANDARD', 'EXPRESS'])('a machine of type %s of which nothing runs is gone at once', async (type) => {
  const local = engine();
  const stateMachineArn = await local.create(pass, 'm', type);
  await local.call('DeleteStateMachine', { stateMachineArn });
  expect(await statusOf(local, stateMachineArn)).toBe('StateMachineDoesNotExist');
});

// Neither may keep an engine from opening: on AWS the machine would have another name, or the deployment would fail.
test.each([
  ['that left its template and is there again', [undefined, 'STANDARD']],
  ['of another type', ['EXPRESS']],
])('a machine %s is made at once, and the executions that run go on', async (_which, types) => {
  const place = testEngine();
  const clock = steeredClock(START);
  const stateMachineArn = 'arn:aws:states:us-east-1:123456789012:stateMachine:m';
  const open = async (definition: unknown, StateMachineType: string | undefined) => {
    const Properties = {
      StateMachineName: 'm',
      StateMachineType,
      RoleArn: 'arn:aws:iam::123456789012:role/r',
      DefinitionString: JSON.stringify(definition),
    };
    const M = { Type: 'AWS::StepFunctions::StateMachine', Properties };
    const Resources = { Q: { Type: 'AWS::SQS::Queue' }, ...(StateMachineType && { M }) };
    return (await place.open({ App: { template: { Resources } } }, { clock })).service('sfn');
  };
  try {
    let sfn = await open(wait, 'STANDARD');
    const { executionArn } = await sfn.call('StartExecution', { stateMachineArn });
    for (const type of types) {
      sfn = await open(pass, type);
      const described = sfn.call('DescribeStateMachine', { stateMachineArn });
      const made = { status: 'ACTIVE', type, definition: JSON.stringify(pass) };
      expect(await described).toMatchObject(type === undefined ? { status: 'DELETING' } : made);
    }
    await clock.advanceTo(START + 10_000);
    expect(await sfn.call('DescribeExecution', { executionArn })).toMatchObject({ status: 'FAILED' });
  } finally {
    await place.remove();
  }
});
