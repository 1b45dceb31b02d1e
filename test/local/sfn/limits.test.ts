import { describe, expect, test } from '@jest/globals';
import { steeredClock } from '../../../lib/local/virtual-clock.ts';
import { engine } from './engine.ts';

const turn = { Type: 'Choice', Choices: [{ Variable: '$', IsNull: true, Next: 'C' }], Default: 'A' };
const loop = { StartAt: 'A', States: { A: { Type: 'Pass', Next: 'B' }, B: turn, C: { Type: 'Succeed' } } };
const caughtLoop = {
  StartAt: 'P',
  States: {
    P: { Type: 'Parallel', Branches: [loop], Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Never' }], End: true },
    Never: { Type: 'Succeed' },
  },
};

// https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
describe('limits', () => {
  test.each([
    ['of a machine', loop],
    ['of a branch, which no Catch can save', caughtLoop],
  ])('the 25,000th event %s is the failure', async (_name, definition) => {
    const { create, start, ended, call } = engine();
    const executionArn = await start(await create(definition));
    expect(await ended(executionArn)).toMatchObject({
      status: 'FAILED',
      error: 'States.Runtime',
      cause: 'The execution reached the maximum number of history events (25000).',
    });
    const { events } = await call('GetExecutionHistory', { executionArn, reverseOrder: true, maxResults: 1 });
    expect(events).toMatchObject([{ id: 25_000, type: 'ExecutionFailed' }]);
  });

  // An engine that went down with such an execution would go down with it again at every start.
  const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
  test.each<[string, object, object]>([
    ['a payload template', {}, { Parameters: { 'a.$': '$' } }],
    ['a path', {}, { InputPath: '$..a' }],
    ['a result beside it', {}, { Result: 1, ResultPath: '$.a' }],
    ['a query', { QueryLanguage: 'JSONata' }, { Output: '{% [$states.input] %}' }],
    ['a variable', { QueryLanguage: 'JSONata' }, { Assign: { x: '{% $states.input %}' } }],
  ])('data that is nested too deeply for %s fails its execution alone', async (_name, machine, state) => {
    const { create, call, ended } = engine();
    const stateMachineArn = await create({
      ...machine,
      StartAt: 'P',
      States: { P: { Type: 'Pass', ...state, End: true } },
    });
    const { executionArn } = await call('StartExecution', { stateMachineArn, input: deep });
    expect(await ended(String(executionArn))).toMatchObject({
      error: 'States.Runtime',
      cause: expect.stringContaining('The data is nested too deeply to be processed.'),
    });
  });

  // https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html
  test.each([
    ['one variable', { v: 262_143 }, 'States.DataLimitExceeded'],
    ['all of one Assign together', { v: 140_000, w: 140_000 }, 'States.DataLimitExceeded'],
    ['no more than 256 KiB', { v: 262_142 }, undefined],
  ])('variables are bounded: %s', async (_what, sizes, error) => {
    const { run } = engine();
    const text = (size: number): string => `{% $pad('', ${size}, 'x') %}`;
    const Assign = Object.fromEntries(Object.entries(sizes).map(([name, size]) => [name, text(size)]));
    const state = { Type: 'Pass', Assign, Output: {}, End: true };
    expect(await run({ QueryLanguage: 'JSONata', StartAt: 'P', States: { P: state } })).toMatchObject({ error });
  });

  // 40 texts of 256 KiB are 10 MiB.
  const branch = { StartAt: 'B', States: { B: { Type: 'Pass', Assign: { b: 1 }, End: true } } };
  const assigning = (count: number, names: number, last: object = { Type: 'Succeed' }) => ({
    QueryLanguage: 'JSONata',
    StartAt: 'S0',
    States: {
      ...Object.fromEntries(
        Array.from({ length: count }, (_, index) => [
          `S${index}`,
          {
            Type: 'Pass',
            Assign: { [`v${index % names}`]: "{% $pad('', 262142, 'x') %}" },
            Output: {},
            Next: `S${index + 1}`,
          },
        ]),
      ),
      [`S${count}`]: last,
    },
  });
  test.each([
    ['as much as fits', assigning(40, 40), undefined],
    ['more', assigning(41, 41), 'States.DataLimitExceeded'],
    ['the same again', assigning(41, 40), undefined],
    [
      'more in a branch, which sees them too',
      assigning(40, 40, { Type: 'Parallel', Branches: [branch], End: true }),
      'States.DataLimitExceeded',
    ],
  ])('all variables together are bounded: %s', async (_what, machine, error) => {
    expect(await engine().run(machine)).toMatchObject({ error });
  });

  // https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html: 248 KB, as texts within JSON.
  test.each([
    ['both', 1_000, 1_000, { input: true, output: true }],
    ['the output only where both are too much', 130_000, 130_000, { input: false, output: true }],
    ['none where the output alone is too much', 10, 255_000, { input: false, output: false }],
    [
      'quotes as the two bytes that they become',
      '"'.repeat(50_000),
      '"'.repeat(50_000),
      { input: false, output: true },
    ],
  ])('the event of an end tells %s', async (_what, given, made, told) => {
    const { create, start, ended, events } = engine();
    const text = (size: number | string): string => (typeof size === 'number' ? 'x'.repeat(size) : size);
    const pass = { Type: 'Pass', Result: text(made), End: true };
    const executionArn = await start(await create({ StartAt: 'P', States: { P: pass } }), text(given));
    await ended(executionArn);
    expect(events.at(-1)?.detail).toMatchObject({
      input: told.input ? JSON.stringify(text(given)) : null,
      inputDetails: { included: told.input },
      output: told.output ? JSON.stringify(text(made)) : null,
      outputDetails: { included: told.output },
    });
  });

  test('history comes in pages', async () => {
    const { create, start, ended, call } = engine();
    const states = Object.fromEntries(
      Array.from({ length: 60 }, (_, i) => [
        `S${i}`,
        { Type: 'Pass', ...(i < 59 ? { Next: `S${i + 1}` } : { End: true }) },
      ]),
    );
    const executionArn = await start(await create({ StartAt: 'S0', States: states }));
    await ended(executionArn);
    const ids: unknown[] = [];
    let nextToken: unknown;
    let pages = 0;
    do {
      const page = await call('GetExecutionHistory', {
        executionArn,
        maxResults: 50,
        ...(nextToken ? { nextToken } : {}),
      });
      ids.push(...(page.events as { id: number }[]).map(({ id }) => id));
      nextToken = page.nextToken;
      pages++;
    } while (nextToken);
    expect(ids).toEqual(Array.from({ length: 122 }, (_, i) => i + 1));
    expect(pages).toBe(3);
  });

  test.each([['an input', { StartAt: 'P', States: { P: { Type: 'Pass', End: true } } }, 'x'.repeat(262_144)]])(
    '%s above 256 KiB is refused',
    async (_name, definition, input) => {
      const { create, start } = engine();
      const arn = await create(definition);
      await expect(start(arn, input)).rejects.toMatchObject({ code: 'ValidationException' });
    },
  );

  test('a machine in virtual time waits thirty days at once, and twice the same', async () => {
    const definition = {
      StartAt: 'W',
      States: {
        W: { Type: 'Wait', Seconds: 30 * 86_400, Next: 'E' },
        E: { Type: 'Pass', Parameters: { 'id.$': 'States.UUID()', 'at.$': '$$.State.EnteredTime' }, End: true },
      },
    };
    const [one, other] = [await engine().run(definition), await engine().run(definition)];
    expect(one.output).toMatchObject({ at: '2026-01-31T00:00:00Z' });
    expect(other).toEqual(one);
  });
});

describe('an execution runs for a year at most', () => {
  const year = 365 * 86_400_000;
  const begin = Date.parse('2026-01-01T00:00:00Z');
  const wait = { StartAt: 'W', States: { W: { Type: 'Wait', Seconds: 99_999_999, End: true } } };

  test('whatever its machine says', async () => {
    const { create, start, ended, call, history } = engine();
    const executionArn = await start(await create({ ...wait, TimeoutSeconds: 99_999_999 }));
    expect(await ended(executionArn)).toMatchObject({ status: 'TIMED_OUT', error: 'States.Timeout' });
    expect(await call('DescribeExecution', { executionArn })).toMatchObject({ stopDate: (begin + year) / 1000 });
    expect((await history(executionArn)).at(-1)).toMatchObject({ type: 'ExecutionTimedOut' });
  });

  test('the first of several first; and one that waits for somebody does not make time pass', async () => {
    const clock = steeredClock(begin);
    const { create, start, call } = engine({ clock });
    const activityArn = (await call('CreateActivity', { name: 'somebody' })).activityArn;
    const task = { StartAt: 'T', States: { T: { Type: 'Task', Resource: activityArn, End: true } } };
    const early = await start(await create(task, 'early'));
    await clock.advanceTo(begin + 1000);
    const second = await start(await create(wait, 'late'));
    const statusOf = async (executionArn: string) => (await call('DescribeExecution', { executionArn })).status;
    await clock.advanceTo(begin + year - 1);
    expect([await statusOf(early), await statusOf(second)]).toEqual(['RUNNING', 'RUNNING']);
    await clock.advanceTo(begin + year);
    expect([await statusOf(early), await statusOf(second)]).toEqual(['TIMED_OUT', 'RUNNING']);
    await clock.advanceTo(begin + year + 1000);
    expect(await statusOf(second)).toBe('TIMED_OUT');
  });
});

test.each<[string, object]>([
  ['a branch', { Type: 'Parallel', Branches: ['states'], End: true }],
  ['a map', { Type: 'Map', ItemProcessor: 'states', End: true }],
  ['the older map', { Type: 'Map', Iterator: 'states', End: true }],
])('an Express machine waits for no token, in %s neither', async (_name, outer) => {
  const Resource = 'arn:aws:states:::sqs:sendMessage.waitForTaskToken';
  const inner = { StartAt: 'T', States: { T: { Type: 'Task', Resource, End: true } } };
  const definition = {
    StartAt: 'O',
    States: { O: JSON.parse(JSON.stringify(outer).replace('"states"', JSON.stringify(inner))) },
  };
  const { create } = engine();
  await expect(create(definition, 'm', 'EXPRESS')).rejects.toThrow(
    "Express state machine does not support '.waitForTaskToken' service integration",
  );
  await create(definition, 'm');
});

test('an Express execution cannot be waited for: the Task that wants to fails, and nothing else', async () => {
  const { create, run } = engine();
  const StateMachineArn = await create({ StartAt: 'P', States: { P: { Type: 'Pass', End: true } } }, 'e', 'EXPRESS');
  const task = {
    Type: 'Task',
    Resource: 'arn:aws:states:::states:startExecution.sync:2',
    Parameters: { StateMachineArn },
  };
  const Catch = [{ ErrorEquals: ['StepFunctions.StateMachineTypeNotSupportedException'], Next: 'C' }];
  const definition = { StartAt: 'T', States: { T: { ...task, Catch, End: true }, C: { Type: 'Succeed' } } };
  expect(await run(definition)).toMatchObject({
    status: 'SUCCEEDED',
    output: { Cause: expect.stringMatching(/^This operation is not supported by this type of state machine/) },
  });
});

test('no time passes while an Express execution goes from state to state', async () => {
  const { create, call, clock } = engine();
  const began = clock.now();
  const stateMachineArn = await create(
    {
      QueryLanguage: 'JSONata',
      StartAt: 'P',
      States: {
        P: { Type: 'Pass', Output: '{% $states.input + 1 %}', Next: 'C' },
        C: { Type: 'Choice', Choices: [{ Condition: '{% $states.input > 300 %}', Next: 'E' }], Default: 'P' },
        E: { Type: 'Succeed' },
      },
    },
    'express',
    'EXPRESS',
  );
  expect(await call('StartSyncExecution', { stateMachineArn, input: '0' })).toMatchObject({ status: 'SUCCEEDED' });
  expect(clock.now()).toBe(began);
});

test('an execution that is alone leaves the event loop to others, however many states it goes through at once', async () => {
  const busy = (): null => {
    for (const until = performance.now() + 5; performance.now() < until; );
    return null;
  };
  const { create, start, ended } = engine({ functions: { busy } });
  const work = { Type: 'Task', Resource: 'arn:aws:lambda:us-east-1:111111111111:function:busy' };
  const states = Object.fromEntries(
    Array.from({ length: 100 }, (_, at) => [
      `T${at}`,
      { ...work, ...(at < 99 ? { Next: `T${at + 1}` } : { End: true }) },
    ]),
  );
  const executionArn = await start(await create({ StartAt: 'T0', States: states }));
  let turns = 0;
  const count = setInterval(() => turns++, 10);
  await ended(executionArn);
  clearInterval(count);
  expect(turns).toBeGreaterThan(2); // of half a second
});
