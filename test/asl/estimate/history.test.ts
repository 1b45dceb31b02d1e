// The events that are counted beforehand against those of the local engine's history.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { byEvents, type Conditions, type Course, courseOf } from '../../../lib/asl/estimate/course.ts';
import { eventsOfExecution } from '../../../lib/asl/estimate/events.ts';
import type { AslMachine } from '../../../lib/asl/estimate/machine.ts';
import { estimate } from '../../../lib/asl/index.ts';
import { graphOf } from '../../../lib/graph/index.ts';
import type { Shape } from '../../../lib/local/service.ts';
import { engine, invoke } from '../../local/sfn/engine.ts';
import { randomPipeline } from '../random-pipeline.ts';
import { machineOf } from '../sample.ts';
import { worldEngine } from '../world-engine.ts';

const conditions: Conditions = {
  failing: false,
  iterations: () => 3,
  rounds: () => 4,
  machine: () => undefined,
  weigh: byEvents,
  weighsChildren: false,
};

const eventsIn = ({ visits }: Course): number =>
  visits.reduce((sum, visit) => sum + visit.times * byEvents(visit), eventsOfExecution);

const machine = (States: Record<string, unknown>, StartAt = Object.keys(States)[0]) =>
  ({ QueryLanguage: 'JSONata', StartAt, States }) as unknown as AslMachine & { QueryLanguage: string };

const end = { Type: 'Pass', End: true };
const work = invoke('work', {}, { End: true });
const once = { StartAt: 'inner', States: { inner: work } };
const list = '{% [1, 2, 3] %}';
const ladder = (attempts: number) => [{ ErrorEquals: ['States.ALL'], MaxAttempts: attempts, IntervalSeconds: 1 }];
const caught = { ErrorEquals: ['States.ALL'], Next: 'settle' };

const happy: Record<string, AslMachine> = {
  'a pass': machine({ only: end }),
  'a wait': machine({ wait: { Type: 'Wait', Seconds: 5, Next: 'only' }, only: end }),
  'a success': machine({ only: { Type: 'Succeed' } }),
  'a task': machine({ only: work }),
  'a task in a chain': machine({ first: { ...work, End: undefined, Next: 'only' }, only: work }),
  'a choice, whose dearer branch is taken': machine({
    which: { Type: 'Choice', Choices: [{ Condition: '{% true %}', Next: 'dear' }], Default: 'cheap' },
    dear: work,
    cheap: end,
  }),
  'a parallel of unequal branches': machine({
    fork: {
      Type: 'Parallel',
      Branches: [once, { StartAt: 'a', States: { a: { Type: 'Pass', Next: 'b' }, b: end } }],
      End: true,
    },
  }),
  'a map': machine({ each: { Type: 'Map', Items: list, ItemProcessor: once, End: true } }),
  'a map in a map': machine({
    each: {
      Type: 'Map',
      Items: list,
      ItemProcessor: {
        StartAt: 'every',
        States: { every: { Type: 'Map', Items: list, ItemProcessor: once, End: true } },
      },
      End: true,
    },
  }),
  'a distributed map, whose children have histories of their own': machine({
    each: {
      Type: 'Map',
      Items: list,
      ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' }, ...once },
      End: true,
    },
  }),
  'a retry and a catch that are not needed': machine({
    only: { ...work, Retry: ladder(3), Catch: [caught] },
    settle: end,
  }),
  'a loop that goes round as often as it may': machine({
    count: { Type: 'Pass', Assign: { n: 0 }, Next: 'body' },
    body: { ...work, End: undefined, Assign: { n: '{% $n + 1 %}' }, Next: 'again' },
    again: { Type: 'Choice', Choices: [{ Condition: '{% $n < 4 %}', Next: 'body' }], Default: 'last' },
    last: end,
  }),
};

const failing: Record<string, AslMachine> = {
  'a task that fails for good': machine({ only: { ...work, Retry: ladder(2), Catch: [caught] }, settle: end }),
  'a task without a limit of its own tries four times': machine({
    only: { ...work, Retry: [{ ErrorEquals: ['States.ALL'] }], Catch: [caught] },
    settle: end,
  }),
  'a task in a map': machine({
    each: {
      Type: 'Map',
      Items: list,
      ItemProcessor: {
        StartAt: 'inner',
        States: { inner: { ...work, Retry: ladder(2), Catch: [caught] }, settle: end },
      },
      End: true,
    },
  }),
};

const bounded: Record<string, AslMachine> = {
  'a parallel that is tried again, whose branch then has no exit': machine({
    fork: { Type: 'Parallel', Branches: [once], Retry: ladder(1), Catch: [caught], End: true },
    settle: end,
  }),
  'a map that is tried again, which fails at its first item': machine({
    each: { Type: 'Map', Items: list, ItemProcessor: once, Retry: ladder(1), Catch: [caught], End: true },
    settle: end,
  }),
};

const historyOf = async (definition: AslMachine, workOnce: () => unknown): Promise<readonly string[]> => {
  const sfn = engine({ functions: { work: workOnce } });
  const arn = await sfn.start(await sfn.create(definition));
  expect(await sfn.ended(arn)).toMatchObject({ status: 'SUCCEEDED' });
  const history = (await sfn.history(arn)).map(({ type }) => String(type));
  await sfn.close();
  return history;
};

describe('without a failure the count is exact', () => {
  test.each(Object.entries(happy))('%s', async (_, definition) => {
    expect(eventsIn(courseOf(definition, conditions))).toBe((await historyOf(definition, () => ({}))).length);
  });
});

/** The bytes of every input and output that an event tells of. */
const payloadsIn = (event: Shape): readonly number[] =>
  Object.entries(event).flatMap(([field, details]) =>
    field.endsWith('Details') && typeof details === 'object' && details !== null
      ? ['input', 'output', 'parameters'].flatMap((name) => {
          const text = (details as Shape)[name];
          return typeof text === 'string' ? [Buffer.byteLength(text)] : [];
        })
      : [],
  );

const always = (): never => {
  throw new Error('always');
};

describe('with every failure the count is exact too, where nothing else was possible', () => {
  test.each(Object.entries(failing))('%s', async (_, definition) => {
    const history = await historyOf(definition, always);
    expect(eventsIn(courseOf(definition, { ...conditions, failing: true }))).toBe(history.length);
  });
});

describe('and a bound elsewhere', () => {
  test.each(Object.entries(bounded))('%s', async (_, definition) => {
    const history = await historyOf(definition, always);
    expect(eventsIn(courseOf(definition, { ...conditions, failing: true }))).toBeGreaterThanOrEqual(history.length);
  });
});

test('a machine that starts another and waits for it: each history has its own events', async () => {
  const child = machine({ first: { ...work, End: undefined, Next: 'only' }, only: end });
  const sfn = engine({ functions: { work: () => ({}) } });
  const childArn = await sfn.create(child, 'child');
  const parent = machine({
    start: {
      Type: 'Task',
      Resource: 'arn:aws:states:::states:startExecution.sync:2',
      Arguments: { StateMachineArn: childArn, Name: 'part', Input: {} },
      End: true,
    },
  });
  const arn = await sfn.start(await sfn.create(parent, 'parent'));
  expect(await sfn.ended(arn)).toMatchObject({ status: 'SUCCEEDED' });
  const [own, started] = [
    await sfn.history(arn),
    await sfn.history(`${childArn.replace('stateMachine', 'execution')}:part`),
  ];
  await sfn.close();
  const course = courseOf(parent, { ...conditions, machine: () => ({ machine: child, express: false }) });
  expect(eventsIn(course)).toBe(own.length);
  expect(course.children.map((each) => [each.times, eventsIn(each.course)])).toEqual([[1, started.length]]);
});

test('of random pipelines no run has more events or longer payloads than the bound', async () => {
  await fc.assert(
    fc.asyncProperty(randomPipeline, async ({ pipeline, world }) => {
      const definition = machineOf(pipeline) as unknown as AslMachine;
      const ids = graphOf(pipeline).stages.map(({ id }) => id);
      const { sfn } = await worldEngine(ids, world);
      const arn = await sfn.start(await sfn.create(definition), { run: 'r' });
      await sfn.ended(arn);
      const history = await sfn.history(arn);
      const events = history.length;
      await sfn.close();
      const payloads = history.flatMap((event) => payloadsIn(event));
      const bound = estimate(graphOf(pipeline), { items: 60 }).limits.find(({ limit }) => limit === 'payload bytes');
      expect(Math.max(...payloads)).toBeLessThanOrEqual(bound?.worst ?? 0);
      // No list of a random pipeline is longer than 60, and a batch has 25 items.
      const most = (failing: boolean) =>
        eventsIn(courseOf(definition, { ...conditions, failing, iterations: () => 3 }));
      expect(events).toBeLessThanOrEqual(most(true));
      if (world.failing.size === 0) expect(events).toBeLessThanOrEqual(most(false));
    }),
    { numRuns: 40 },
  );
});
