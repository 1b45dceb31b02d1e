// The check of machines is checked: what each of its rules refuses, and what is right.
import { expect, test } from '@jest/globals';
import { problemsOf } from './problems-of.ts';
import type { Machine } from './sample.ts';

const machine = (States: Record<string, unknown>): Machine =>
  ({ QueryLanguage: 'JSONata', StartAt: Object.keys(States)[0], States }) as unknown as Machine;
const end = { Type: 'Succeed' };
const task = { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', Arguments: { FunctionName: 'f' } };
const branch = (state: object) => ({ StartAt: 'inner', States: { inner: { Type: 'Pass', End: true, ...state } } });

const cases: [string, Machine, ...string[]][] = [
  [
    'variables that are assigned before',
    machine({
      one: { Type: 'Pass', Assign: { x: '{% $states.input.x %}' }, Next: 'two' },
      two: { Type: 'Pass', Output: '{% $merge([$states.input, {"x": $x + 1}]) %}', Next: 'end' },
      end,
    }),
  ],
  [
    'names that an expression binds itself',
    machine({ one: { Type: 'Pass', Output: '{% ($y := 1; $map([1], function($v) { $v + $y })) %}', End: true } }),
  ],
  [
    'a variable that nobody assigns',
    machine({ one: { Type: 'Pass', Output: '{% $y %}', End: true } }),
    'one.Output: $y may not be assigned',
  ],
  [
    'a variable that is read where it is assigned',
    machine({ one: { Type: 'Pass', Assign: { x: 1, y: '{% $x %}' }, End: true } }),
    'one.Assign: $x may not be assigned',
  ],
  [
    'a variable that one way assigns and the other does not',
    machine({
      which: {
        Type: 'Choice',
        Choices: [{ Condition: '{% true %}', Assign: { x: 1 }, Next: 'end' }],
        Default: 'end',
      },
      end: { Type: 'Succeed', Output: '{% $x %}' },
    }),
    'end.Output: $x may not be assigned',
  ],
  [
    'a variable of a Catch on the way that did not fail',
    machine({
      one: { ...task, Catch: [{ ErrorEquals: ['States.ALL'], Assign: { e: 1 }, Next: 'two' }], Next: 'two' },
      two: { Type: 'Succeed', Output: '{% $e %}' },
    }),
    'two.Output: $e may not be assigned',
  ],
  [
    'a variable of a branch outside of it',
    machine({
      fork: { Type: 'Parallel', Branches: [branch({ Assign: { x: 1 } })], Next: 'end' },
      end: { Type: 'Succeed', Output: '{% $x %}' },
    }),
    'end.Output: $x may not be assigned',
  ],
  [
    'a variable from outside inside a branch',
    machine({
      one: { Type: 'Pass', Assign: { x: 1 }, Next: 'fork' },
      fork: { Type: 'Parallel', Branches: [branch({ Output: '{% $x %}' })], End: true },
    }),
  ],
  [
    'one name inside and outside',
    machine({
      one: { Type: 'Pass', Assign: { x: 1 }, Next: 'fork' },
      fork: { Type: 'Parallel', Branches: [branch({ Assign: { x: 2 } })], End: true },
    }),
    'inner: assigns $x, which is assigned outside of its Parallel or Map too',
  ],
  ['a result after success', machine({ one: { ...task, Output: '{% $states.result %}', End: true } })],
  [
    'a result before there is one',
    machine({
      one: { ...task, Arguments: { FunctionName: 'f', Payload: '{% $states.result %}' }, End: true },
    }),
    'one.Arguments: $states.result is not there',
  ],
  [
    'a result of a state that has none',
    machine({ one: { Type: 'Pass', Output: '{% $states.result %}', End: true } }),
    'one.Output: $states.result is not there',
  ],
  [
    'an error where there was none',
    machine({ one: { ...task, Output: '{% $states.errorOutput %}', End: true } }),
    'one.Output: $states.errorOutput is not there',
  ],
  [
    'an expression that does not parse',
    machine({ one: { Type: 'Pass', Output: '{% 1 + %}', End: true } }),
    'one.Output:  1 +  does not parse: Unexpected end of expression',
  ],
  ['a state that nothing leads to', machine({ one: end, two: end }), 'two: nothing leads here'],
  ['a name that AWS refuses', machine({ ['a'.repeat(81)]: end }), `${'a'.repeat(81)}: the name has 81 characters`],
];

test.each(cases)('%s', (_, checked, ...problems) => {
  const found = problemsOf(checked).filter((problem) => !problem.startsWith('asl-validator'));
  expect(found).toEqual(problems);
});

test('what asl-validator refuses is told too', () => {
  expect(problemsOf(machine({ one: { Type: 'Pass' } })).join()).toMatch(/^asl-validator/);
});
