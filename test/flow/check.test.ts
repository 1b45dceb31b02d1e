import { afterEach, expect, test } from '@jest/globals';
import * as z from 'zod';
import { and, type CheckOptions, definePipeline, defineStage, eq, gte, not } from '../../lib/definition/index.ts';
import { type Bench, openBench } from './bench.ts';

let bench: Bench;
afterEach(() => bench.close());

const anything = z.looseObject({});
const count = defineStage('count', { input: anything, output: z.object({ rows: z.number(), unit: z.string() }) });
const [publish, aside] = ['publish', 'aside'].map((name) => defineStage(name, { input: anything, output: anything }));
if (!publish || !aside) throw new Error('two stages were named');

const checked = (options: CheckOptions = {}) =>
  definePipeline('checked', { input: anything }, (flow) => {
    const { rows, unit } = flow.task(count, flow.input);
    const enough = flow.check('enough', and(gte(rows, 10), not(eq(unit, 'kilo'))), options);
    flow.task(publish, { passed: enough.passed }, { after: [enough] });
    flow.task(aside, { rows });
  });
const counting = (rows: number) => ({ count: () => ({ rows, unit: 'one' }) });

test('a claim that holds completes the check, and what waits for it runs', async () => {
  bench = await openBench([checked()], counting(12));
  const { run, output } = await bench.run('checked');
  expect([run.status, run.stages]).toEqual(['completed', { completed: 4 }]);
  expect(await output('enough')).toEqual({
    passed: true,
    found: '(count.rows (12) ≥ 10 and not (count.unit ("one") = "kilo"))',
  });
  expect(await output('publish')).toEqual({ passed: true });
  expect(bench.events.map(({ type }) => type)).toEqual(['Heddle Run Completed']);
});

test('one that does not hold fails the run, skips what waits for it, leaves the rest alone, and is told', async () => {
  bench = await openBench([checked({ message: 'the drop is too small' })], counting(3));
  const { execution, run, stages } = await bench.run('checked');
  const cause =
    'the drop is too small (it does not hold that (count.rows (3) ≥ 10 and not (count.unit ("one") = "kilo")))';
  expect([execution, run.status]).toEqual(['FAILED', 'failed']);
  expect(run.cause).toBe(`enough failed: Heddle.CheckFailed: ${cause}`);
  expect(stages.enough).toMatchObject({ status: 'failed', error: 'Heddle.CheckFailed', cause });
  expect(stages.publish).toMatchObject({ status: 'skipped', reason: `enough is failed: ${cause}` });
  expect(stages.aside).toMatchObject({ status: 'completed' });
  expect(bench.events).toEqual([
    { type: 'Heddle Check Failed', detail: expect.objectContaining({ stage: 'enough', severity: 'fail', cause }) },
    { type: 'Heddle Run Failed', detail: expect.objectContaining({ pipeline: 'checked' }) },
  ]);
  expect(await bench.local.ledger.deadLetters.list('checked', run.run)).toEqual([]);
});

test('a warning is told and recorded, and the run completes', async () => {
  bench = await openBench([checked({ severity: 'warn' })], counting(3));
  const { run, stages, output } = await bench.run('checked');
  expect([run.status, run.stages]).toEqual(['completed', { completed: 4 }]);
  expect(stages.enough).toMatchObject({ status: 'completed', warning: expect.stringContaining('count.rows (3) ≥ 10') });
  expect(await output('publish')).toEqual({ passed: false });
  expect(bench.events).toContainEqual({
    type: 'Heddle Check Failed',
    detail: expect.objectContaining({ stage: 'enough', severity: 'warn' }),
  });
});

test('a check whose values will not come is skipped', async () => {
  bench = await openBench([checked()], {
    count: () => {
      throw Object.assign(new Error('no'), { name: 'Heddle.Permanent' });
    },
  });
  const { stages } = await bench.run('checked');
  expect(stages.enough).toMatchObject({ status: 'skipped', reason: 'count is failed' });
  expect(bench.events.map(({ type }) => type)).not.toContain('Heddle Check Failed');
});

test('a check that blocks stops what reads the same data after it, and says why', async () => {
  const blocked = definePipeline('checked', { input: anything }, (flow) => {
    const { rows, unit } = flow.task(count, flow.input);
    flow.task(aside, { rows }); // recorded before the check: it is nothing to it
    flow.check('enough', gte(rows, 10), { severity: 'block', message: 'the drop is too small' });
    flow.task(publish, { unit });
    flow.task(publish, { day: flow.input.day }, { id: 'unread' });
    flow.choose(
      eq(unit, 'one'),
      () => flow.task(publish, { rows }, { id: 'inABranch' }),
      () => 0,
    );
    flow.choose(
      eq(unit, 'one'),
      () => flow.task(publish, { day: flow.input.day }, { id: 'chosenByIt' }),
      () => 0,
    );
  });
  bench = await openBench([blocked], counting(3));
  const { run, stages } = await bench.run('checked', { day: 'today' });
  const why = 'enough is failed: the drop is too small (it does not hold that count.rows (3) ≥ 10)';
  expect(run.status).toBe('failed');
  expect(stages.publish).toMatchObject({ status: 'skipped', reason: why });
  expect(stages.inABranch).toMatchObject({ status: 'skipped', reason: why });
  expect(stages.chosenByIt).toMatchObject({ status: 'skipped', reason: why });
  expect(stages.aside).toMatchObject({ status: 'completed' });
  expect(stages.unread).toMatchObject({ status: 'completed' });
  expect(run.account?.stages.enough?.check).toEqual({ outcome: 'blocked', found: 'count.rows (3) ≥ 10' });
});

test('a score that blocks stops what reads the stage, and says why', async () => {
  const scored = definePipeline('scored', { input: anything }, (flow) => {
    const { rows } = flow.task(count, flow.input);
    flow.task(publish, { rows });
  });
  bench = await openBench([scored], {
    count: (_, { score }) => {
      score('faithful', 0.4, { block: { below: 0.6 } });
      return { rows: 3, unit: 'one' };
    },
  });
  const { run, stages } = await bench.run('scored');
  const why = 'HDL802 blocked by a score: faithful is 0.4; it is to be at least 0.6';
  expect(stages.count).toMatchObject({ status: 'failed', error: 'Heddle.Permanent', cause: why });
  expect(stages.publish).toMatchObject({ status: 'skipped', reason: `count is failed: ${why}` });
  expect(run.account?.stages.count?.scores).toMatchObject({ faithful: { count: 1, sum: 0.4, blocked: 1 } });
});
