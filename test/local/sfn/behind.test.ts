// An execution that is alone writes its log first, and its row behind it: what kill -9 leaves in between.
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openServices, type Services } from '../../../lib/local/embedding.ts';
import { openHost } from '../../../lib/local/host.ts';
import type { BusEvent, Shape } from '../../../lib/local/service.ts';
import { tellUntold } from '../../../lib/local/services/sfn/interrupted.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sfn-behind-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const arn = (type: string, name: string) => `arn:aws:states:us-east-1:123456789012:${type}:${name}`;
const task = { Type: 'Task', Resource: 'arn:aws:lambda:us-east-1:123456789012:function:work' };
const definition = JSON.stringify({ QueryLanguage: 'JSONata', StartAt: 'T', States: { T: { ...task, End: true } } });

interface Life {
  readonly engine: Services;
  readonly events: BusEvent[];
  /** The state folder as kill -9 would leave it now. */
  killed(name: string): string;
}

const live = async (
  stateDir: string,
  work: (event: never) => unknown,
  hear: (event: BusEvent) => void = () => undefined,
): Promise<Life> => {
  const events: BusEvent[] = [];
  const onEvent = (event: BusEvent): void => {
    events.push(event);
    hear(event);
  };
  const engine = await openServices({ stateDir, functions: { work }, onEvent });
  const killed = (name: string): string => {
    const copy = mkdtempSync(join(folder, name));
    for (const file of ['engine.sqlite', 'engine.sqlite-wal']) copyFileSync(join(stateDir, file), join(copy, file));
    return copy;
  };
  return { engine, events, killed };
};

const passes = JSON.stringify({ StartAt: 'P', States: { P: { Type: 'Pass', End: true } } });

const start = async ({ engine }: Life, input: Shape): Promise<string> => {
  const sfn = engine.service('sfn');
  const { stateMachineArn } = await sfn.call('CreateStateMachine', {
    name: 'm',
    definition,
    roleArn: 'arn:aws:iam::123456789012:role/r',
  });
  const { executionArn } = await sfn.call('StartExecution', { stateMachineArn, input: JSON.stringify(input) });
  return String(executionArn);
};

const rowsIn = (stateDir: string): unknown[] => {
  const database = new DatabaseSync(join(stateDir, 'engine.sqlite'));
  const rows = database.prepare('SELECT status FROM sfn_executions').all();
  database.close();
  return rows.map(({ status }) => status);
};

const told = (events: readonly BusEvent[]) => events.map(({ detail: { status } }) => status);

test('between the log of a start and the row: it is there, is told of, and goes on', async () => {
  let left = '';
  const first: Life = await live(join(folder, 'first'), () => {
    left = first.killed('in-call');
    return 1;
  });
  const executionArn = await start(first, { n: 7 });
  await first.engine.ended(executionArn);
  await first.engine.close();
  expect(rowsIn(join(folder, 'first'))).toEqual(['SUCCEEDED']);
  expect(rowsIn(left)).toEqual([]);

  const calls: unknown[] = [];
  const again = await live(left, (event) => calls.push(event));
  expect(await again.engine.ended(executionArn)).toMatchObject({
    executionArn,
    stateMachineArn: arn('stateMachine', 'm'),
    status: 'SUCCEEDED',
    input: '{"n":7}',
  });
  expect(calls).toEqual([{ n: 7 }]);
  const second = await start(again, {});
  await again.engine.ended(second);
  const sfn = again.engine.service('sfn');
  const { executions } = await sfn.call('ListExecutions', { stateMachineArn: arn('stateMachine', 'm') });
  expect(executions).toMatchObject([{ executionArn: second }, { executionArn }]);
  const { events } = await sfn.call('GetExecutionHistory', { executionArn });
  expect(events).toMatchObject([
    { id: 1, type: 'ExecutionStarted' },
    { id: 2 },
    { id: 3 },
    { id: 4 },
    { id: 5 },
    { id: 6 },
    { id: 7, type: 'ExecutionSucceeded' },
  ]);
  await again.engine.close();
  expect(told(again.events)).toEqual(['RUNNING', 'SUCCEEDED', 'RUNNING', 'SUCCEEDED']);
});

/** In the same turn of the event loop, but not before the start has been answered. */
const afterTheStart = async () => {
  for (let hop = 0; hop < 20; hop++) await undefined;
  return 'done';
};

test.each([
  ['of an end and the row', () => setImmediate().then(() => setImmediate('done')), ['RUNNING'], ['SUCCEEDED']],
  ['of a start and an end and the row', afterTheStart, [], ['RUNNING', 'SUCCEEDED']],
])('between the log %s: nothing is done again, and the end is told of', async (_, work, rows, statuses) => {
  const first = await live(join(folder, 'first'), work);
  const executionArn = await start(first, {});
  const { stopDate } = await first.engine.ended(executionArn);
  const left = first.killed('told');
  await first.engine.close();
  expect(rowsIn(left)).toEqual(rows);

  const again = await live(left, () => {
    throw new Error('called again');
  });
  expect(await again.engine.ended(executionArn)).toMatchObject({ status: 'SUCCEEDED', output: '"done"', stopDate });
  await again.engine.close();
  expect(told(again.events)).toEqual(statuses);
  expect(rowsIn(left)).toEqual(['SUCCEEDED']);
});

/** What an engine that is opened to be read says of the state in `stateDir`, and what it tells others. */
const look = async (stateDir: string, executionArn: string) => {
  const events: BusEvent[] = [];
  const place = { region: 'us-east-1', account: '123456789012', onEvent: (event: BusEvent) => events.push(event) };
  const { composition, close } = await openHost({ stateDir, ...place });
  composition.makeAll();
  const sfn = composition.get('sfn');
  const { status, stopDate } = await sfn.call('DescribeExecution', { executionArn });
  const asked = { stateMachineArn: arn('stateMachine', 'm'), statusFilter: status };
  const { executions } = await sfn.call('ListExecutions', asked);
  await close();
  expect(executions).toMatchObject([{ executionArn, status }]);
  return { status, stopDate, told: told(events) };
};

test.each([
  ['of a start and the row', 'in-call', 'RUNNING', ['RUNNING', 'SUCCEEDED']],
  ['of an end and the row', 'told', 'SUCCEEDED', ['SUCCEEDED']],
  ['of a start and an end and the row', 'at-once', 'SUCCEEDED', ['RUNNING', 'SUCCEEDED']],
])(
  'between the log %s: who only looks sees what the log says, and who works then is told once',
  async (_, when, seen, statuses) => {
    let left = '';
    const first: Life = await live(join(folder, 'first'), async () => {
      if (when === 'in-call') left = first.killed(when);
      return when === 'at-once' ? afterTheStart() : setImmediate().then(() => setImmediate('done'));
    });
    const executionArn = await start(first, {});
    const { stopDate } = await first.engine.ended(executionArn);
    left ||= first.killed(when);
    await first.engine.close();

    const looked = { status: seen, stopDate: seen === 'RUNNING' ? undefined : stopDate, told: [] };
    expect(await look(left, executionArn)).toEqual(looked);
    expect(await look(left, executionArn)).toEqual(looked);
    const again = await live(left, () => 'done');
    expect(await again.engine.ended(executionArn)).toMatchObject({ status: 'SUCCEEDED' });
    await again.engine.close();
    const last = await live(left, () => 'done');
    await last.engine.close();
    expect(told([...again.events, ...last.events])).toEqual(statuses);
  },
);

test('who hears of an end hears of what is on disk, and may start the next one at once', async () => {
  const next = Promise.withResolvers<Shape>();
  let rows: unknown[] | undefined;
  const chained: Life = await live(
    join(folder, 'chained'),
    () => 1,
    ({ detail: { status } }) => {
      if (rows !== undefined || status === 'RUNNING') return;
      rows = rowsIn(chained.killed('heard'));
      next.resolve(chained.engine.service('sfn').call('StartExecution', { stateMachineArn: arn('stateMachine', 'm') }));
    },
  );
  const sfn = chained.engine.service('sfn');
  await sfn.call('CreateStateMachine', { name: 'm', definition, roleArn: 'arn:aws:iam::123456789012:role/r' });
  const machine = { name: 'p', definition: passes, roleArn: 'arn:aws:iam::123456789012:role/r' };
  const { stateMachineArn } = await sfn.call('CreateStateMachine', machine);
  await sfn.call('StartExecution', { stateMachineArn });
  const { executionArn } = await next.promise;
  expect(await chained.engine.ended(String(executionArn))).toMatchObject({ status: 'SUCCEEDED', output: '1' });
  expect(rows).toEqual(['SUCCEEDED']);
  await chained.engine.close();
  expect(told(chained.events)).toEqual(['RUNNING', 'SUCCEEDED', 'RUNNING', 'SUCCEEDED']);
});

test('a start that is asked for twice at once is on disk when either is answered', async () => {
  const waits = JSON.stringify({ StartAt: 'W', States: { W: { Type: 'Wait', Seconds: 900, End: true } } });
  const twice = await live(join(folder, 'twice'), () => 1);
  const sfn = twice.engine.service('sfn');
  const machine = { name: 'm', definition: waits, roleArn: 'arn:aws:iam::123456789012:role/r' };
  const { stateMachineArn } = await sfn.call('CreateStateMachine', machine);
  const ask = () => sfn.call('StartExecution', { stateMachineArn, name: 'n', input: '{}' });
  const left = await Promise.race([ask(), ask()].map((answer) => answer.then(() => twice.killed('answered'))));
  await twice.engine.close();
  expect(rowsIn(left)).toEqual(['RUNNING']);
});

test('a name is taken as soon as its execution has ended', async () => {
  const { engine } = await live(join(folder, 'names'), () => 1);
  const sfn = engine.service('sfn');
  const { stateMachineArn } = await sfn.call('CreateStateMachine', {
    name: 'm',
    definition,
    roleArn: 'arn:aws:iam::123456789012:role/r',
  });
  const input = JSON.stringify({ long: 'x'.repeat(20_000) });
  await sfn.call('StartExecution', { stateMachineArn, name: 'n', input });
  await engine.ended(arn('execution', 'm:n'));
  await expect(sfn.call('StartExecution', { stateMachineArn, name: 'n', input })).rejects.toMatchObject({
    code: 'ExecutionAlreadyExists',
  });
  await engine.close();
});

test('a log that does not say what was started is named and left, and its number is not given again', async () => {
  let left = '';
  const first: Life = await live(join(folder, 'first'), () => {
    left = first.killed('in-call');
    return 1;
  });
  await first.engine.ended(await start(first, {}));
  await first.engine.close();
  const database = new DatabaseSync(join(left, 'engine.sqlite'));
  database.exec("UPDATE sfn_log SET records = '9 9 [7'");
  database.close();

  const warnings: string[] = [];
  const hear = ({ message }: Error) => warnings.push(message);
  process.on('warning', hear);
  const again = await live(left, () => 2);
  expect(await again.engine.ended(await start(again, {}))).toMatchObject({ output: '2' });
  await again.engine.close();
  await setImmediate(); // warnings come a tick later
  process.off('warning', hear);
  expect(warnings).toEqual([expect.stringMatching(/^HDL522 the log of an execution is damaged .* under execution 1 /)]);
});

test('a row that cannot be made up for keeps the engine from opening, and is made the next time', async () => {
  let left = '';
  const first: Life = await live(join(folder, 'first'), () => {
    left = first.killed('in-call');
    return 1;
  });
  const executionArn = await start(first, {});
  await first.engine.ended(executionArn);
  await first.engine.close();
  const database = new DatabaseSync(join(left, 'engine.sqlite'));
  database.exec(`INSERT INTO sfn_log SELECT id + 1, '2', '9 9 [7' FROM sfn_log; -- another that had no row yet
    CREATE TRIGGER full BEFORE INSERT ON sfn_executions BEGIN SELECT RAISE(ABORT, 'the disk is full'); END`);
  database.close();

  await expect(live(left, () => 2)).rejects.toThrow('the disk is full');
  const mended = new DatabaseSync(join(left, 'engine.sqlite'));
  mended.exec('DROP TRIGGER full');
  mended.close();
  const again = await live(left, () => 2);
  expect(await again.engine.ended(executionArn)).toMatchObject({ output: '2' });
  await again.engine.close();
});

test('a function may stop the execution that calls it, at once', async () => {
  let executionArn = '';
  const stopped: Life = await live(join(folder, 'stopped'), () => {
    executionArn = arn('execution', 'm:self');
    void stopped.engine.service('sfn').call('StopExecution', { executionArn });
    return 1;
  });
  const sfn = stopped.engine.service('sfn');
  const { stateMachineArn } = await sfn.call('CreateStateMachine', {
    name: 'm',
    definition,
    roleArn: 'arn:aws:iam::123456789012:role/r',
  });
  await sfn.call('StartExecution', { stateMachineArn, name: 'self' });
  expect(await stopped.engine.ended(executionArn)).toMatchObject({ status: 'ABORTED' });
  await stopped.engine.close();
});

test('what the event bus cannot be told is kept for the next time, and does not keep the others from being told', () => {
  const database = new DatabaseSync(':memory:');
  tellUntold({ database, emit: () => undefined }); // makes the table
  for (const status of ['RUNNING', 'SUCCEEDED'])
    database.prepare('INSERT INTO sfn_untold (event) VALUES (?)').run(JSON.stringify({ detail: { status } }));
  const events: BusEvent[] = [];
  const emit = (event: BusEvent): void => {
    events.push(event);
    if (events.length === 1) throw new Error('a bug of the bus');
  };
  tellUntold({ database, emit });
  expect(told(events)).toEqual(['RUNNING', 'SUCCEEDED']);
  tellUntold({ database, emit });
  tellUntold({ database, emit });
  expect(told(events)).toEqual(['RUNNING', 'SUCCEEDED', 'RUNNING']);
  database.close();
});

test('an answer that comes as the engine closes is refused as one to be tried again, and the task waits for it then', async () => {
  const Resource = 'arn:aws:states:::lambda:invoke.waitForTaskToken';
  const Arguments = { FunctionName: 'work', Payload: { token: '{% $states.context.Task.Token %}' } };
  const waits = {
    QueryLanguage: 'JSONata',
    StartAt: 'T',
    States: { T: { Type: 'Task', Resource, Arguments, End: true } },
  };
  const asked = Promise.withResolvers<string>();
  const stateDir = join(folder, 'answered');
  const place = { region: 'us-east-1', account: '123456789012', services: ['sfn', 'lambda'] as const };
  const work = ({ token }: { token: string }) => asked.resolve(token);
  const first = await openHost({ stateDir, ...place, functions: { work } });
  await first.composition.start();
  const sfn = first.composition.get('sfn');
  const machine = { name: 'm', definition: JSON.stringify(waits), roleArn: 'arn:aws:iam::123456789012:role/r' };
  const { stateMachineArn } = await sfn.call('CreateStateMachine', machine);
  const { executionArn } = await sfn.call('StartExecution', { stateMachineArn });
  const express = await sfn.call('CreateStateMachine', { ...machine, definition: passes, name: 'x', type: 'EXPRESS' });
  const answer = { taskToken: await asked.promise, output: '7' };
  await setImmediate();
  await sfn.close?.(); // others are yet to close
  const refused = { code: 'ServiceUnavailable', status: 503 };
  await expect(sfn.call('SendTaskSuccess', answer)).rejects.toMatchObject(refused);
  for (const arnOfMachine of [stateMachineArn, express.stateMachineArn])
    await expect(sfn.call('StartExecution', { stateMachineArn: arnOfMachine })).rejects.toMatchObject(refused);
  for (const operation of ['RedriveExecution', 'StopExecution'])
    await expect(sfn.call(operation, { executionArn })).rejects.toMatchObject(refused);
  await first.close();

  const again = await live(stateDir, () => 1);
  await again.engine.service('sfn').call('SendTaskSuccess', answer);
  expect(await again.engine.ended(String(executionArn))).toMatchObject({ status: 'SUCCEEDED', output: '7' });
  await again.engine.close();
});
