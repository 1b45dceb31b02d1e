import { describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { type Estimate, type EstimateOptions, estimate } from '../../../lib/asl/index.ts';
import { definePipeline, defineStage, gt, type Pipeline } from '../../../lib/definition/index.ts';
import { graphOf } from '../../../lib/graph/index.ts';
import { withPrices } from '../../../lib/records/index.ts';
import { interpret } from '../interpreter.ts';
import { machineOf, numbers, pipelineOf, stage } from '../sample.ts';
import { worldEngine } from '../world-engine.ts';

const estimated = (pipeline: Pipeline, options?: EstimateOptions): Estimate => estimate(graphOf(pipeline), options);
const of = (found: Estimate, name: string) => found.stages.find((each) => each.stage === name);

const quick = defineStage('quick', {
  input: z.looseObject({}),
  output: numbers,
  timeout: '10s',
  memoryMb: 1024,
  retry: { attempts: 1 },
  expect: { duration: '250ms' },
});

const mixed = pipelineOf((flow) => {
  const one = flow.task(quick, { n: flow.input.n });
  const other = flow.task(stage('other'), {});
  const chosen = flow.choose(
    gt(one.n, 0),
    () => flow.task(stage('dear'), { n: one.n }).n,
    () => 0,
    { id: 'any' },
  );
  flow.map(stage('each'), other.list, (item) => ({ item, chosen }), { expect: { items: 60 } });
});

test('without failures transitions and events are what the local engine counts', async () => {
  const { happy, limits } = estimated(mixed);
  const list = Array.from({ length: 60 }, () => 0);
  const values = { n: 1, list };
  const world = {
    outputs: new Map(['quick', 'other', 'dear'].map((id) => [id, values])).set('each', {
      count: 60,
      outputs: [],
    } as never),
    failing: new Set<string>(),
    input: values,
    upstream: values,
  };
  expect(interpret(mixed.flow, world).chosen).toEqual({ any: 'then' });
  const { sfn } = await worldEngine(['quick', 'other', 'dear', 'each'], world);
  const arn = await sfn.start(await sfn.create(machineOf(mixed)), { run: 'r' });
  expect(await sfn.ended(arn)).toMatchObject({ status: 'SUCCEEDED' });
  const types = (await sfn.history(arn)).map(({ type }) => String(type));
  await sfn.close();
  expect(happy.transitions).toBe(types.filter((type) => type.endsWith('StateEntered')).length);
  expect(happy.events).toBe(types.length);
  expect(limits.find(({ limit }) => limit === 'history events')).toMatchObject({ happy: types.length, most: 25_000 });
});

describe('a stage', () => {
  const found = estimated(mixed);
  test('takes what it is expected to take', () => {
    expect(of(found, 'quick')?.happy).toMatchObject({ transitions: 1, lambdaCalls: 1, lambdaSeconds: 0.25 });
  });
  test('at worst uses every retry, each to its timeout, and settles', () => {
    // A stage of one attempt is tried again when it is throttled, 8 times, or superseded, 3 times. Its `.failed` state tries 1 + 9 times.
    expect(of(found, 'quick')?.worst).toMatchObject({ transitions: 12 + 10, lambdaCalls: 12 + 10 });
    expect(of(found, 'quick')?.worst.lambdaSeconds).toBeCloseTo(12 * 10 + 10 * 0.1);
  });
  test('costs transitions, calls, seconds of its memory, writes and reads', () => {
    const transition = 0.025 / 1_000;
    const call = 0.2 / 1e6 + 0.25 * 1 * 0.0000133334;
    const ledger = 2 * (0.625 / 1e6) + 1 * (0.125 / 1e6); // claim and settle; the run's record and its input
    expect(of(found, 'quick')?.happy.dollars).toBeCloseTo(1_000 * (transition + call + ledger), 6);
  });
  test('of a map is called once for each batch, which settles it at the end', () => {
    expect(of(found, 'each')).toMatchObject({
      map: { mode: 'inline', items: 60, batches: 3 },
      happy: { transitions: 1 + 3 + 1, lambdaCalls: 3 + 1, events: 2 + 2 + 3 * (2 + 5) + 5 },
    });
  });
});

test('stages for each item are each called once for a batch, side by side where they fork', () => {
  const pipeline = definePipeline('forks', { input: z.object({ list: z.array(z.number()) }) }, (flow) => {
    flow.each(
      flow.input.list,
      (item, one) => {
        const { n } = one.task(stage('read'), { item });
        return one.task(stage('join'), { a: one.task(stage('left'), { n }).n, b: one.task(stage('right'), { n }).n });
      },
      { expect: { items: 60 } },
    );
  });
  const found = estimated(pipeline);
  const map = { mode: 'inline', items: 60, batches: 3 };
  expect(found.stages.map(({ stage: id, map: own }) => [id, own])).toEqual(
    ['read', 'left', 'right', 'join'].map((id) => [id, map]),
  );
  // begin, finish; the Map, its four stages and a Parallel for each batch, and four ends.
  expect(found.happy.transitions).toBe(2 + 1 + 3 * (4 + 1) + 4);
  expect(of(found, 'left')?.happy).toMatchObject({ transitions: 3 + 1, lambdaCalls: 3 + 1 });
});

test('the parts add up to the run', () => {
  const { stages, heddle, happy, worst } = estimated(mixed);
  for (const field of ['transitions', 'events', 'lambdaCalls', 'lambdaSeconds', 'dollars'] as const) {
    const sum = (scenario: 'happy' | 'worst') =>
      [...stages, heddle].reduce((total, part) => total + part[scenario][field], 0);
    expect(sum('happy')).toBeCloseTo(happy[field], 6);
    expect(sum('worst')).toBeCloseTo(worst[field], 6);
    expect(worst[field]).toBeGreaterThan(happy[field]);
  }
});

describe('the items of a map', () => {
  const over = (list: z.ZodType<number[]>, options = {}, given?: EstimateOptions) => {
    const pipeline = definePipeline('sized', { input: z.object({ list }) }, (flow) =>
      flow.map(stage('each'), flow.input.list, (item) => ({ item }), options),
    );
    return of(estimated(pipeline, given), 'each')?.map;
  };
  const any = z.array(z.number());
  test.each([
    ['a hundred, when nobody says', over(any), 100, 4],
    ['no more than the contract allows', over(any.max(7)), 7, 1],
    ['what is expected', over(any, { expect: { items: 51 } }), 51, 3],
    ['what is asked for', over(any, { expect: { items: 51 } }, { items: 26 }), 26, 2],
    ['in no more than a thousand batches', over(any, {}, { items: 100_000 }), 100_000, 1_000],
    ['none', over(any, {}, { items: 0 }), 0, 0],
  ])('%s', (_, map, items, batches) => {
    expect(map).toEqual({ mode: 'inline', items, batches });
  });
  test('distributed, each batch in an execution of its own, with a history of its own', () => {
    const pipeline = definePipeline('sized', { input: z.object({ list: any }) }, (flow) =>
      flow.map(stage('each'), flow.input.list, (item) => ({ item }), { expect: { items: 50_000 }, batch: 10 }),
    );
    const found = of(estimated(pipeline), 'each');
    expect(found?.map).toEqual({ mode: 'distributed', items: 50_000, batches: 5_000 });
    // The map and its `.done`, and the one state of each child.
    expect(found?.happy.transitions).toBe(2 + 5_000);
    expect(found?.happy.events).toBe(2 + 4 + 5 + 5_000 * (2 + 5));
    const [history] = estimated(pipeline).limits;
    expect(history?.happy).toBe(2 + 5 + (2 + 4) + 5 + 5);
  });
  test('a list that is written down is as long as it is', () => {
    const pipeline = pipelineOf((flow) => flow.map(stage('each'), [1, 2, flow.input.n] as never, (item) => ({ item })));
    expect(of(estimated(pipeline, { items: 9 }), 'each')?.map).toMatchObject({ items: 3 });
  });
});

test('what is not declared is said to be assumed, with what to write', () => {
  expect(estimated(mixed).assumptions).toEqual([
    "a call takes 1 s of other, dear, each: say defineStage(…, { expect: { duration: '800ms' } })",
    "a call of Heddle's own Lambdas takes 0.1 s",
    'text has 40 characters and a list 10 elements where a contract sets no lower bound',
    'worst: every retry is used, and every try of a stage runs to its timeout',
    'list prices of us-east-1, read 2026-11, without free tiers, logs, traces, and what stages call',
  ]);
});

test('by other prices than those of the list, which it says', () => {
  const prices = withPrices({ transition: 1 });
  const found = estimated(mixed, { prices });
  expect(found.happy.dollars).toBeGreaterThan(1_000 * found.happy.transitions);
  expect(found.assumptions.at(-1)).toMatch(/^prices as heddle\.prices\.json says, else list prices of us-east-1/);
});

test('a list whose contract is not an array may still be passed', () => {
  const loose = pipelineOf((flow) => flow.map(stage('each'), flow.input.list, (item) => ({ item })));
  expect(estimated(loose).assumptions).toContain(
    'each maps over 100 items: say flow.map(…, { expect: { items: 1000 } }), or --items',
  );
});
