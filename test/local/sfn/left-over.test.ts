// What was left of a Map Run when the engine went down, and that nobody carries on with, ends as it would have without that.
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { engine } from './engine.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sfn-left-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The files as `kill -9` would leave them now. */
const killed = (database: string, as: string): string => {
  copyFileSync(database, `${database}.${as}`);
  copyFileSync(`${database}-wal`, `${database}.${as}-wal`);
  return `${database}.${as}`;
};

const each = (states: object, StartAt = 'W'): object => ({
  Type: 'Map',
  Label: 'each',
  Items: [1, 2, 3],
  ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' }, StartAt, States: states },
  End: true,
});
const wait = { W: { Type: 'Wait', Seconds: 3600, End: true } };
const parallel = (state: object) => ({
  Type: 'Parallel',
  Branches: [{ StartAt: 'B', States: { B: state } }],
  End: true,
});
const machine = (M: object): object => ({ QueryLanguage: 'JSONata', StartAt: 'M', States: { M } });

type Engine = ReturnType<typeof engine>;
interface Listed {
  readonly executionArn: string;
  readonly status: string;
}

/** Of an execution, and of its children. */
const mapRunsOf = async (local: Engine, executionArn: string): Promise<string[]> => {
  const { mapRuns } = await local.call('ListMapRuns', { executionArn });
  const own = (mapRuns as { mapRunArn: string }[]).map(({ mapRunArn }) => mapRunArn);
  const children = await Promise.all(own.map((mapRunArn) => childrenIn(local, mapRunArn)));
  const within = await Promise.all(children.flat().map((child) => mapRunsOf(local, child.executionArn)));
  return [...own, ...within.flat()];
};

const childrenIn = async (local: Engine, mapRunArn: string): Promise<Listed[]> =>
  ((await local.call('ListExecutions', { mapRunArn })).executions as Listed[]).toReversed();

const childrenOf = async (local: Engine, executionArn: string): Promise<Listed[]> => {
  const runs = await mapRunsOf(local, executionArn);
  return (await Promise.all(runs.map((mapRunArn) => childrenIn(local, mapRunArn)))).flat();
};

/** Everything that there is to see of an execution and of its Map Runs. */
const told = async (local: Engine, executionArn: string) => {
  const children = await childrenOf(local, executionArn);
  const counts = (await mapRunsOf(local, executionArn)).map(async (mapRunArn) => {
    const { status, stopDate, itemCounts, executionCounts } = await local.call('DescribeMapRun', { mapRunArn });
    return { status, isOver: stopDate !== undefined, itemCounts, executionCounts };
  });
  const all = [executionArn, ...children.map((child) => child.executionArn)].map(async (arn) => {
    const { status, stopDate, error, cause } = await local.call('DescribeExecution', { executionArn: arn });
    const types = (await local.history(arn)).map(({ type, previousEventId }) => `${previousEventId} ${type}`);
    return { status, isOver: stopDate !== undefined, error, cause, types };
  });
  return {
    mapRuns: await Promise.all(counts),
    executions: await Promise.all(all),
    bus: local.events.map(({ detail }) => detail.status).filter((status) => status !== 'RUNNING'),
  };
};

/** An execution whose children wait, while time stands still. */
const begun = async (name: string, definition: object, children = 3) => {
  const database = join(folder, `${name}.db`);
  const local = engine({ database });
  local.clock.hold();
  const executionArn = await local.start(await local.create(definition));
  while ((await childrenOf(local, executionArn)).length < children) await new Promise(setImmediate);
  const [first] = await childrenOf(local, executionArn);
  return { database, local, executionArn, child: first?.executionArn ?? '' };
};

const problem = { error: 'Enough', cause: 'a person' };

test.each<[string, object, number]>([
  ['alone', each(wait), 3],
  ['in a branch', parallel(each(wait)), 3],
  ['within another', each({ W: { ...each({ V: wait.W }, 'V'), Label: 'within' } }), 12],
])('a Map Run %s, and its children, end with the parent that is stopped', async (name, map, children) => {
  const { database, local, executionArn } = await begun(name, machine(map), children);
  const [looked, taken] = [killed(database, 'looked'), killed(database, 'taken')];
  await local.call('StopExecution', { executionArn, ...problem });
  const expected = await told(local, executionArn);
  const isCut = { status: 'ABORTED', isOver: true, itemCounts: { aborted: 3, running: 0 } };
  expect(expected.mapRuns).toMatchObject(Array(children / 3).fill(isCut));
  expect(expected.executions.map(({ status }) => status)).toEqual(Array(children + 1).fill('ABORTED'));

  for (const [files, work] of [
    [looked, false], // opened only to look
    [taken, true], // asked before the map has been taken up
  ] as const) {
    const again = engine({ database: files, work });
    again.clock.hold();
    await again.call('StopExecution', { executionArn, ...problem });
    expect(await told(again, executionArn)).toEqual(expected);
    await again.close();
    const last = engine({ database: files });
    await new Promise(setImmediate);
    expect(await told(last, executionArn)).toMatchObject({ ...expected, bus: [] });
  }
});

test.each([
  ['before the engine works', false],
  ['while its parent is being taken up', true],
])('a child that is stopped %s has ended, and its parent goes on', async (name, work) => {
  const definition = machine({ ...each(wait), ToleratedFailureCount: 1 });
  const { database, executionArn, child } = await begun(name, definition);
  const files = killed(database, 'left');
  let local = engine({ database: files, work });
  await local.call('StopExecution', { executionArn: child, ...problem });
  expect(await local.call('DescribeExecution', { executionArn: child })).toMatchObject({
    status: 'ABORTED',
    ...problem,
  });
  if (!work) {
    expect((await childrenOf(local, executionArn)).map(({ status }) => status)).toEqual([
      'ABORTED',
      'RUNNING',
      'RUNNING',
    ]);
    await local.close();
    local = engine({ database: files });
  }
  expect(await local.ended(executionArn)).toMatchObject({
    status: 'SUCCEEDED',
    output: [{ Status: 'ABORTED', Error: 'Enough', Cause: 'a person' }, 2, 3],
  });
  expect((await told(local, executionArn)).mapRuns).toMatchObject([{ itemCounts: { aborted: 1, succeeded: 2 } }]);
});

test('what belongs to an execution that cannot be read ends when the engine works again', async () => {
  const { database, executionArn } = await begun('damaged', machine(each(wait)));
  const files = killed(database, 'left');
  const tool = new DatabaseSync(files);
  tool.exec("UPDATE sfn_log SET records = '9 9 [7' WHERE id = 1");
  tool.close();
  const again = engine({ database: files });
  again.clock.hold();
  await new Promise(setImmediate);
  expect(await again.call('DescribeExecution', { executionArn })).toMatchObject({
    status: 'FAILED',
    cause: expect.stringContaining('HDL522'),
  });
  expect((await childrenOf(again, executionArn)).map(({ status }) => status)).toEqual(Array(3).fill('ABORTED'));
  const [mapRunArn] = await mapRunsOf(again, executionArn);
  expect(await again.call('DescribeMapRun', { mapRunArn })).toMatchObject({ status: 'ABORTED' });
});

test('so does a Map Run that has no child to be carried on with', async () => {
  const express = { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'EXPRESS' }, StartAt: 'W', States: wait };
  const definition = machine({ ...each(wait), ItemProcessor: express });
  const { database, local, executionArn } = await begun('express', definition, 0);
  while ((await mapRunsOf(local, executionArn)).length === 0) await new Promise(setImmediate);
  const files = killed(database, 'left');
  const tool = new DatabaseSync(files);
  tool.exec("UPDATE sfn_log SET records = '9 9 [7' WHERE id = 1");
  tool.close();
  const again = engine({ database: files });
  await new Promise(setImmediate);
  const [mapRunArn] = await mapRunsOf(again, executionArn);
  expect(await again.call('DescribeMapRun', { mapRunArn })).toMatchObject({ status: 'ABORTED' });
});

test('a Map Run that is cut while its start is being written has ended, at whichever moment', async () => {
  const local = engine();
  const passes = (count: number) =>
    Object.fromEntries(
      [...Array(count).keys()].map((n) => [`P${n}`, { Type: 'Pass', Next: n + 1 < count ? `P${n + 1}` : 'F' }]),
    );
  for (let count = 1; count < 20; count++) {
    const cut = { StartAt: 'P0', States: { ...passes(count), F: { Type: 'Fail', Error: 'Cut' } } };
    const map = { StartAt: 'Each', States: { Each: each(wait) } };
    const definition = machine({ Type: 'Parallel', Branches: [map, cut], End: true });
    const executionArn = await local.start(await local.create(definition, `machine${count}`));
    expect(await local.ended(executionArn)).toMatchObject({ status: 'FAILED', error: 'Cut' });
    for (const mapRunArn of await mapRunsOf(local, executionArn))
      expect(await local.call('DescribeMapRun', { mapRunArn })).toMatchObject({ status: 'ABORTED' });
  }
});

test('a task that waited for another execution, or for its token, does so no more', async () => {
  const database = join(folder, 'sync.db');
  const first = engine({ database });
  first.clock.hold();
  const inner = await first.create({ StartAt: 'W', States: wait }, 'inner');
  const sync = {
    Type: 'Task',
    Resource: 'arn:aws:states:::states:startExecution.sync:2',
    Arguments: { StateMachineArn: inner, Name: 'inner' },
    End: true,
  };
  const executionArn = await first.start(await first.create(machine(sync)));
  while (!(await first.history(executionArn)).some(({ type }) => type === 'TaskSubmitted'))
    await new Promise(setImmediate);
  const again = engine({ database: killed(database, 'left'), work: false });
  await again.call('StopExecution', { executionArn });
  const innerArn = inner.replace(':stateMachine:', ':execution:').concat(':inner');
  expect(await again.call('DescribeExecution', { executionArn: innerArn })).toMatchObject({
    status: 'ABORTED',
    cause: expect.stringContaining(`[${executionArn}] which was managing this resource was aborted`),
  });
});

test('who answers a token before its task is taken up is told when it never will be', async () => {
  const database = join(folder, 'token.db');
  const activityArn = String((await engine().call('CreateActivity', { name: 'ask' })).activityArn);
  const first = engine({ database });
  await first.call('CreateActivity', { name: 'ask' });
  const executionArn = await first.start(
    await first.create(machine({ Type: 'Task', Resource: activityArn, End: true })),
  );
  const { taskToken } = await first.call('GetActivityTask', { activityArn });
  const again = engine({ database: killed(database, 'left'), work: false });
  const answered = again.call('SendTaskSuccess', { taskToken, output: '1' });
  await again.call('StopExecution', { executionArn });
  await expect(answered).rejects.toMatchObject({ code: 'TaskTimedOut' });
  await expect(again.call('SendTaskSuccess', { taskToken, output: '1' })).rejects.toMatchObject({
    code: 'TaskTimedOut',
  });
});

test('who answers a token and sees the engine close before its task is taken up is told to try again', async () => {
  const database = join(folder, 'closed.db');
  const first = engine({ database });
  const { activityArn } = await first.call('CreateActivity', { name: 'ask' });
  await first.start(await first.create(machine({ Type: 'Task', Resource: String(activityArn), End: true })));
  const { taskToken } = await first.call('GetActivityTask', { activityArn });
  const again = engine({ database: killed(database, 'left'), work: false });
  const answered = again.call('SendTaskSuccess', { taskToken, output: '1' });
  await again.close();
  await expect(answered).rejects.toMatchObject({ code: 'ServiceUnavailable' });
});
