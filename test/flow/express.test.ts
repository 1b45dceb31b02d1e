// Pipelines whose executions are Express ones, on the local engine: nothing tells of their end, and they may start twice.
import { afterEach, expect, test } from '@jest/globals';
import * as z from 'zod';
import { definePipeline, defineStage, gt } from '../../lib/definition/index.ts';
import { executionName, isExpressArn } from '../../lib/records/index.ts';
import { type Bench, openBench } from './bench.ts';

let bench: Bench;
afterEach(() => bench.close());

const [list, each, sum] = [
  defineStage('list', { input: z.looseObject({}), output: z.object({ files: z.array(z.number()) }) }),
  defineStage('each', { input: z.object({ file: z.number() }), output: z.object({ rows: z.number() }) }),
  defineStage('sum', { input: z.looseObject({}), output: z.object({ rows: z.number() }) }),
];

const quick = definePipeline('quick', { input: z.looseObject({}), type: 'express' }, (flow) => {
  const listed = flow.task(list, {});
  const rows = flow.map(each, listed.files, (file) => ({ file }));
  const cooled = flow.wait('cool', { for: '60s' }, { after: [listed] });
  const total = flow.task(sum, { rows: rows.outputs }, { after: [cooled] });
  return flow.choose(
    gt(total.rows, 0),
    () => total.rows,
    () => 0,
  );
});

const slow = definePipeline('slow', { input: z.object({ at: z.string() }), type: 'express' }, (flow) => {
  const waited = flow.wait('pause', { until: flow.input.at, atMost: '1h' });
  flow.task(sum, {}, { after: [waited] });
});

const worked: string[] = [];
const handlers = {
  list: () => {
    worked.push('list');
    return { files: [1, 2, 3] };
  },
  each: ({ file }: { file: number }) => {
    worked.push('each');
    return { rows: file };
  },
  sum: () => {
    worked.push('sum');
    return { rows: 6 };
  },
};

const ends = () => bench.events.filter(({ type }) => /^Heddle Run/.test(type)).map(({ type }) => type);
const lookAt = (seconds: number) => new Promise<void>((done) => bench.later(seconds, async () => done()));

test('runs to its end, and the look at it afterwards changes nothing', async () => {
  bench = await openBench([quick], handlers);
  const { run, seconds, output } = await bench.run('quick');
  expect(run).toMatchObject({ status: 'completed', stages: { completed: 4 } });
  expect(isExpressArn(run.executionArn ?? '')).toBe(true);
  expect([seconds, await output('sum')]).toEqual([60, { rows: 6 }]);
  await lookAt(400);
  expect(await bench.local.ledger.runs.get('quick', run.run)).toEqual(run);
  expect(ends()).toEqual(['Heddle Run Completed']);
});

test('started twice, it is done once', async () => {
  bench = await openBench([quick], handlers);
  worked.length = 0;
  bench.later(1, async () => {
    const [run] = await bench.local.ledger.runs.latest('quick', 1);
    const input = JSON.stringify({ run: run?.run });
    const stateMachineArn = 'arn:aws:states:us-east-1:123456789012:stateMachine:heddle-quick';
    await bench.services.aws.call('states', 'StartExecution', { stateMachineArn, name: run?.run, input });
  });
  const { run } = await bench.run('quick');
  await lookAt(400);
  expect(run.status).toBe('completed');
  expect(worked.toSorted()).toEqual(['each', 'each', 'each', 'list', 'sum']);
  expect(ends()).toEqual(['Heddle Run Completed']);
});

test('ended by its time, its run is settled, and goes on when it is resumed', async () => {
  bench = await openBench([slow], handlers);
  const { run, seconds, stages } = await bench.run('slow', { at: '2026-01-01T00:10:00Z' });
  expect(run).toMatchObject({
    status: 'failed',
    error: 'Heddle.RunFailed',
    cause: 'its Express execution ended without settling it; AWS ends one after 300 s',
  });
  expect([seconds, stages.pause?.status]).toEqual([330, 'failed']);
  await lookAt(600);
  const resumed = await bench.resume(run, { again: ['pause'], below: [], items: {} });
  expect(resumed.run).toMatchObject({ status: 'completed', generation: 2, stages: { completed: 2 } });
  expect(resumed.run.executionArn).toContain(`:${executionName(run.run, 2)}:`);
  expect(ends()).toEqual(['Heddle Run Failed', 'Heddle Run Completed']);
});
