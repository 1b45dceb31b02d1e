// Express children of a Map Run: one that has ended is stored, so that neither a restart nor a redrive runs it again.
// That AWS lists and describes them was recorded by radkawar/stackd (testdata/aws/stepfunctions/redrive_map.json).
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { virtualClock } from '../../../lib/local/virtual-clock.ts';
import { distributedMap } from './distributed-map.ts';
import { engine, type Handler, invoke } from './engine.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sfn-express-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const work = { W: invoke('work', '{% $states.input %}', { End: true }) };
const definition = (more: object = {}) =>
  distributedMap(work, { Items: [1, 2, 3, 4], MaxConcurrency: 1, ...more }, 'EXPRESS');

type Local = ReturnType<typeof engine>;
const mapRunOf = async ({ call }: Local, executionArn: string): Promise<string> =>
  String(((await call('ListMapRuns', { executionArn })).mapRuns as { mapRunArn: string }[])[0]?.mapRunArn);
const childrenOf = async ({ call }: Local, mapRunArn: string, more: object = {}) =>
  (await call('ListExecutions', { mapRunArn, ...more })).executions as {
    executionArn: string;
    name: string;
    status: string;
    redriveCount: number;
  }[];

test('a restart runs those again that had not ended', async () => {
  const database = join(folder, 'down.db');
  const reached = Promise.withResolvers<void>();
  const first = engine({
    database,
    functions: {
      work: (n) => {
        if (n !== 3) return Number(n) * 10;
        reached.resolve();
        return new Promise(() => undefined);
      },
    },
  });
  const executionArn = await first.start(await first.create(definition()));
  await reached.promise;
  await first.call('ListExecutions', { mapRunArn: await mapRunOf(first, executionArn) }); // what is pending is written
  for (const end of ['', '-wal']) copyFileSync(`${database}${end}`, `${database}.killed${end}`);
  const calls: unknown[] = [];
  const work: Handler = (n) => {
    calls.push(n);
    return Number(n) * 10;
  };
  const second = engine({ database: `${database}.killed`, functions: { work } });
  expect(await second.ended(executionArn)).toMatchObject({ status: 'SUCCEEDED', output: [10, 20, 30, 40] });
  expect(calls).toEqual([3, 4]);
  const mapRunArn = await mapRunOf(second, executionArn);
  expect(await second.call('DescribeMapRun', { mapRunArn })).toMatchObject({
    status: 'SUCCEEDED',
    executionCounts: { total: 4, succeeded: 4, running: 0, pending: 0 },
  });
  expect(await childrenOf(second, mapRunArn)).toHaveLength(4);
});

test('a redrive runs those again that had failed; each can be listed and described', async () => {
  const calls: unknown[] = [];
  let works = false;
  const work: Handler = (n) => {
    calls.push(n);
    if (n === 2 && !works) throw new RangeError('not yet');
    return n;
  };
  const local = engine({ functions: { work } });
  const executionArn = await local.start(await local.create(definition()));
  expect(await local.ended(executionArn)).toMatchObject({ error: 'States.ExceedToleratedFailureThreshold' });
  const mapRunArn = await mapRunOf(local, executionArn);
  const [failed] = await childrenOf(local, mapRunArn, { statusFilter: 'FAILED' });
  expect(failed?.executionArn).toMatch(/:express:machine\/each:[0-9a-f-]{36}:[0-9a-f-]{36}$/);
  const describe = (arn: string | undefined) => local.call('DescribeExecution', { executionArn: arn });
  expect(await describe(failed?.executionArn)).toMatchObject({
    name: expect.stringMatching(/^[0-9a-f-]{36}:[0-9a-f-]{36}$/),
    status: 'FAILED',
    error: 'RangeError',
    input: '2',
    mapRunArn,
    redriveStatus: 'REDRIVABLE_BY_MAP_RUN',
  });
  const absent = `${failed?.executionArn}x`;
  await expect(describe(absent)).rejects.toMatchObject({ code: 'InvalidArn' });
  works = true;
  await local.call('RedriveExecution', { executionArn });
  expect(await local.ended(executionArn)).toMatchObject({ status: 'SUCCEEDED', output: [1, 2, 3, 4] });
  expect(calls).toEqual([1, 2, 2, 3, 4]);
  const children = (await childrenOf(local, mapRunArn)).toReversed();
  expect(children.map(({ status, redriveCount }) => `${status} ${redriveCount}`)).toEqual([
    'SUCCEEDED 0',
    'SUCCEEDED 1',
    'SUCCEEDED 0',
    'SUCCEEDED 0',
  ]);
  expect(await local.call('DescribeMapRun', { mapRunArn })).toMatchObject({
    executionCounts: { total: 4, succeeded: 4 },
  });
});

test.each(['STANDARD', 'EXPRESS'])(
  'a %s child that failed in a redrive is not run again where that is cut',
  async (ExecutionType) => {
    const database = join(folder, `again-${ExecutionType}.db`);
    const functions = (calls: number[], fails: readonly number[], hangs = 0) => ({
      work: ((n: number) => {
        calls.push(n);
        if (fails.includes(n)) throw new RangeError(String(n));
        return n === hangs ? new Promise(() => undefined) : n;
      }) as Handler,
    });
    const made = definition({ ToleratedFailureCount: 1 });
    made.States.M.ItemProcessor.ProcessorConfig.ExecutionType = ExecutionType;
    const first = engine({ database, functions: functions([], [1, 2]) });
    const executionArn = await first.start(await first.create(made));
    expect(await first.ended(executionArn)).toMatchObject({ status: 'FAILED' });
    await first.close();

    const calls: number[] = [];
    const later = (clock: Local['clock']) => virtualClock(clock.now() + 1_000);
    const second = engine({ database, seed: 8, clock: later(first.clock), functions: functions(calls, [3], 4) });
    await second.call('RedriveExecution', { executionArn });
    for (let turn = 0; turn < 1_000 && !calls.includes(4); turn++) await new Promise(setImmediate);
    expect(calls).toEqual([1, 2, 3, 4]);
    await second.close();

    const after: number[] = [];
    const third = engine({ database, seed: 9, clock: later(second.clock), functions: functions(after, []) });
    expect(await third.ended(executionArn)).toMatchObject({
      status: 'SUCCEEDED',
      output: [1, 2, { Status: 'FAILED', Error: 'RangeError' }, 4],
    });
    expect(after).toEqual([4]);
  },
);

test('those that run when their parent is stopped are aborted', async () => {
  const local = engine({ functions: { work: () => new Promise(() => undefined) } });
  const executionArn = await local.start(await local.create(definition({ MaxConcurrency: 2 })));
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
  await local.call('StopExecution', { executionArn });
  const mapRunArn = await mapRunOf(local, executionArn);
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
  expect((await childrenOf(local, mapRunArn)).map(({ status }) => status)).toEqual(['ABORTED', 'ABORTED']);
  expect(await local.call('DescribeMapRun', { mapRunArn })).toMatchObject({
    status: 'ABORTED',
    executionCounts: { aborted: 2, running: 0, pending: 2 },
  });
});
