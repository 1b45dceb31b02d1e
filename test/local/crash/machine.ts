// The run that is killed: 30 stages in a row, a Map of 15 items, 5 stages more. Each is one side effect.

export const ITEMS = 15;
const BEFORE = 30;
const AFTER = 5;
const ATONCE = 5;

const numbered = (letter: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${letter}${index}`);

/** Every task of a run. */
export const tasks: readonly string[] = [
  ...numbered('before', BEFORE),
  ...numbered('item', ITEMS),
  ...numbered('after', AFTER),
];

const task = (name: string, n: string) => ({
  Type: 'Task',
  Resource: 'arn:aws:lambda:us-east-1:123456789012:function:work',
  Arguments: { task: name, n },
});

const chain = (names: readonly string[], next: object) =>
  names.map((name, index) => [
    name,
    { ...task(name, '{% $states.input.n %}'), ...(names[index + 1] ? { Next: names[index + 1] } : next) },
  ]);

const each = {
  Type: 'Map',
  Items: `{% [0..${ITEMS - 1}] %}`,
  MaxConcurrency: ATONCE,
  ItemProcessor: {
    StartAt: 'Item',
    States: { Item: { ...task('{% "item" & $string($states.input) %}', '{% $states.input %}'), End: true } },
  },
  Output: '{% { "n": $sum($states.result.n) } %}',
  Next: 'after0',
};

export const definition: string = JSON.stringify({
  QueryLanguage: 'JSONata',
  StartAt: 'before0',
  States: {
    ...Object.fromEntries(chain(numbered('before', BEFORE), { Next: 'Each' })),
    Each: each,
    ...Object.fromEntries(chain(numbered('after', AFTER), { End: true })),
  },
});

/** What a task gives: its name, and its number plus one. */
export const result = (name: string, n: number) => ({ task: name, n: n + 1 });

/** The map starts from its items, whatever came before it. */
export const output = result(`after${AFTER - 1}`, (ITEMS * (ITEMS + 1)) / 2 + AFTER - 1);
