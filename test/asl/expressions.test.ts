import { describe, expect, test } from '@jest/globals';
import jsonata from 'jsonata';
import * as z from 'zod';
import { and, type Condition, eq, fromS3, gt, lt, ne, not, or, type Ref } from '../../lib/definition/index.ts';
import type { Json } from '../../lib/records/index.ts';
import { machineOf, pipelineOf, type State, stage, statesOf } from './sample.ts';

const evaluated = async (source: unknown, states: Json): Promise<unknown> => {
  const text = String(source);
  expect(text).toMatch(/^\{%.*%\}$/);
  const result = await jsonata(text.slice(2, -2)).evaluate({}, { states });
  return result === undefined ? undefined : JSON.parse(JSON.stringify(result));
};

const stateOf = (pipeline: Parameters<typeof machineOf>[0], name: string): State =>
  statesOf(machineOf(pipeline)).find(([each]) => each === name)?.[1] ?? {};

describe('Items of a map', () => {
  const mapping = pipelineOf((flow) =>
    flow.map(stage('each'), flow.task(stage('listed'), {}).list, (item) => ({ item })),
  );
  const input = (count?: number) => ({
    input: { run: {}, chosen: {}, control: count === undefined ? {} : { listed: { 'list#': count } } },
    context: { Map: { Item: { Value: 7 } } },
  });

  test.each([
    [0, 0, 25],
    [1, 1, 25],
    [25, 1, 25],
    [26, 2, 25],
    [25_000, 1000, 25],
    [25_001, 962, 26],
    [30_000, 1000, 30],
    [1_000_000, 1000, 1000],
  ])('%i items are %i batches of %i', async (count, batches, size) => {
    const state = stateOf(mapping, 'each');
    const items = await evaluated(state.Items, input(count));
    expect(items).toEqual(Array.from({ length: batches }, (_, index) => index));
    const selector = state.ItemSelector as State;
    expect(await evaluated(selector.size, input(count))).toBe(size);
    expect(await evaluated(selector.index, input(count))).toBe(7);
    expect(batches * size).toBeGreaterThanOrEqual(count);
  });

  test('there are none when the stage that gives the list did not complete', async () => {
    expect(await evaluated(stateOf(mapping, 'each').Items, input())).toEqual([]);
  });

  test('a choice that took no branch gives no list, not the other branch', async () => {
    const over = pipelineOf((flow) => {
      const found = flow.task(stage('found'), {});
      const chosen = flow.choose(
        gt(found.n, 0),
        () => ({ list: found.list }),
        () => ({ list: [1, 2] }),
        { id: 'any' },
      );
      flow.map(stage('each'), chosen.list, (item) => ({ item }));
    });
    const items = (branch: string) =>
      evaluated(stateOf(over, 'each').Items, {
        input: { chosen: { any: branch }, control: { found: { 'list#': 26 } } },
      });
    expect(await items('then')).toEqual([0, 1]);
    expect(await items('otherwise')).toEqual([0]);
    expect(await items('none')).toEqual([]);
  });
});

describe('Choice', () => {
  type Outcome = 'then' | 'otherwise' | 'none';
  const taken = async (when: (ref: Ref<Values>) => Condition, control: Json): Promise<unknown> => {
    const deciding = pipelineOf((flow) => {
      const values = flow.task(stage('values'), {}) as unknown as Ref<Values>;
      flow.choose(
        when(values),
        () => 1,
        () => 2,
        { id: 'any' },
      );
    });
    const input = {
      run: { id: 'r' },
      control: { 'begin()': { k: 1 }, ...(control as object) },
      chosen: { other: 'then' },
    };
    for (const rule of stateOf(deciding, 'any').Choices as unknown as State[]) {
      const condition = await evaluated(rule.Condition, { input });
      expect(typeof condition).toBe('boolean'); // Step Functions fails the run on anything else.
      if (!condition) continue;
      const output = (await evaluated(rule.Output, { input })) as typeof input & { chosen: Record<string, string> };
      expect(output).toEqual({ ...input, chosen: { other: 'then', any: output.chosen.any } });
      return output.chosen.any;
    }
    return 'nothing';
  };
  interface Values {
    readonly n: number;
    readonly m: number;
    readonly text: string;
    readonly flag: boolean;
    readonly 'odd.`${name}#': number;
  }
  const some = (values: object) => ({ values });

  const cases: [string, (ref: Ref<Values>) => Condition, Json, Outcome][] = [
    ['more', (v) => gt(v.n, 1), { values: { n: 2 } }, 'then'],
    ['not more', (v) => gt(v.n, 1), { values: { n: 1 } }, 'otherwise'],
    ['negative', (v) => lt(v.n, -1), { values: { n: -2 } }, 'then'],
    ['strings by code point', (v) => lt(v.text, 'b'), { values: { text: 'a' } }, 'then'],
    ['two refs', (v) => gt(v.n, v.m), { values: { n: 2, m: 1 } }, 'then'],
    ['equal text', (v) => eq(v.text, 'it\'s "so" \\'), { values: { text: 'it\'s "so" \\' } }, 'then'],
    ['text that looks like code', (v) => eq(v.text, '{% ${x} %}'), { values: { text: '{% ${x} %}' } }, 'then'],
    ['a flag', (v) => eq(v.flag, true), { values: { flag: false } }, 'otherwise'],
    ['unequal', (v) => ne(v.n, 1), { values: { n: 2 } }, 'then'],
    ['null is unequal', (v) => ne(v.n, 1), { values: { n: null } }, 'then'],
    ['null is not more', (v) => gt(v.n, 1), { values: { n: null } }, 'otherwise'],
    ['text is not more than a number', (v) => gt(v.n, 1), { values: { n: '2' } }, 'otherwise'],
    ['and', (v) => and(gt(v.n, 1), gt(v.m, 1)), { values: { n: 2, m: 1 } }, 'otherwise'],
    ['or', (v) => or(gt(v.n, 1), gt(v.m, 1)), { values: { n: 2, m: 1 } }, 'then'],
    ['not', (v) => not(gt(v.n, 1)), { values: { n: 1 } }, 'then'],
    ['an odd name', (v) => gt(v['odd.`${name}#'], 1), { values: { 'odd%2e%60%24%7bname%7d%23': 2 } }, 'then'],
    ['a stage that failed', (v) => gt(v.n, 1), {}, 'none'],
    ['a stage that was skipped', (v) => gt(v.n, 1), some({}) as Json, 'none'],
    ['one side missing', (v) => or(gt(v.n, 1), gt(v.m, 1)), { values: { n: 2 } }, 'none'],
    ['not, of what is missing', (v) => not(gt(v.n, 1)), {}, 'none'],
  ];
  test.each(cases)('%s', async (_, when, control, outcome) => {
    expect(await taken(when, control)).toBe(outcome);
  });

  test('a whole output is read under a name of its own', async () => {
    expect(await taken((v) => eq(v as unknown as Ref<number>, 3), { values: { '.': 3 } })).toBe('then');
  });
});

describe('the flow state', () => {
  const waves = pipelineOf((flow) => {
    const [a, b, quiet] = [flow.task(stage('a'), {}), flow.task(stage('b'), {}), flow.task(stage('quiet'), {})];
    flow.choose(
      gt(a.n, b.n),
      () => flow.task(stage('c'), { n: quiet.n }),
      () => null,
    );
  });
  const input = { run: { id: 'r' }, control: { 'begin()': {}, before: { n: 1 } }, chosen: { x: 'then' } };

  test('a stage puts its control values beside the others', async () => {
    const result = { Payload: { status: 'completed', control: { n: 2 } } };
    expect(await evaluated(stateOf(waves, 'a').Output, { input, result })).toEqual({
      ...input,
      control: { ...input.control, a: { n: 2 } },
    });
  });

  test('a stage that nobody reads control values of leaves it as it is, or says nothing at the end of a branch', async () => {
    const alone = pipelineOf((flow) => flow.task(stage('b'), { n: flow.task(stage('a'), {}).n }));
    expect(await evaluated(stateOf(alone, 'a').Output, { input, result: {} })).toEqual(input);
    expect(await evaluated(stateOf(waves, 'quiet').Output, { input, result: {} })).toEqual({});
  });

  test('a wave ends with what each branch added', async () => {
    const branch = (control: object, chosen: object) => ({
      ...input,
      control: { ...input.control, ...control },
      chosen: { ...input.chosen, ...chosen },
    });
    const result = [branch({ a: { n: 1 } }, {}), branch({ b: {} }, { y: 'none' }), {}] as unknown as Json;
    expect(await evaluated(stateOf(waves, 'parallel.1').Output, { input, result })).toEqual({
      run: input.run,
      control: { ...input.control, a: { n: 1 }, b: {} },
      chosen: { x: 'then', y: 'none' },
    });
  });

  test('an error travels to settle and no further', async () => {
    const errorOutput = { Error: 'E', Cause: 'c' };
    const [caught] = stateOf(waves, 'a').Catch as unknown as State[];
    const failing = (await evaluated(caught?.Output, { input, errorOutput })) as Json;
    const settle = stateOf(waves, 'a.failed');
    const payload = (settle.Arguments as State).Payload as State;
    expect(await evaluated(payload.error, { input: failing })).toEqual(errorOutput);
    const result = { Payload: { control: {} } };
    expect(await evaluated(settle.Output, { input: failing, result })).toEqual({
      ...input,
      control: { ...input.control, a: {} },
    });
  });
});

test('a map whose rows were mended, and breaks all the same, does not go over them a third time', async () => {
  const pipeline = pipelineOf((flow) => {
    const rows = fromS3({ bucket: 'inbox', key: 'drop.jsonl', format: 'jsonl', row: z.object({ n: z.number() }) });
    flow.each(rows, ({ n }, each) => {
      const [one, two] = [each.task(stage('one'), { n }), each.task(stage('two'), { n })];
      return each.task(stage('three'), { n: one.n, m: two.n });
    });
  });
  const [broken, choice] = [stateOf(pipeline, 'one.broken'), stateOf(pipeline, 'one.mended')];
  const [{ Condition }] = choice.Choices as unknown as readonly [{ readonly Condition: string }];
  const flow = { run: {}, control: {}, chosen: {} };
  const copy = { bucket: 'payloads', key: 'copy' };
  const after = async (input: object, mended?: object) => {
    const result = { Payload: { control: {}, ...(mended ? { mended } : {}) } };
    const output = (await evaluated(broken.Output, { input, result } as never)) as object;
    return { output, again: await evaluated(Condition, { input: output } as never) };
  };
  const failure = { Error: 'States.ItemReaderFailed' };
  const first = await after({ ...flow, failure }, copy);
  expect(first).toMatchObject({ output: { mended: { one: copy } }, again: true });
  const second = await after({ ...first.output, failure: { Error: 'States.TaskFailed' } });
  // The next stage's record is of the same failure.
  expect(second).toEqual({ output: { ...flow, failure: { Error: 'States.TaskFailed' } }, again: false });
  expect(choice.Default).toBe('two.broken');
});
