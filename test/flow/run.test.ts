import { afterEach, expect, test } from '@jest/globals';
import * as z from 'zod';
import { definePipeline, defineStage, eq } from '../../lib/definition/index.ts';
import { dispatch } from '../../lib/operators/index.ts';
import type { StartMessage } from '../../lib/records/index.ts';
import { type Bench, openBench } from './bench.ts';

let bench: Bench;
afterEach(() => bench.close());

const anything = z.looseObject({});
const score = defineStage('score', { input: z.object({ n: z.number() }), output: z.object({ mean: z.number() }) });
const publish = defineStage('publish', { input: anything, output: anything });
const cleanUp = defineStage('cleanUp', { input: anything, output: anything });

const scoring = definePipeline('scoring', { input: z.object({ n: z.number() }) }, (flow) => {
  const cooled = flow.wait('coolDown', { for: '1h' });
  const { mean } = flow.task(score, { n: flow.input.n }, { after: [cooled] });
  return { mean, of: flow.run.partition };
});
const report = definePipeline('report', { input: z.object({ n: z.number() }) }, (flow) => {
  const scored = flow.run(scoring, { n: flow.input.n }, { partition: 'monday', timeout: '1d' });
  flow.choose(
    eq(scored.mean, 14),
    () => flow.task(publish, { mean: scored.mean, of: scored.of }),
    () => null,
    { id: 'asExpected' },
  );
  flow.task(cleanUp, {});
});
const handlers = { score: ({ n }: { n: number }) => ({ mean: n * 2 }) };

test('another pipeline runs through the one door, and its typed output comes back', async () => {
  bench = await openBench([scoring, report], handlers);
  const { run, stages, seconds, output } = await bench.run('report', { n: 7 });
  expect([run.status, Math.round(seconds / 60)]).toEqual(['completed', 60]);
  expect(await output('publish')).toEqual({ mean: 14, of: 'monday' });
  expect(stages.scoring).toMatchObject({ status: 'completed', child: { pipeline: 'scoring' } });
  const child = await bench.look('scoring', stages.scoring?.child?.run ?? '');
  expect(child.run).toMatchObject({
    status: 'completed',
    partition: 'monday',
    trigger: { kind: 'child', detail: `scoring of report ${run.run}` },
    askedBy: { pipeline: 'report', run: run.run, stage: 'scoring' },
  });
  expect(await bench.local.ledger.runs.latest('scoring', 10)).toHaveLength(1);
});

test('a run that fails fails the stage; what does not depend on it goes on', async () => {
  bench = await openBench([scoring, report], {
    score: () => {
      throw Object.assign(new Error('no model'), { name: 'Heddle.Permanent' });
    },
  });
  const { run, stages } = await bench.run('report', { n: 7 });
  expect(run.status).toBe('failed');
  expect(stages.scoring).toMatchObject({
    status: 'failed',
    error: 'Heddle.RunFailed',
    cause: expect.stringMatching(/^scoring monday-\w+ is failed: score failed: Heddle.Permanent: no model/),
  });
  expect(stages.cleanUp).toMatchObject({ status: 'completed' });
});

test('so does one that is stopped', async () => {
  bench = await openBench([scoring, report], handlers);
  bench.later(60, async () => {
    const [child] = await bench.local.ledger.runs.latest('scoring', 1);
    await bench.local.service('sfn').call('StopExecution', { executionArn: child?.executionArn, cause: 'by hand' });
  });
  const { stages } = await bench.run('report', { n: 7 });
  expect(stages.scoring).toMatchObject({ status: 'failed', cause: expect.stringContaining('is cancelled: by hand') });
});

test('a run that is cancelled has the one that it waits for cancelled; and one that it only asked for is not begun', async () => {
  bench = await openBench([scoring, report], handlers);
  const stop = async (): Promise<void> => {
    const [parent] = await bench.local.ledger.runs.latest('report', 1);
    await bench.local.service('sfn').call('StopExecution', { executionArn: parent?.executionArn, cause: 'by hand' });
  };
  bench.later(60, stop);
  const { run, stages } = await bench.run('report', { n: 7 });
  expect([run.status, stages.scoring?.status]).toEqual(['cancelled', 'cancelled']);
  const child = stages.scoring?.child?.run ?? '';
  expect((await bench.look('scoring', child)).run).toMatchObject({
    status: 'cancelled',
    cause: `report ${run.run}, which waits for it, is cancelled`,
  });
  const late: StartMessage = {
    kind: 'child',
    pipeline: 'scoring',
    parent: { pipeline: 'report', run: run.run, stage: 'other', generation: 1 },
    partition: 'tuesday',
    input: await bench.local.ledger.payloads.store('scoring', { n: 1 }),
  };
  expect(await dispatch(late, bench.services)).toMatchObject({ kind: 'notStarted' });
  expect((await bench.local.ledger.runs.latest('scoring', 1))[0]).toMatchObject({
    status: 'skipped',
    cause: `report ${run.run}, which asked for it, has ended`,
  });
});

test('one that takes too long is not waited for', async () => {
  const slow = definePipeline('slow', { input: anything }, (flow) => flow.wait('long', { for: '2d' }));
  const asks = definePipeline('asks', { input: anything }, (flow) => {
    flow.run(slow, {}, { timeout: '1h' });
  });
  bench = await openBench([slow, asks]);
  const { stages, seconds } = await bench.run('asks');
  expect(seconds).toBe(3_600);
  expect(stages.slow).toMatchObject({
    status: 'failed',
    error: 'Heddle.Timeout',
    cause: expect.stringContaining('is still running at'),
  });
});

test('a run that cannot start, for want of an upstream, fails the stage at once', async () => {
  const late = definePipeline('late', { input: anything, upstream: { scoring } }, (flow) => flow.task(publish, {}));
  const asks = definePipeline('asks', { input: anything }, (flow) => {
    flow.run(late, {});
  });
  bench = await openBench([scoring, late, asks], handlers);
  const { stages } = await bench.run('asks');
  expect(stages.late).toMatchObject({
    status: 'failed',
    cause: 'late cannot start: upstream scoring is missing for partition test',
  });
});

test('asked for twice it is one run; an end that was not told is found by asking again', async () => {
  bench = await openBench([scoring, report], handlers);
  let told = 0;
  const { aws } = bench.services;
  const { call } = aws;
  // The first telling of the end dies in the operator; the state's retry tells it again.
  Object.assign(aws, {
    call: async (...given: Parameters<typeof call>) => {
      const [, operation, input] = given;
      if (operation === 'SendMessage') await call(...given);
      if (operation === 'SendTaskSuccess' && told++ === 0) throw new Error(`the Lambda was killed: ${String(input)}`);
      return call(...given);
    },
  });
  const { run, output } = await bench.run('report', { n: 7 });
  expect(run.status).toBe('completed');
  expect(told).toBeGreaterThan(1);
  expect(await output('publish')).toEqual({ mean: 14, of: 'monday' });
  expect(await bench.local.ledger.runs.latest('scoring', 10)).toHaveLength(1);
});
