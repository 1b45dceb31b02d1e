// What `onFailure` and `fallback` make of a stage that failed for good: pipelines run for real, in virtual time.
import { afterEach, expect, test } from '@jest/globals';
import * as z from 'zod';
import { definePipeline, defineStage, type Flow, gt } from '../../lib/definition/index.ts';
import { PermanentError } from '../../lib/runtime/index.ts';
import { type Handlers, openWorks, type Works } from '../run-pipelines.ts';

const number = z.object({ n: z.number() });
const careful = defineStage('careful', { input: number, output: number });
const cheap = defineStage('cheap', { input: number, output: number });
const last = defineStage('last', { input: z.object({ n: z.number() }), output: number });
const total = defineStage('total', { input: z.object({ all: z.array(number).readonly() }), output: number });

const boom = (): never => {
  throw new PermanentError('boom');
};
const double: Handlers[string] = ({ input }) => ({ n: input.n * 2 });

let works: Works;
afterEach(() => works.close());
type Options = Parameters<Flow<unknown, unknown>['task']>[2];

const run = async (options: Options, handlers: Handlers) => {
  const pipeline = definePipeline('p', { input: number }, (flow) => {
    const { n } = flow.task(careful, { n: flow.input.n }, options as never); // one table for options of every kind
    const after = flow.task(last, { n });
    const big = flow.choose(
      gt(n, 5),
      () => flow.task(last, { n: 100 }, { id: 'big' }).n,
      () => 0,
    );
    return { n: after.n, big };
  });
  works = await openWorks([pipeline], { last: double, cheap: double, ...handlers });
  return works.run(pipeline, { n: 3 });
};
const letters = (ran: Awaited<ReturnType<typeof run>>) =>
  ran.deadLetters.map(({ stage, error, cause }) => [stage, error, cause]);
const dead = ['careful', 'Heddle.Permanent', 'boom'];

test('by default the run fails, and what depends on the stage is skipped', async () => {
  const ran = await run({}, { careful: boom });
  expect(ran.status).toBe('FAILED');
  expect(ran.run).toMatchObject({ status: 'failed', cause: 'careful failed: Heddle.Permanent: boom', deadLetters: 1 });
  expect(ran.stages.get('last')).toMatchObject({ status: 'skipped', reason: 'careful is failed' });
  expect(letters(ran)).toEqual([dead]);
});

test('skip: the stage and its dependants are skipped, with the reason, and the run completes', async () => {
  const ran = await run({ onFailure: 'skip' }, { careful: boom });
  expect(ran.status).toBe('SUCCEEDED');
  expect(ran.run).toMatchObject({ status: 'completed', deadLetters: 1, stages: { skipped: 3 } });
  expect(ran.stages.get('careful')).toMatchObject({
    status: 'skipped',
    reason: 'failed: Heddle.Permanent: boom',
    error: 'Heddle.Permanent',
  });
  expect(ran.stages.get('last')).toMatchObject({ status: 'skipped', reason: 'careful is skipped' });
  expect(letters(ran)).toEqual([dead]);
});

test('a value: it is the output, for stages and conditions alike, and the record says so', async () => {
  const ran = await run({ onFailure: { value: { n: 7 } } }, { careful: boom });
  expect(ran.run).toMatchObject({ status: 'completed', deadLetters: 1, stages: { completed: 3 } });
  expect(await ran.output()).toEqual({ n: 14, big: 200 });
  expect(ran.stages.get('careful')).toMatchObject({ status: 'completed', substituted: true, cause: 'boom' });
  expect(letters(ran)).toEqual([dead]);
});

test('a fallback takes the same input, and its output is the stage’s; nothing is a dead letter', async () => {
  const ran = await run({ fallback: cheap }, { careful: boom });
  expect(ran.run).toMatchObject({ status: 'completed', deadLetters: 0 });
  expect(await ran.output()).toEqual({ n: 12, big: 200 });
  expect(ran.stages.get('careful')).toMatchObject({
    status: 'completed',
    attempts: 2,
    via: 'cheap',
    primary: { error: 'Heddle.Permanent', cause: 'boom' },
  });
});

test('a fallback is retried by its own policy, then `onFailure` has its say', async () => {
  const options = { fallback: cheap, onFailure: { value: { n: 0 } } };
  const down = (): never => {
    throw new Error('down');
  };
  const ran = await run(options, { careful: boom, cheap: down });
  expect(ran.run).toMatchObject({ status: 'completed', deadLetters: 1 });
  expect(await ran.output()).toEqual({ n: 0, big: 0 });
  expect(ran.stages.get('careful')).toMatchObject({ attempts: 4, via: 'cheap', substituted: true, cause: 'down' });
  expect(letters(ran)).toEqual([['careful', 'Error', 'down']]);
});

class OutOfMemory extends Error {
  override readonly name = 'Runtime.OutOfMemory';
}
const hungry = defineStage('hungry', { input: number, output: number, retry: { moreMemoryMb: 2_048 } });
const starving = (task: Options) =>
  definePipeline('h', { input: number }, (flow) => {
    return { n: flow.task(hungry, { n: flow.input.n }, task as never).n };
  });
/** Runs out of memory the first so many times. */
const fedAfter = (times: number): Handlers[string] => {
  const calls = new Map<string, number>();
  return ({ input, idempotencyKey }) => {
    const call = (calls.get(idempotencyKey) ?? 0) + 1;
    calls.set(idempotencyKey, call);
    if (call <= times) throw new OutOfMemory('killed');
    return input;
  };
};
const enteredIn = ({ history }: Awaited<ReturnType<typeof run>>): readonly string[] =>
  history.flatMap(({ stateEnteredEventDetails: entered }) =>
    entered ? [(entered as { readonly name: string }).name] : [],
  );

test('where nothing fails, none of it costs a state', async () => {
  const entered = async (options: Options): Promise<number> => {
    const { history } = await run(options, { careful: double });
    await works.close();
    return history.filter(({ type }) => type.endsWith('StateEntered')).length;
  };
  const plain = await entered({});
  expect(await entered({ fallback: cheap, onFailure: { value: { n: 0 } } })).toBe(plain);
  works = await openWorks([starving({})], { hungry: double });
  expect(enteredIn(await works.run(starving({}), { n: 3 }))).toEqual(['begin', 'hungry', 'finish']);
});

test('out of memory, a stage is tried once more by its function with more', async () => {
  const pipeline = starving({});
  works = await openWorks([pipeline], { hungry: fedAfter(1) });
  const ran = await works.run(pipeline, { n: 3 });
  expect(ran.run).toMatchObject({ status: 'completed', deadLetters: 0 });
  expect(ran.stages.get('hungry')).toMatchObject({ status: 'completed', attempts: 2 });
  expect(enteredIn(ran)).toEqual(['begin', 'hungry', 'hungry.moreMemory', 'finish']);
});

test('out of more memory too, its fallback has its turn; without one it is a dead letter', async () => {
  const pipeline = starving({ fallback: cheap });
  works = await openWorks([pipeline], { hungry: fedAfter(2), cheap: double });
  const ran = await works.run(pipeline, { n: 3 });
  expect(ran.stages.get('hungry')).toMatchObject({ status: 'completed', attempts: 3, via: 'cheap' });
  await works.close();
  const alone = starving({});
  works = await openWorks([alone], { hungry: fedAfter(2) });
  expect(letters(await works.run(alone, { n: 3 }))).toEqual([['hungry', 'Runtime.OutOfMemory', 'killed']]);
});

test.each([
  ['fail', 'failed', { failed: 1, skipped: 1 }],
  ['skip', 'completed', { skipped: 2 }],
  [{ value: [{ n: 5 }] }, 'completed', { completed: 2 }],
] as const)('a map of which too many items failed, %j: the run is %s', async (onFailure, status, stages) => {
  const pipeline = definePipeline('m', { input: z.object({ all: z.array(number) }) }, (flow) => {
    const each = flow.map(careful, flow.input.all, ({ n }) => ({ n }), { onFailure });
    return { n: flow.task(total, { all: each.outputs }).n, count: each.count, failed: each.failed };
  });
  works = await openWorks([pipeline], {
    careful: (work) => (work.input.n === 2 ? boom() : work.input),
    total: ({ input }) => ({ n: input.all.reduce((sum: number, { n }: { n: number }) => sum + n, 0) }),
  });
  const ran = await works.run(pipeline, { all: [{ n: 1 }, { n: 2 }, { n: 3 }] });
  expect(ran.run).toMatchObject({ status, stages, deadLetters: 1 });
  expect(ran.stages.get('careful')).toMatchObject({ items: { total: 3, completed: 2, failed: 1 } });
  if (stages && 'completed' in stages) expect(await ran.output()).toEqual({ n: 5, count: 1, failed: 1 });
});
