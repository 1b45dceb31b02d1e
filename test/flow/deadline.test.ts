// Runs that are not over by their deadline: told once, and ended where the definition says so. In virtual time.
import { afterEach, expect, test } from '@jest/globals';
import * as z from 'zod';
import { definePipeline, defineStage } from '../../lib/definition/index.ts';
import { sweep } from '../../lib/operators/index.ts';
import { type Bench, openBench } from './bench.ts';

let bench: Bench;
afterEach(() => bench.close());

const anything = z.looseObject({});
const [work, undo] = ['work', 'undo'].map((name) => defineStage(name, { input: anything, output: anything }));
if (!work || !undo) throw new Error('two stages were named');
type Options = NonNullable<Parameters<typeof definePipeline>[1]['deadline']>;
/** Works, waits for somebody for two hours at most, and is to be over by its deadline. */
const asking = (deadline: Options) =>
  definePipeline('asking', { input: anything, deadline }, (flow) => {
    const done = flow.task(work, {}, { compensate: undo as never });
    const { ok } = flow.approve('ok', {
      prompt: 'Well?',
      answer: z.object({ ok: z.boolean() }),
      timeout: '2h',
      default: { ok: true },
      after: [done],
    });
    return { ok };
  });

const told = () => bench.events.filter(({ type }) => type === 'Heddle Deadline Missed').map(({ detail }) => detail);

test.each([
  ['10m', 600],
  ['1h', 3_600],
] as const)(
  'a deadline of %s: told once, then, with what the run is at; the run goes on',
  async (deadline, seconds) => {
    bench = await openBench([asking(deadline)]);
    // A deadline further away than SQS holds a message back is seen coming by the sweep.
    for (let at = 300; at < 7_200; at += 300) bench.later(at, () => sweep(bench.services));
    const ran = await bench.run('asking');
    expect([ran.run.status, ran.seconds]).toEqual(['completed', 7_200]);
    expect(told()).toMatchObject([
      {
        run: ran.run.run,
        deadline: new Date(Date.parse(ran.run.createdAt) + seconds * 1_000).toISOString(),
        underWay: ['ok'],
      },
    ]);
    expect(Math.round((Date.parse(ran.run.late?.at ?? '') - Date.parse(ran.run.createdAt)) / 1_000)).toBe(seconds);
  },
);

test('a run that is over in time is told of nowhere', async () => {
  bench = await openBench([asking('3h')]);
  expect((await bench.run('asking')).run).toMatchObject({ status: 'completed' });
  expect(told()).toEqual([]);
});

test.each(['10m', '1h'] as const)(
  'one that ends it after %s: failed by then, its stages with it, and compensated',
  async (after) => {
    bench = await openBench([asking({ after, ends: true })], { work: () => ({ id: 1 }) });
    const ran = await bench.run('asking');
    expect(ran.run).toMatchObject({
      status: 'failed',
      error: 'Heddle.DeadlineMissed',
      stages: { completed: 1, failed: 1 },
    });
    expect(ran.run.cause).toMatch(/^the run was to have ended by 2026/);
    expect(ran.seconds).toBeLessThanOrEqual(after === '1h' ? 3_601 : 601);
    expect(told()).toHaveLength(1);
    const undone = await bench.compensated(ran.run);
    expect(undone.run.compensation).toMatchObject({ status: 'completed' });
  },
);

test('a run that goes on has its time anew', async () => {
  bench = await openBench([asking({ after: '10m', ends: true })]);
  const first = await bench.run('asking');
  const undone = await bench.compensated(first.run);
  const again = await bench.resume(undone.run, { again: ['ok'], below: [], items: {} });
  expect(again.run).toMatchObject({ status: 'failed', error: 'Heddle.DeadlineMissed', generation: 2 });
  expect(told()).toHaveLength(2);
});
