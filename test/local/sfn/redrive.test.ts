import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import type { Shape } from '../../../lib/local/service.ts';
import { engine, type Handler, invoke } from './engine.ts';

const failingOnce = () => {
  const calls: unknown[] = [];
  let broken = true;
  const work: Handler = async (event) => {
    calls.push(event);
    if (event !== 'b' || !broken) return `${event}!`;
    await setImmediate(); // the branches beside it come to their end
    throw new RangeError('no');
  };
  return { calls, work, mend: () => (broken = false) };
};

const item = { StartAt: 'Work', States: { Work: invoke('work', '{% $states.input %}', { End: true }) } };
const inline = { ProcessorConfig: { Mode: 'INLINE' }, ...item };
const distributed = { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' }, ...item };
const branch = (name: string, value: string) => ({
  StartAt: name,
  States: { [name]: invoke('work', value, { End: true }) },
});

const map = (processor: unknown) => ({
  QueryLanguage: 'JSONata',
  StartAt: 'M',
  States: { M: { Type: 'Map', Items: ['a', 'b', 'c'], MaxConcurrency: 1, ItemProcessor: processor, End: true } },
});
const parallel = {
  QueryLanguage: 'JSONata',
  StartAt: 'P',
  States: { P: { Type: 'Parallel', Branches: [branch('A', 'a'), branch('B', 'b'), branch('C', 'c')], End: true } },
};

// https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
test.each([
  ['a map runs its failed and missing iterations', map(inline), ['a', 'b', 'b', 'c']],
  ['a distributed map runs its failed and missing children', map(distributed), ['a', 'b', 'b', 'c']],
  ['a parallel runs its failed branch', parallel, ['a', 'b', 'c', 'b']],
])('redrive: %s', async (_name, definition, called) => {
  const { calls, work, mend } = failingOnce();
  const { create, start, ended, call, history } = engine({ functions: { work } });
  const executionArn = await start(await create(definition));
  expect((await ended(executionArn)).status).toBe('FAILED');
  mend();
  await call('RedriveExecution', { executionArn });
  expect(await ended(executionArn)).toMatchObject({ status: 'SUCCEEDED', output: ['a!', 'b!', 'c!'] });
  expect(calls).toEqual(called);
  expect((await history(executionArn)).filter(({ type }) => type === 'ExecutionRedriven')).toHaveLength(1);
  await expect(call('RedriveExecution', { executionArn })).rejects.toMatchObject({ code: 'ExecutionNotRedrivable' });
});

test('redrive: the retries of a task start anew', async () => {
  const { calls, work, mend } = failingOnce();
  const { create, start, ended, call } = engine({ functions: { work } });
  const retry = { Retry: [{ ErrorEquals: ['RangeError'], MaxAttempts: 2 }], End: true };
  const executionArn = await start(
    await create({ QueryLanguage: 'JSONata', StartAt: 'T', States: { T: invoke('work', 'b', retry) } }),
  );
  await ended(executionArn);
  await call('RedriveExecution', { executionArn });
  await ended(executionArn);
  expect(calls).toHaveLength(6);
  mend();
  await call('RedriveExecution', { executionArn });
  expect(await ended(executionArn)).toMatchObject({ status: 'SUCCEEDED', output: 'b!' });
});

test('redrive: a Map Run is run again, and a list finds the child that was', async () => {
  const { work, mend } = failingOnce();
  const { create, start, ended, call, history } = engine({ functions: { work } });
  const executionArn = await start(await create(map(distributed)));
  await ended(executionArn);
  const [{ mapRunArn } = {}] = (await call('ListMapRuns', { executionArn })).mapRuns as Shape[];
  const failed = (await call('ListExecutions', { mapRunArn, statusFilter: 'FAILED' })).executions as Shape[];
  const describe = () => call('DescribeExecution', { executionArn: failed[0]?.executionArn });
  expect(await describe()).toMatchObject({ status: 'FAILED', redriveStatus: 'REDRIVABLE_BY_MAP_RUN' });
  mend();
  await call('RedriveExecution', { executionArn });
  await ended(executionArn);
  expect((await history(executionArn)).map(({ type }) => type).slice(-6)).toEqual([
    'ExecutionRedriven',
    'MapRunRedriven',
    'MapRunSucceeded',
    'MapStateSucceeded',
    'MapStateExited',
    'ExecutionSucceeded',
  ]);
  expect(await call('DescribeMapRun', { mapRunArn })).toMatchObject({ status: 'SUCCEEDED', redriveCount: 1 });
  const redriven = await call('ListExecutions', { mapRunArn, redriveFilter: 'REDRIVEN' });
  expect(redriven.executions).toHaveLength(1);
});

// https://docs.aws.amazon.com/step-functions/latest/apireference/API_RedriveExecution.html (clientToken)
test('redrive: a call that is made again with its token redrives once', async () => {
  const { work } = failingOnce();
  const { create, start, ended, call, clock } = engine({ functions: { work } });
  const states = { T: invoke('work', 'b', { End: true }) };
  const executionArn = await start(await create({ QueryLanguage: 'JSONata', StartAt: 'T', States: states }));
  await ended(executionArn);
  const redrive = async (clientToken: string) => {
    const [{ redriveDate }] = await Promise.all([
      call('RedriveExecution', { executionArn, clientToken }),
      call('RedriveExecution', { executionArn, clientToken }),
    ]);
    await ended(executionArn);
    expect(await call('RedriveExecution', { executionArn, clientToken })).toEqual({ redriveDate });
    return (await call('DescribeExecution', { executionArn })).redriveCount;
  };
  expect(await redrive('one')).toBe(1);
  expect(await redrive('two')).toBe(2);
  await new Promise<void>((done) => clock.after(15 * 60_000, done));
  expect(await redrive('one')).toBe(3);
});

test('redrive: a token that was used before a restart redrives no second time after it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sfn-redrive-'));
  const database = join(folder, 'db');
  const { work } = failingOnce();
  const states = { T: invoke('work', 'b', { End: true }) };
  const first = engine({ functions: { work }, database });
  const executionArn = await first.start(
    await first.create({ QueryLanguage: 'JSONata', StartAt: 'T', States: states }),
  );
  await first.ended(executionArn);
  const again = { executionArn, clientToken: 'one' };
  const answer = await first.call('RedriveExecution', again);
  await first.ended(executionArn);
  await first.close();
  const second = engine({ functions: { work }, database, clock: first.clock });
  expect(await second.call('RedriveExecution', again)).toEqual(answer);
  expect(await second.call('DescribeExecution', { executionArn })).toMatchObject({ status: 'FAILED', redriveCount: 1 });
  await second.close();
  rmSync(folder, { recursive: true });
});

test('redrive: the context object says when it was', async () => {
  const { work, mend } = failingOnce();
  const { create, start, ended, call, clock } = engine({ functions: { work } });
  const states = {
    T: invoke('work', 'b', { Next: 'P' }),
    P: { Type: 'Pass', Output: '{% $states.context.Execution.RedriveTime %}', End: true },
  };
  const executionArn = await start(await create({ QueryLanguage: 'JSONata', StartAt: 'T', States: states }));
  await ended(executionArn);
  mend();
  await call('RedriveExecution', { executionArn });
  expect((await ended(executionArn)).output).toBe(new Date(clock.now()).toISOString().replace('.000Z', 'Z'));
});
