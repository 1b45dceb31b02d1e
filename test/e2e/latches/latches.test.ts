// Latches and parts from the synthesized template: real bundles, real tokens, real time.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { crossingNeeds, packedNeeds } from '../../constructs/fixtures/latched.ts';
import { until } from '../deployed-app.ts';
import { LatchedShop } from './deployment.ts';

const shop = new LatchedShop();
beforeAll(() => shop.open());
beforeEach(() => {
  shop.fail();
  shop.notes();
});
afterAll(() => shop.close());

/** Stages that began before one that they wait for had ended. */
const early = (notes: readonly string[], needs: { readonly [id: string]: readonly string[] }) =>
  Object.entries(needs).flatMap(([id, after]) => {
    const begun = notes.indexOf(`began ${id}`);
    return begun < 0 ? [] : after.filter((need) => !notes.slice(0, begun).includes(`ended ${need}`));
  });
const began = (notes: readonly string[]) =>
  notes.flatMap((note) => (note.startsWith('began') ? [note.slice(6)] : [])).sort();

describe('a latch', () => {
  test('holds a stage until all that it needs have ended', async () => {
    expect(await shop.run('crossing', 'good')).toMatchObject({ status: 'completed', stages: { completed: 4 } });
    const notes = shop.notes();
    expect(began(notes)).toEqual(['a', 'b', 'c', 'd']);
    expect(early(notes, crossingNeeds)).toEqual([]);
  });

  test('in two rounds of one stage is two', async () => {
    expect(await shop.run('rounds', 'good')).toMatchObject({ status: 'completed', stages: { completed: 8 } });
  });

  test.each([
    [
      'whose releaser fails is released by the failure',
      'a',
      { a: 'failed', b: 'completed', c: 'skipped', d: 'skipped' },
    ],
    ['beside a failure is released as ever', 'b', { a: 'completed', b: 'failed', c: 'completed', d: 'skipped' }],
  ])('%s; the run ends, and resumes with latches of its own', async (_, fails, stages) => {
    shop.fail(fails);
    const { run, status } = await shop.run('crossing', `${fails} fails`);
    expect(status).toBe('failed');
    expect(await shop.stages('crossing', run)).toEqual(stages);
    const first = shop.notes();
    shop.fail();
    expect(await shop.heddle('resume', run, '--go')).toMatchObject({ code: 0 });
    expect(await shop.record('crossing', run)).toMatchObject({ status: 'completed', generation: 2 });
    const notes = shop.notes();
    const again = Object.entries(stages).flatMap(([stage, was]) => (was === 'completed' ? [] : [stage]));
    expect(began(notes)).toEqual(again);
    expect(early([...first.filter((note) => note.startsWith('ended')), ...notes], crossingNeeds)).toEqual([]);
  });
});

describe('a latch in an item of a map', () => {
  test('holds a stage until all that it needs have ended for the item', async () => {
    expect(await shop.run('itemized', 'good')).toMatchObject({ status: 'completed', stages: { completed: 4 } });
    const notes = shop.notes();
    expect(began(notes)).toEqual(['a', 'b', 'c', 'd']);
    expect(early(notes, crossingNeeds)).toEqual([]);
  });

  test('is released by a failure; the run resumes with the item where it failed', async () => {
    shop.fail('a');
    const { run, status } = await shop.run('itemized', 'a fails');
    expect(status).toBe('failed');
    expect(await shop.stages('itemized', run)).toEqual({ a: 'failed', b: 'completed', c: 'skipped', d: 'skipped' });
    const first = shop.notes();
    expect(began(first)).toEqual(['a', 'b']);
    shop.fail();
    expect(await shop.heddle('resume', run, '--go')).toMatchObject({ code: 0 });
    expect(await shop.record('itemized', run)).toMatchObject({ status: 'completed', generation: 2 });
    const notes = shop.notes();
    expect(began(notes)).toEqual(['a', 'c', 'd']);
    expect(early([...first.filter((note) => note.startsWith('ended')), ...notes], crossingNeeds)).toEqual([]);
  });
});

describe('a pipeline in parts', () => {
  const all = Object.keys(packedNeeds).sort();

  test('runs in each of them, with latches across', async () => {
    expect(await shop.run('packed', 'good')).toMatchObject({ status: 'completed', stages: { completed: all.length } });
    const notes = shop.notes();
    expect(began(notes)).toEqual(all);
    expect(early(notes, packedNeeds)).toEqual([]);
    for (const part of [1, 2]) expect(await shop.executionsOf('packed', part)).toMatchObject([{ status: 'SUCCEEDED' }]);
  });

  test('fails as one, and goes on in parts of its own', async () => {
    shop.fail('x1');
    const { run, status } = await shop.run('packed', 'fails');
    expect(status).toBe('failed');
    const stages = await shop.stages('packed', run);
    expect(stages).toMatchObject({ x0: 'completed', x1: 'failed', x2: 'skipped', y1: 'completed', y2: 'skipped' });
    shop.notes();
    shop.fail();
    expect(await shop.heddle('resume', run, '--go')).toMatchObject({ code: 0 });
    expect(began(shop.notes())).toEqual(all.filter((stage) => stages[stage] !== 'completed'));
    expect(await shop.record('packed', run)).toMatchObject({ status: 'completed', generation: 2, deadLetters: 0 });
  });

  test('stops with the root: its parts are stopped, its run is cancelled, and goes on when it is resumed', async () => {
    const { run, executionArn = '' } = await shop.hanging('packed', 'stopped', 'x1');
    const parts = (await Promise.all([1, 2].map((part) => shop.executionsOf('packed', part)))).flatMap(([newest]) =>
      newest ? [newest] : [],
    );
    expect(parts).toMatchObject([{ status: 'RUNNING' }, { status: 'RUNNING' }]);
    expect(await shop.heddle('cancel', run, '--go')).toMatchObject({ code: 0 });
    for (const execution of [executionArn, ...parts.map((part) => part.executionArn)])
      expect(await shop.ended(execution)).toBe('ABORTED');
    expect(await shop.record('packed', run)).toMatchObject({ status: 'cancelled' });
    expect(await shop.stages('packed', run)).toMatchObject({ x0: 'completed', x1: 'cancelled' });
    shop.fail();
    expect(await shop.heddle('resume', run, '--go')).toMatchObject({ code: 0 });
    expect(await shop.record('packed', run)).toMatchObject({ status: 'completed', generation: 2 });
  });

  test('of which one dies fails as a whole: the root tells, and nothing is taken for a run of the part', async () => {
    const { run, executionArn = '' } = await shop.hanging('packed', 'dies', 'x1');
    const [part] = await shop.executionsOf('packed', 1);
    await shop.aws.call('states', 'StopExecution', {
      executionArn: part?.executionArn,
      error: 'Ops.Stopped',
      cause: 'somebody stopped the part',
    });
    expect(await shop.ended(executionArn)).toBe('FAILED');
    await until(async () => (await shop.record('packed', run)).endedAt !== undefined);
    expect(await shop.record('packed', run)).toMatchObject({ status: 'failed', cause: 'somebody stopped the part' });
    expect(await shop.stages('packed', run)).toMatchObject({ x1: 'failed' });
    const [other] = await shop.executionsOf('packed', 2);
    expect(await shop.ended(other?.executionArn ?? '')).toBe('ABORTED');
    expect(await shop.ledger.runs.latest('packed-1', 1)).toEqual([]);
    shop.fail();
    expect(await shop.heddle('resume', run, '--go')).toMatchObject({ code: 0 });
  });
});
