import { describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import jsonata from 'jsonata';
import { parseIntrinsic } from '../../../lib/local/states/expressions/intrinsic-call.ts';
import { parseJsonPath } from '../../../lib/local/states/expressions/json-path.ts';
import { selectPath } from '../../../lib/local/states/expressions/json-path-select.ts';
import { compileJsonata } from '../../../lib/local/states/expressions/jsonata.ts';
import { placeResult } from '../../../lib/local/states/expressions/result-path.ts';
import type { Scope } from '../../../lib/local/states/expressions/scope.ts';
import type { Json } from '../../../lib/local/states/json.ts';

const ambient = { now: () => 0, random: () => 0.5 };
const scope = (input: Json): Scope => ({ input, variables: {}, context: () => ({}) });

const book = {
  store: {
    book: [
      { category: 'reference', title: 'Sayings', price: 8.95 },
      { category: 'fiction', title: 'Sword', price: 12.99, isbn: '1' },
      { category: 'fiction', title: 'Moby', price: 8.99, isbn: '2' },
    ],
    bicycle: { color: 'red', price: 19.95 },
  },
  'odd name': [[1], [2, 3]],
};

describe('JSONPath', () => {
  test.each<[string, Json | undefined]>([
    ['', book],
    ['.store.bicycle.color', 'red'],
    [".store['bicycle']['color']", 'red'],
    ["['odd name'][1][0]", 2],
    ['.store.book[0].title', 'Sayings'],
    ['.store.book[-1].title', 'Moby'],
    ['.store.book[9]', undefined],
    ['.store.nothing.at.all', undefined],
    ['.store.book[*].title', ['Sayings', 'Sword', 'Moby']],
    ['.store.book[0,2].title', ['Sayings', 'Moby']],
    ['.store.book[:2].title', ['Sayings', 'Sword']],
    ['.store.book[1:].title', ['Sword', 'Moby']],
    ['.store.book[?(@.isbn)].title', ['Sword', 'Moby']],
    ['.store.book[?(!@.isbn)].title', ['Sayings']],
    ['.store.book[?(@.price < 9 && @.category == "fiction")].title', ['Moby']],
    ['.store.book[?(@.title =~ /s.*/i)].title', ['Sayings', 'Sword']],
    ['..book[?(@.price > $.store.book[0].price)].title', ['Sword', 'Moby']],
    ['..price', [8.95, 12.99, 8.99, 19.95]],
    ['..nothing', []],
    ['.store.book.length()', 3],
  ])('$%s', (path, expected) => {
    expect(selectPath(parseJsonPath(path), book)).toEqual(expected);
  });

  test.each([['.'], ['.a['], ['.a[?(@.b ==)]'], [".a['b"], ['.a b']])('$%s is not a path', (path) => {
    expect(() => parseJsonPath(path)).toThrow(SyntaxError);
  });

  test.each<[string, Json, Json]>([
    ['.a', {}, { a: 1 }],
    ['.a.b.c', { a: { x: 0 } }, { a: { x: 0, b: { c: 1 } } }],
    ['.a[1]', { a: [5, 6] }, { a: [5, 1] }],
    ['', { a: 0 }, 1],
  ])('a result goes to $%s of %j', (path, input, expected) => {
    expect(placeResult(input, parseJsonPath(path).segments, 1)).toEqual(expected);
  });

  test.each<[string, Json]>([
    ['.a.b', { a: 3 }],
    ['.a[2]', { a: [1] }],
    ['.a', 'text'],
  ])('a result cannot go to $%s of %j', (path, input) => {
    expect(() => placeResult(input, parseJsonPath(path).segments, 1)).toThrow(
      /^States.ReferencePathConflict: Unable to apply step/,
    );
  });
});

describe('intrinsic functions', () => {
  test.each<[string, Json]>([
    ["States.Format('{} and {}', $.a, 'x')", '1 and x'],
    ["States.Format('{}', $.o)", '{k=[1, two]}'],
    ['States.ArrayPartition($.list, 2)', [[1, 2], [2]]],
    ['States.ArrayUnique($.list)', [1, 2]],
    ['States.ArrayContains($.list, 2)', true],
    ['States.ArrayRange(1, 9, 3)', [1, 4, 7]],
    ['States.ArrayGetItem($.list, 0)', 1],
    ['States.ArrayLength($.list)', 3],
    ["States.Base64Decode(States.Base64Encode('hé'))", 'hé'],
    ["States.Hash('a', 'MD5')", '0cc175b9c0f1b6a831c399e269772661'],
    ['States.MathAdd(-1.5, 0)', -1],
    ['States.MathRandom(0, 10)', 5],
    ["States.StringToJson('[1]')", [1]],
    ['States.JsonToString($.o)', '{"k":[1,"two"]}'],
    ["States.StringSplit('1.2+3', '.+')", ['1', '2', '3']],
  ])('%s', (text, expected) => {
    expect(parseIntrinsic(text, ambient)(scope({ a: 1, list: [1, 2, 2], o: { k: [1, 'two'] } }))).toEqual(expected);
  });

  test.each([
    ['States.Formt()', 'did you mean States.Format?'],
    ["States.Format('{}'", "')' is expected"],
    ['States.Array(1,)', 'an intrinsic function is expected'],
    [`${'States.Array('.repeat(11)}1${')'.repeat(11)}`, 'more than 10 intrinsic functions are nested'],
    ['States.Array(1) x', 'this is not part of the call'],
  ])('%s is refused: %s', (text, why) => {
    expect(() => parseIntrinsic(text, ambient)).toThrow(why);
  });

  test.each([
    ["States.Format('{} {}', 1)", 'fewer arguments'],
    ['States.ArrayGetItem($.list, 7)', 'outside of the array'],
    ["States.Hash('a', 'CRC')", 'Unknown hash algorithm'],
    [`States.Base64Encode('${'a'.repeat(10_001)}')`, 'more than 10000 characters'],
    ['States.JsonMerge($, $, true)', 'merged shallowly only'],
    ['States.MathRandom(5, 5)', 'not after the start'],
    ['States.ArrayLength($.list, 1)', '1 arguments are expected but found 2'],
    ['States.MathRandom(1)', '2 to 3 arguments are expected but found 1'],
  ])('%s fails: %s', (text, why) => {
    expect(() => parseIntrinsic(text, ambient)(scope({ list: [1] }))).toThrow(why);
  });
});

describe('JSONata', () => {
  const keys = fc.constantFrom('a', 'b', 'c');
  const document = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.integer(),
      fc.string(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(keys, tie('value'), { maxKeys: 3 }),
    ),
  })).value;

  test('the shortcut for paths gives what JSONata gives', async () => {
    const property = fc.asyncProperty(document, fc.array(keys, { maxLength: 3 }), async (value, path) => {
      const source = ['$states.input', ...path].join('.');
      const input = JSON.parse(JSON.stringify(value)) as Json;
      const expected: unknown = await jsonata(source).evaluate(undefined, { states: { input } });
      const query = compileJsonata(`{% ${source} %}`, 'Output', ambient);
      if (expected === undefined)
        await expect((async () => query.evaluate(scope(input)))()).rejects.toThrow('returned nothing');
      else expect(JSON.stringify(await query.evaluate(scope(input)))).toBe(JSON.stringify(expected));
    });
    await fc.assert(property, { numRuns: 300 });
  });

  test.each<[string, Json, Json]>([
    ['$replace($states.input, /\\$$/, "!")', 'a$', 'a!'],
    ['/* it\'s not */ $states.input & "$$"', 'a', 'a$$'],
    ['$contains($states.input, /"\\$$/)', 'say "$', true],
    ['$states.input /* not $$, nor $states.no */ & "$$"', 'a', 'a$$'],
    ['$states.input.`$$`', { $$: 1 }, 1],
    ["$states.input & ' $states.none \\\\'", 'a', 'a $states.none \\'],
    ['$states.input.a / $states.input.b', { a: 6, b: 3 }, 2],
  ])('what only looks like the root, or like a field of $states, is none: %s', async (source, input, expected) => {
    expect(await compileJsonata(`{% ${source} %}`, 'Output', ambient).evaluate(scope(input))).toBe(expected);
  });

  test.each([
    ['$undefined', 'returned nothing (undefined).'],
    ['function($x){$x}', 'returned an unsupported result type.'],
    [
      '1 + "a"',
      'threw an error during evaluation. T2002: The right side of the "+" operator must evaluate to a number',
    ],
    ['$eval("1")', 'threw an error during evaluation. T1006: Attempted to invoke a non-function'],
    ['$range(1, 360146, 1)', 'threw an error during evaluation: Expression evaluation memory limit exceeded'],
    ['$partition([], 1)', 'returned nothing (undefined).'],
    ['$partition([1], 0)', 'returned nothing (undefined).'],
    ['$range(1, 5)', 'returned nothing (undefined).'],
    ['$range(1, 5, -1)', 'returned nothing (undefined).'],
    ['$hash("a")', 'returned nothing (undefined).'],
  ])('{%% %s %%} fails: %s', async (source, why) => {
    const query = compileJsonata(`{% ${source} %}`, 'Output', ambient);
    await expect((async () => query.evaluate(scope({})))()).rejects.toThrow(
      `The JSONata expression '${source}' specified for the field 'Output' ${why}`,
    );
  });

  // As measured on AWS by others: floci-io/floci, issues 2667 and 2737
  const tooDeep =
    'Stack overflow error: Check for non-terminating recursive function.  Consider rewriting as tail-recursive. Depth=101 max=100';
  const endless = '($f := function($x){ $f($x + 1) }; $f(1))';
  test.each([
    [Array(101).fill('1').join('+'), tooDeep],
    ['($f := function($x){ 1 + $f($x + 1) }; $f(1))', tooDeep],
    [endless, 'Expression evaluation timeout: Check for infinite loop'],
  ])('JSONata that goes too far (%#)', async (source, why) => {
    let now = 0;
    const clock = jest.spyOn(Date, 'now').mockImplementation(() => {
      if (source === endless) now += 1000;
      return now;
    });
    try {
      const query = compileJsonata(`{% ${source} %}`, 'Output', ambient);
      await expect((async () => query.evaluate(scope({})))()).rejects.toThrow(
        `The JSONata expression '${source}' specified for the field 'Output' threw an error during evaluation: ${why}`,
      );
    } finally {
      clock.mockRestore();
    }
  });

  test('what one evaluation takes is not the time of others at its side', async () => {
    const query = compileJsonata('{% $sum($map($range(1, 50, 1), function($v){ $v * 2 })) %}', 'Output', ambient);
    let looks = 0;
    let each = 0;
    const clock = jest.spyOn(Date, 'now').mockImplementation(() => ++looks * each);
    try {
      await query.evaluate(scope({}));
      each = 3000 / looks; // one by itself takes 3 s of the 5 that it has
      const all = Array.from({ length: 3 }, async () => query.evaluate(scope({})));
      expect(await Promise.all(all)).toEqual([2550, 2550, 2550]);
    } finally {
      clock.mockRestore();
    }
  });

  const many = Array.from({ length: 150 }, (_, index) => index);
  test.each<[string, Json]>([
    [
      many
        .map(() => '1')
        .slice(50)
        .join('+'),
      100,
    ],
    ['($f := function($x){ $x = 0 ? 1 : $f($x - 1) }; $f(2000))', 1],
    [`[${many.map(() => '(1 + 2)').join()}]`, many.map(() => 3)],
    [`/* AWS's own */ $count([${many.map(() => '(1 + 2)').join()}, 'last'])`, 151],
    ['$count($keys($range(1, 9000, 1){$string(): $ + 1}))', 9000],
    [`$count($keys({${many.map((index) => `"${index}": 1 + 2`).join()}}))`, 150],
    ['$sum($map($range(1, 2000, 1), function($v){ $v * 2 }))', 4002000],
  ])('JSONata that goes as far as it may (%#)', async (source, expected) => {
    expect(await compileJsonata(`{% ${source} %}`, 'Output', ambient).evaluate(scope({}))).toEqual(expected);
  });

  // As measured on AWS by others: floci-io/floci, docs/services/step-functions.md
  test.each<[string, Json]>([
    ['$partition([1, 2, 3], 2.9)', [[1, 2], [3]]],
    ['$range(-1.7, 2, 1)', [-1, 0, 1, 2]],
    ['$range(1, 9, 9)', 1],
    ['$count($range(1, 2000, 1))', 2000],
    ['1 / 0', 'Infinity'],
    ['[-1 / 0, {"a": 0 / 0}, 1 / 2]', ['-Infinity', { a: 'NaN' }, 0.5]],
    ['$parseInteger("abc", "0")', 'NaN'],
  ])('{%% %s %%} is %j', async (source, expected) => {
    expect(await compileJsonata(`{% ${source} %}`, 'Output', ambient).evaluate(scope({}))).toEqual(expected);
  });

  test.each([
    'phone',
    '"phone".a',
    '[phone]',
    '{"a": phone}',
    '-phone',
    '($x := phone; 1)',
    'true ? phone : 1',
    '$sum(phone)',
    'phone ~> $sum',
    '$map($states.input.a, function($x) { phone })',
  ])('{%% %s %%} reads a field of nothing', (source) => {
    expect(() => compileJsonata(`{% ${source} %}`, 'Output', ambient)).toThrow(
      "Reference to 'phone' at the top level is not supported.",
    );
  });

  test.each([
    '$states.input.phone',
    '$states.input[phone = 1]',
    '$states.input.(phone)',
    '$states.input^(phone)',
    '$states.input{phone: 1}',
    '$states.input ~> |$|{"a": phone}|',
  ])('{%% %s %%} does not', (source) => {
    expect(compileJsonata(`{% ${source} %}`, 'Output', ambient).source).toBe(source);
  });

  // JSON that was made a text twice: its first text never ends. Looked for from each of its quotes on, the end takes minutes to be missed.
  test.each([`{${'\\"'.repeat(300_000)}`, "'a", "'a\\'", '"a', '{"a": "b\\"}'])(
    '$parse refuses a text that does not end (%#)',
    async (text) => {
      const parsed = compileJsonata('{% $parse($states.input.text) %}', 'Output', ambient).evaluate(scope({ text }));
      await expect(parsed).rejects.toThrow('JSON');
    },
  );

  test('time is the engine’s', async () => {
    expect(await compileJsonata('{% $millis() %}', 'Output', { ...ambient, now: () => 42 }).evaluate(scope({}))).toBe(
      42,
    );
    expect(await compileJsonata('{% $now() %}', 'Output', { ...ambient, now: () => 42 }).evaluate(scope({}))).toBe(
      '1970-01-01T00:00:00.042Z',
    );
  });
});
