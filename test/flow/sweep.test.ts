// What no event told of is found by the sweep, which looks at runs that are not over. In virtual time, every five minutes.
import { afterEach, expect, test } from '@jest/globals';
import * as z from 'zod';
import { definePipeline, defineStage } from '../../lib/definition/index.ts';
import { sweep } from '../../lib/operators/index.ts';
import { type RunRecord, stageKey } from '../../lib/records/index.ts';
import { type Bench, openBench } from './bench.ts';

let bench: Bench;
afterEach(() => bench.close());

const anything = z.looseObject({});
const work = defineStage('work', { input: anything, output: anything });
const pausing = definePipeline('pausing', { input: anything }, (flow) => {
  flow.wait('pause', { for: '3h' }, { after: [flow.task(work, {})] });
});

const minute = 60;
/** Sweeps every five minutes. */
const sweeping = (minutes: number) => {
  for (let at = 5; at <= minutes; at += 5)
    bench.later(at * minute, () => sweep({ ...bench.services, operator: 'sweep' }));
};
const newest = async (): Promise<RunRecord> => {
  const [run] = await bench.local.ledger.runs.latest('pausing', 1);
  if (!run) throw new Error('there is no run');
  return run;
};
const told = (type: string) => bench.events.filter((event) => event.type === type).map(({ detail }) => detail);

test('a run that is well is looked at and left alone; over, it is not looked at any more', async () => {
  bench = await openBench([pausing]);
  sweeping(240);
  expect((await bench.run('pausing')).run.status).toBe('completed');
  expect(await bench.local.ledger.openRuns.due('2030-01-01T00:00:00.000Z', 10)).toEqual([]);
  expect(told('Heddle Stage Stuck')).toEqual([]);
});

test('a run whose execution died without a word is settled', async () => {
  bench = await openBench([pausing]);
  bench.loses.add('events');
  bench.later(20 * minute, async () => {
    const { executionArn } = await newest();
    await bench.local.aws.call('states', 'StopExecution', { executionArn, error: 'Any', cause: 'somebody' });
  });
  sweeping(120);
  const ran = await bench.run('pausing');
  await bench.passed(60 * minute);
  expect(ran.execution).toBe('ABORTED');
  const record = await newest();
  expect(record).toMatchObject({ status: 'cancelled', cause: 'somebody', endedBy: 'sweep' });
  const seconds = (Date.parse(record.endedAt ?? '') - Date.parse(record.createdAt)) / 1_000;
  expect(seconds).toBeLessThanOrEqual(45 * minute); // it had lasted 20 minutes when it died
});

test('a run that was recorded and never started is started', async () => {
  bench = await openBench([pausing]);
  const createdAt = '2026-01-01T00:00:00.000Z';
  const { ledger } = bench.local;
  const record: RunRecord = {
    pipeline: 'pausing',
    run: 'lost',
    partition: 'p',
    status: 'pending',
    trigger: { kind: 'manual', identity: 'lost', detail: 'test' },
    input: await ledger.payloads.store('pausing', {}),
    upstream: {},
    createdAt,
  };
  await ledger.runs.create(record);
  sweeping(15);
  const ran = await bench.look('pausing', 'lost');
  expect(ran.run).toMatchObject({ status: 'completed' });
  expect(Date.parse(ran.run.startedAt ?? '') - Date.parse(createdAt)).toBeLessThanOrEqual(15 * minute * 1_000);
});

test('a stage that gives no sign of life is told of once', async () => {
  bench = await openBench([pausing]);
  bench.later(minute, async () => {
    const { run } = await newest();
    // As an attempt would have left it that nobody heard of again, in an execution that waits for it.
    await bench.local.aws.call('dynamodb', 'UpdateItem', {
      TableName: 'ledger',
      Key: Object.fromEntries(Object.entries(stageKey('pausing', run, 'work')).map(([k, S]) => [k, { S }])),
      UpdateExpression: 'SET #status = :running, overdueAt = :at',
      ExpressionAttributeNames: { '#status': 'status' },
      ExpressionAttributeValues: { ':running': { S: 'running' }, ':at': { S: '2026-01-01T00:12:00.000Z' } },
    });
  });
  sweeping(170);
  await bench.run('pausing');
  expect(told('Heddle Stage Stuck')).toMatchObject([{ stage: 'work', since: '2026-01-01T00:12:00.000Z' }]);
});

test('a compensation that was not asked for is asked for', async () => {
  const undo = defineStage('undo', { input: anything, output: anything });
  const failing = defineStage('failing', { input: anything, output: anything, retry: { attempts: 1 } });
  const undoing = definePipeline('undoing', { input: anything }, (flow) => {
    flow.task(failing, {}, { after: [flow.task(work, {}, { compensate: undo as never })] });
  });
  const boom = (): never => {
    throw new Error('boom');
  };
  bench = await openBench([undoing], { failing: boom });
  bench.loses.add('compensate');
  const failed = await bench.run('undoing');
  expect(failed.run.compensation).toMatchObject({ status: 'pending' });
  bench.loses.clear();
  sweeping(15);
  const ended = await bench.compensated(failed.run);
  expect(ended.run.compensation).toMatchObject({ status: 'completed' });
});
