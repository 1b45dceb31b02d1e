import { afterEach, expect, test } from '@jest/globals';
import * as z from 'zod';
import { definePipeline, defineStage, eq } from '../../lib/definition/index.ts';
import { type Bench, openBench } from './bench.ts';

let bench: Bench;
afterEach(() => bench.close());

const anything = z.looseObject({});
const given = z.object({ at: z.string() });
const [before, after] = ['before', 'after'].map((name) => defineStage(name, { input: anything, output: anything }));
if (!before || !after) throw new Error('two stages were named');

const waits = (atMost?: '1h') =>
  definePipeline('waits', { input: given }, (flow) => {
    const waited = flow.wait('pause', { until: flow.input.at, ...(atMost ? { atMost } : {}) });
    flow.task(after, { until: waited.until });
  });

test('a wait of 30 days lasts 30 days, and what waits for it comes after', async () => {
  const pipeline = definePipeline('waits', { input: anything }, (flow) => {
    const first = flow.task(before, {});
    const cooled = flow.wait('coolDown', { for: '30d' }, { after: [first] });
    flow.task(after, {}, { after: [cooled] });
  });
  bench = await openBench([pipeline]);
  const { execution, run, stages, seconds, output } = await bench.run('waits');
  expect({ execution, run: run.status, counts: run.stages }).toEqual({
    execution: 'SUCCEEDED',
    run: 'completed',
    counts: { completed: 3 },
  });
  expect(seconds).toBe(30 * 86_400);
  expect(stages.coolDown).toMatchObject({
    status: 'completed',
    startedAt: '2026-01-01T00:00:00.000Z',
    until: '2026-01-31T00:00:00.000Z',
    endedAt: '2026-01-31T00:00:00.000Z',
  });
  expect(stages.after?.startedAt).toBe('2026-01-31T00:00:00.000Z');
  expect(await output('coolDown')).toEqual({ until: '2026-01-31T00:00:00.000Z' });
});

test.each([
  ['a moment to come', '2026-01-01T02:00:00+01:00', 3_600],
  ['a moment that has passed', '2025-01-01T00:00:00Z', 0],
])('until %s', async (_, at, wanted) => {
  bench = await openBench([waits()]);
  const { run, seconds, output } = await bench.run('waits', { at });
  expect([run.status, seconds]).toEqual(['completed', wanted]);
  expect(await output('after')).toEqual({ until: new Date(at).toISOString() });
});

test.each([
  ['no moment', 'tomorrow', 'HDL410 the stage is to wait until "tomorrow", which is no moment'],
  [
    'too far away',
    '2026-01-01T02:00:00Z',
    'HDL411 the stage is to wait until 2026-01-01T02:00:00.000Z, 7200 s from now',
  ],
])('%s fails the stage, and what waits for it is skipped', async (_, at, cause) => {
  bench = await openBench([waits('1h')]);
  const { execution, run, stages, seconds } = await bench.run('waits', { at });
  expect([execution, run.status, seconds]).toEqual(['FAILED', 'failed', 0]);
  expect(stages.pause).toMatchObject({
    status: 'failed',
    error: 'Heddle.Permanent',
    cause: expect.stringContaining(cause),
  });
  expect(stages.after).toMatchObject({ status: 'skipped', reason: 'pause is failed' });
});

test('a wait after a stage that failed is skipped, and takes no time', async () => {
  const pipeline = definePipeline('waits', { input: anything }, (flow) => {
    flow.wait('pause', { for: '1d' }, { after: [flow.task(before, {})] });
  });
  bench = await openBench([pipeline], {
    before: () => {
      throw Object.assign(new Error('no'), { name: 'Heddle.Permanent' });
    },
  });
  const { run, stages, seconds } = await bench.run('waits');
  expect([run.status, seconds]).toEqual(['failed', 0]);
  expect(stages.pause).toMatchObject({ status: 'skipped', reason: 'before is failed' });
});

test('a wait in a branch not taken is skipped', async () => {
  const pipeline = definePipeline('waits', { input: given }, (flow) => {
    flow.choose(
      eq(flow.input.at, 'now'),
      () => flow.task(before, {}),
      () => flow.wait('pause', { for: '1d' }),
      { id: 'when' },
    );
  });
  bench = await openBench([pipeline]);
  const { run, stages, seconds } = await bench.run('waits', { at: 'now' });
  expect([run.status, seconds, run.stages]).toEqual(['completed', 0, { completed: 1, skipped: 1 }]);
  expect(stages.pause).toMatchObject({ status: 'skipped', reason: 'when took then' });
});

test('while it waits, the ledger says so and until when', async () => {
  const pipeline = definePipeline('waits', { input: anything }, (flow) => {
    flow.wait('pause', { for: '1d' });
  });
  bench = await openBench([pipeline]);
  let during: unknown;
  bench.later(3_600, async () => {
    const [run] = await bench.local.ledger.runs.latest('waits', 1);
    during = await bench.local.ledger.stages.get({ pipeline: 'waits', run: run?.run ?? '', stage: 'pause' });
  });
  await bench.run('waits');
  expect(during).toMatchObject({ status: 'waiting', until: '2026-01-02T00:00:00.000Z', attempts: 1 });
});
