// What AWS writes where a state fails inside of another, event by event.
import { expect, test } from '@jest/globals';
import { engine, invoke } from '../local/sfn/engine.ts';
import { distributed, jsonata, jsonPath, pass, sequence } from './row.ts';

const parallel = (branch: unknown, more: object = {}) => ({ Type: 'Parallel', Branches: [branch], End: true, ...more });
const map = (processor: unknown, more: object = {}) => ({ Type: 'Map', ItemProcessor: processor, End: true, ...more });
const fail = { Type: 'Fail', Error: 'Odd' };
const nowhere = sequence({ P: pass({ Parameters: { 'a.$': '$.none' } }) });
const nothing = sequence({ P: pass({ Output: '{% $states.input.none %}' }) });
const caught = { Catch: [{ ErrorEquals: ['States.ALL'], Next: 'C' }] };
const task = sequence({ T: invoke('fail', 'Odd', { End: true }) });
/** The first item waits long; the other fails after a second. */
const cut = sequence({
  Pick: { Type: 'Choice', Choices: [{ Variable: '$', NumericEquals: 1, Next: 'Long' }], Default: 'Short' },
  Long: { Type: 'Wait', Seconds: 15, End: true },
  Short: { Type: 'Wait', Seconds: 1, Next: 'F' },
  F: fail,
});

/** An expression that is worked out piece by piece. */
const long = '{% $map([1..9], function($x) { $sum([1..9].($ * $x)) }) %}';
const worked = sequence({ P: { Type: 'Pass', Output: long, Next: 'T' }, T: invoke('fail', 'Odd', { End: true }) });
const asked = sequence({ U: invoke('fail', long, { End: true }) });

const started = 'ExecutionStarted ParallelStateEntered ParallelStateStarted';
const mapped = 'ExecutionStarted MapStateEntered MapStateStarted MapIterationStarted';
const handled = 'ParallelStateFailed ParallelStateExited PassStateEntered PassStateExited ExecutionSucceeded';

test.each<[string, unknown, string]>([
  [
    'a path in a branch that finds nothing ends all, with no further word',
    jsonPath({ S: parallel(nowhere) }),
    `${started} PassStateEntered ExecutionFailed`,
  ],
  [
    'in an iteration too',
    jsonPath({ S: map(nowhere, { MaxConcurrency: 1 }) }),
    `${mapped} PassStateEntered ExecutionFailed`,
  ],
  [
    'an expression in a branch that gives nothing: a Pass is not aborted',
    jsonata({ S: parallel(nothing, caught), C: pass() }),
    `${started} PassStateEntered EvaluationFailed ${handled}`,
  ],
  [
    'in an iteration',
    jsonata({ S: map(nothing, { Items: '{% $states.input %}', MaxConcurrency: 1 }) }),
    `${mapped} PassStateEntered EvaluationFailed MapIterationFailed MapStateFailed ExecutionFailed`,
  ],
  [
    'a task that fails in a branch is aborted',
    jsonata({ S: parallel(task, caught), C: pass() }),
    `${started} TaskStateEntered TaskScheduled TaskStarted TaskFailed TaskStateAborted ${handled}`,
  ],
  [
    'what a catcher gives cannot be worked out: the state fails a second time',
    jsonata({
      S: parallel(sequence({ F: fail }), { Catch: [{ ErrorEquals: ['Odd'], Output: '{% $none %}', Next: 'C' }] }),
      C: pass(),
    }),
    `${started} FailStateEntered ParallelStateFailed EvaluationFailed ParallelStateFailed ExecutionFailed`,
  ],
  [
    'an iteration that fails cuts the others, each with the state that it is in',
    jsonPath({ S: map(cut) }),
    `${mapped} ChoiceStateEntered MapIterationStarted ChoiceStateEntered ChoiceStateExited WaitStateEntered ChoiceStateExited WaitStateEntered ` +
      'WaitStateExited FailStateEntered MapIterationAborted WaitStateAborted MapIterationFailed MapStateFailed ExecutionFailed',
  ],
  [
    'nothing is told after the end of what another branch was working out',
    jsonata({ S: { Type: 'Parallel', Branches: [worked, asked, sequence({ F: fail })], End: true } }),
    `${started} PassStateEntered TaskStateEntered FailStateEntered TaskStateAborted ParallelStateFailed ExecutionFailed`,
  ],
  [
    'an iteration without an input does not start, and cuts those that did',
    jsonata({
      S: map(sequence({ W: { Type: 'Wait', Seconds: 5, End: true } }), {
        Items: '{% $states.input %}',
        ItemSelector: '{% $states.context.Map.Item.Value = 1 ? 1 : $none %}',
      }),
    }),
    `${mapped} WaitStateEntered MapIterationAborted WaitStateAborted EvaluationFailed MapStateFailed ExecutionFailed`,
  ],
  [
    'nor do those of which the input was being worked out',
    jsonata({
      S: map(sequence({ T: invoke('fail', 'Odd', { End: true }) }), {
        Items: '{% $states.input %}',
        ItemSelector: `{% $states.context.Map.Item.Value = 1 ? $none : ${long.slice(3, -3)} %}`,
      }),
    }),
    'ExecutionStarted MapStateEntered MapStateStarted EvaluationFailed MapStateFailed ExecutionFailed',
  ],
  [
    'a distributed map that can make nothing of its results: its Map Run has succeeded',
    jsonata({ S: distributed({ P: pass() }, { Items: [1], Output: '{% $none %}' }) }),
    'ExecutionStarted MapStateEntered MapStateStarted MapRunStarted MapRunSucceeded MapStateSucceeded EvaluationFailed MapStateFailed ExecutionFailed',
  ],
])('%s', async (_name, definition, types) => {
  const { create, start, ended, history } = engine({
    functions: {
      fail: (event) => {
        throw Object.assign(new Error('as asked'), { name: String(event) });
      },
    },
  });
  const executionArn = await start(await create(definition), [1, 2]);
  await ended(executionArn);
  const events = await history(executionArn);
  expect(events.map(({ type }) => type).join(' ')).toBe(types);
  // All that is told of what is cut follows the last event of what failed.
  const last = events.findLast(({ type }) => type === 'FailStateEntered' || type === 'TaskFailed')?.id;
  for (const { type, previousEventId } of events)
    if (last !== undefined && /Aborted$/.test(String(type))) expect([type, previousEventId]).toEqual([type, last]);
});

test('a path that finds nothing in an item ends all, with no word of the iterations that run', async () => {
  const { create, start, ended, history } = engine();
  const wait = sequence({ W: { Type: 'Wait', Seconds: 5, End: true } });
  const definition = jsonPath({ S: map(wait, { ItemSelector: { 'a.$': '$$.Map.Item.Value.a' } }) });
  const executionArn = await start(await create(definition), [{ a: 1 }, {}]);
  expect(await ended(executionArn)).toMatchObject({ error: 'States.Runtime' });
  expect((await history(executionArn)).map(({ type }) => type).join(' ')).toBe(
    `${mapped} WaitStateEntered ExecutionFailed`,
  );
});

test.each<[string, object, readonly (readonly [string, number])[]]>([
  [
    'what follows an inline map follows the word of its last iteration',
    map(sequence({ P: pass() }), { MaxConcurrency: 1 }),
    [
      ['MapIterationSucceeded', 6],
      ['MapIterationStarted', 6],
      ['MapStateSucceeded', 11],
      ['MapStateExited', 11],
    ],
  ],
  [
    'what follows a distributed map follows the start of its run',
    map({ ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' }, ...sequence({ P: pass() }) }),
    [
      ['MapRunSucceeded', 4],
      ['MapStateSucceeded', 5],
      ['MapStateExited', 4],
    ],
  ],
])('%s', async (_name, state, previous) => {
  const { create, start, ended, history } = engine();
  const executionArn = await start(await create(jsonPath({ S: state })), [1, 2]);
  await ended(executionArn);
  const told = (await history(executionArn)).map(({ type, previousEventId }) => [type, previousEventId]);
  expect(told).toEqual(expect.arrayContaining(previous.map((pair) => [...pair])));
});
