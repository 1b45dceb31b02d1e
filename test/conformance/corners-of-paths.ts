// Corners of JSONPath: intrinsic functions, data flow, comparisons.
import { direct, failed, GUIDE, jsonPath, pass, type Row, SPEC, state, succeeded } from './row.ts';

const FUNCTIONS = `${GUIDE}/intrinsic-functions.html`;
const PATHS = `${SPEC}#using-paths`;

const intrinsics: readonly Row[] = (
  [
    ['States.ArrayRange(9, 1, -4)', [9, 5, 1]],
    ['States.ArrayRange(0.6, 3.4, 1)', [1, 2, 3]],
    ["States.StringSplit('a.,b;;c', '.,;')", ['a', 'b', 'c']],
    ['States.ArrayPartition($.l, 2)', [[1, { b: 2, a: 1 }], ['x']]],
    ['States.ArrayContains($.l, $.o)', true],
    ['States.ArrayUnique(States.Array($.o, $.l[1]))', [{ a: 1, b: 2 }]],
    ['States.JsonMerge($.a, $.b, false)', { k: { y: 2 }, z: 3 }],
    [
      'States.ArrayLength(States.ArrayUnique(States.Array(States.MathRandom(1, 999, 7), States.MathRandom(1, 999, 7))))',
      1,
    ],
    ["States.Hash('x', 'SHA-1')", '11f6ad8ec52a2984abaafd7c3b516503785c2072'],
    ["States.Hash($.o, 'MD5')", '608de49a4600dbb5b173492759792e4a'],
    ["States.Format('\\'{}\\' \\{\\} \\\\', 1)", "'1' {} \\"],
    ["States.Format('{} {}', null, $.l)", 'null [1, {b=2, a=1}, x]'],
    ["States.StringToJson('')", null],
    ['States.MathAdd(States.MathAdd(1, 2), 3)', 6],
  ] as const
).map(([call, expected]) => ({
  section: FUNCTIONS,
  name: call,
  definition: jsonPath({ P: pass({ Parameters: { 'v.$': call } }) }),
  input: { l: [1, { b: 2, a: 1 }, 'x'], o: { a: 1, b: 2 }, a: { k: { x: 1 }, z: 3 }, b: { k: { y: 2 } } },
  expected: succeeded({ v: expected }),
}));

const dataFlow: readonly Row[] = (
  [
    ['InputPath null', direct('echo', { InputPath: null }), {}],
    ['OutputPath null', direct('echo', { OutputPath: null }), {}],
    ['ResultPath null', direct('echo', { InputPath: '$.a', ResultPath: null }), { a: 1, l: [0, { x: 1 }] }],
    ['a Result of null', pass({ Result: null }), null],
    ['a result in an item of an array', pass({ Result: 2, ResultPath: '$.l[1].y' }), { a: 1, l: [0, { x: 1, y: 2 }] }],
    [
      'a result below what is not there',
      pass({ Result: 2, ResultPath: '$.b.c' }),
      { a: 1, l: [0, { x: 1 }], b: { c: 2 } },
    ],
  ] as const
).map(([name, only, output]) => ({
  section: PATHS,
  name,
  definition: jsonPath({ S: only }),
  input: { a: 1, l: [0, { x: 1 }] },
  expected: succeeded(output),
}));

// AWS: what is missing, before a path branches or below, is nothing, and so is what lies past the end of a list; but a slice of what is
// no list is no path (as localstack/localstack, issue 12318 and pull request 12366, tells of AWS). That a filter of a text is none either
// is how Jayway, which AWS uses, reads it (PredicatePathToken).
const astray: readonly Row[] = (
  [
    ['$.none[*]', []],
    ['$.none[1:]', []],
    ['$.none.x[*]', []],
    ['$.o.none[1:5].x', []],
    ['$[1:5]', undefined],
    ['$.o[*].none', []],
    ['$.t[?(@.x)]', undefined],
    ['$.t[0:1]', undefined],
    ['$.t[*]', []],
    ['$.l[7][*]', []],
    ['$.l[*].none', []],
    ['$..none', []],
  ] as const
).map(([path, found]) => ({
  section: PATHS,
  name: `a path ${path}`,
  definition: jsonPath({ P: pass({ Parameters: { 'v.$': path } }) }),
  input: { t: 'text', l: [1], o: { a: {} } },
  expected: found === undefined ? failed('States.Runtime') : succeeded({ v: found }),
}));

const noPath: readonly Row[] = (
  [
    ['$.none', "No results for path: $['none']"],
    ['$.none.x', "Missing property in path $['none']"],
    ['$.o.none.x', "Missing property in path $['o']['none']"],
    ['$.l[7].x', "No results for path: $['l'][7]['x']"],
  ] as const
).map(([path, why]) => ({
  section: PATHS,
  name: `an InputPath ${path}`,
  definition: jsonPath({ P: pass({ InputPath: path }) }),
  input: { l: [1], o: {} },
  expected: failed('States.Runtime', `${state('P')} Invalid path '${path}' : ${why}`),
}));

// https://states-language.net/spec.html#choice-state
const data = {
  s: 'b',
  t: 'a',
  n: 2,
  m: 1,
  yes: true,
  no: false,
  nil: null,
  o: {},
  l: [],
  at: '2016-03-14T02:59:00+01:00',
  utc: '2016-03-14T01:59:00Z',
  glob: 'a*b\\c',
};
const choices: readonly Row[] = (
  [
    [{ Variable: '$.s', StringGreaterThanPath: '$.t' }, true],
    [{ Variable: '$.s', StringLessThanEquals: 'a' }, false],
    [{ Variable: '$.n', NumericGreaterThanEqualsPath: '$.m' }, true],
    [{ Variable: '$.n', NumericEquals: 2 }, true],
    [{ Variable: '$.s', NumericEquals: 2 }, false],
    [{ Variable: '$.yes', BooleanEqualsPath: '$.no' }, false],
    [{ Variable: '$.at', TimestampEqualsPath: '$.utc' }, true],
    [{ Variable: '$.at', TimestampLessThan: '2016-03-14T01:59:00.001Z' }, true],
    [{ Variable: '$.at', IsTimestamp: true }, true],
    [{ Variable: '$.s', IsTimestamp: false }, true],
    [{ Variable: '$.none', IsPresent: false }, true],
    [{ Variable: '$.nil', IsPresent: true }, true],
    [{ Variable: '$.nil', IsNull: true }, true],
    [{ Variable: '$.l[?(@ > 1)]', IsPresent: true }, false],
    [{ Variable: '$.glob', StringMatches: 'a\\*b\\\\*' }, true],
    [{ Variable: '$.s', StringMatches: '\\*' }, false],
    [{ Not: { Variable: '$.n', NumericLessThan: 2 } }, true],
    [{ Or: [{ Variable: '$.yes', BooleanEquals: false }, { And: [{ Variable: '$.n', IsNumeric: true }] }] }, true],
    [{ Variable: '$$.Execution.Name', IsString: true }, true],
  ] as const
).map(([rule, holds]) => ({
  section: `${SPEC}#choice-state`,
  name: `a rule of ${JSON.stringify(rule)}`,
  definition: jsonPath({
    C: { Type: 'Choice', Choices: [{ ...rule, Next: 'Yes' }], Default: 'No' },
    Yes: pass({ Result: true }),
    No: pass({ Result: false }),
  }),
  input: data,
  expected: succeeded(holds),
}));

export const cornersOfPaths: readonly Row[] = [...intrinsics, ...dataFlow, ...astray, ...noPath, ...choices];
