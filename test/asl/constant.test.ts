import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import jsonata from 'jsonata';
import { constant } from '../../lib/asl/constant.ts';
import type { Json } from '../../lib/records/index.ts';

/** What Step Functions makes of a value in a definition: strings in `{% %}` are evaluated. */
const meant = async (value: Json): Promise<unknown> => {
  if (typeof value === 'string') {
    if (!value.startsWith('{%') || !value.endsWith('%}')) return value;
    const result = await jsonata(value.slice(2, -2)).evaluate({});
    return JSON.parse(JSON.stringify(result));
  }
  if (Array.isArray(value)) return Promise.all(value.map(meant));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(await Promise.all(Object.entries(value).map(async ([k, v]) => [k, await meant(v)])));
};

describe('constant', () => {
  test.each<[string, Json, Json]>([
    ['plain text', 'a "b" \\', 'a "b" \\'],
    ['marks that nothing reads', 'a {% b', 'a {% b'],
    ['JSONata', '{% 1 + 1 %}', '{% "{" & "% 1 + 1 %" & "}" %}'],
    ['half of it, which AWS rejects', '100 %}', '{% "100 %" & "}" %}'],
    ['a space before it, which AWS rejects', ' {% x', '{% " {" & "% x" %}'],
    ['a placeholder', 'a ${b} c', '{% "a $" & "{b} c" %}'],
    ['a placeholder in a name', { '${a}': [1, [null], '{%'] }, '{% {"$" & "{a}": [1, [null], "{" & "%"]} %}'],
    ['numbers, flags and null', [1.5, -1, true, null], [1.5, -1, true, null]],
  ])('%s', async (_, value, spelled) => {
    expect(constant(value)).toEqual(spelled);
    expect(await meant(constant(value))).toEqual(value);
  });

  const mark = fc.constantFrom('${', '{%', '%}', '$', '{', '%', '}', ' ', '"', '\\', '`', 'é', '\u2028', '\n', 'x');
  const text = fc.array(mark, { maxLength: 8 }).map((parts) => parts.join(''));
  const json = fc.letrec<{ value: Json }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      text,
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(text, tie('value'), { maxKeys: 3, noNullPrototype: true }),
    ),
  })).value;

  test('any value means itself, and no placeholder is left', async () => {
    await fc.assert(
      fc.asyncProperty(json, async (value) => {
        const written = constant(value);
        expect(JSON.stringify(written)).not.toContain('${');
        expect(await meant(written)).toEqual(value);
      }),
      { numRuns: 300 },
    );
  });
});
