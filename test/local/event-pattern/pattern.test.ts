import { describe, expect, test } from '@jest/globals';
import { compileChecked, compilePattern, PatternError } from '../../../lib/local/event-pattern/index.ts';

const event = {
  source: 'aws.s3',
  account: '123456789012',
  detail: {
    bucket: { name: 'Drop-Box' },
    key: 'in/2026/reviews.csv',
    size: 42,
    live: true,
    none: null,
    tags: ['red', 'Blue'],
    ip: '10.0.0.17',
    v6: '2001:db8::7',
    items: [
      { kind: 'a', count: 1 },
      { kind: 'b', count: 2 },
    ],
    empty: [],
  },
};

// name | pattern of `detail` | matches
const rows: readonly (readonly [string, { [field: string]: unknown }, boolean])[] = [
  ['exact text', { key: ['in/2026/reviews.csv'] }, true],
  ['exact text, other case', { bucket: { name: ['drop-box'] } }, false],
  ['any of a list', { size: [7, 42] }, true],
  ['a number is not its text', { size: ['42'] }, false],
  ['boolean', { live: [true] }, true],
  ['null', { none: [null] }, true],
  ['null is not absence', { missing: [null] }, false],
  ['array value, any element', { tags: ['Blue'] }, true],
  ['every field', { size: [42], live: [false] }, false],
  ['prefix', { key: [{ prefix: 'in/' }] }, true],
  ['prefix ignoring case', { bucket: { name: [{ prefix: { 'equals-ignore-case': 'DROP' } }] } }, true],
  ['suffix', { key: [{ suffix: '.csv' }] }, true],
  ['suffix, near miss', { key: [{ suffix: '.tsv' }] }, false],
  ['suffix ignoring case', { key: [{ suffix: { 'equals-ignore-case': '.CSV' } }] }, true],
  ['equals-ignore-case', { bucket: { name: [{ 'equals-ignore-case': 'drop-box' }] } }, true],
  ['anything-but', { size: [{ 'anything-but': 41 }] }, true],
  ['anything-but list', { size: [{ 'anything-but': [41, 42] }] }, false],
  ['anything-but, field absent', { missing: [{ 'anything-but': 'x' }] }, false],
  ['anything-but, array value with another element', { tags: [{ 'anything-but': 'red' }] }, true],
  ['anything-but prefix', { key: [{ 'anything-but': { prefix: 'in/' } }] }, false],
  ['anything-but prefix list', { key: [{ 'anything-but': { prefix: ['out/', 'tmp/'] } }] }, true],
  ['anything-but suffix', { key: [{ 'anything-but': { suffix: '.json' } }] }, true],
  ['anything-but wildcard', { key: [{ 'anything-but': { wildcard: '*/2026/*' } }] }, false],
  ['anything-but equals-ignore-case', { tags: [{ 'anything-but': { 'equals-ignore-case': ['RED', 'BLUE'] } }] }, false],
  ['numeric range', { size: [{ numeric: ['>', 0, '<=', 42] }] }, true],
  ['numeric equality', { size: [{ numeric: ['=', 42.0] }] }, true],
  ['numeric, text value', { key: [{ numeric: ['>', 0] }] }, false],
  ['exists', { none: [{ exists: true }] }, true],
  ['exists, object', { bucket: [{ exists: true }] }, false],
  ['exists, empty array', { empty: [{ exists: true }] }, false],
  ['exists false', { missing: [{ exists: false }] }, true],
  ['exists false below an absent object', { missing: { deep: [{ exists: false }] } }, true],
  ['exists false or a value', { size: [{ exists: false }, 42] }, true],
  ['cidr', { ip: [{ cidr: '10.0.0.0/24' }] }, true],
  ['cidr, outside', { ip: [{ cidr: '10.0.1.0/24' }] }, false],
  ['cidr v6', { v6: [{ cidr: '2001:db8::/32' }] }, true],
  ['wildcard', { key: [{ wildcard: 'in/*/rev*.csv' }] }, true],
  ['wildcard, literal dot', { key: [{ wildcard: 'in/*reviewsxcsv' }] }, false],
  ['wildcard, whose ends would overlap', { key: [{ wildcard: 'in/2026*2026/reviews.csv' }] }, false],
  ['wildcard, escaped star', { key: [{ wildcard: 'in/\\*' }] }, false],
  ['$or, second holds', { $or: [{ size: [1] }, { key: [{ prefix: 'in/' }] }] }, true],
  ['$or and a field', { live: [false], $or: [{ size: [42] }, { size: [1] }] }, false],
  ['array of objects, one element holds both', { items: { kind: ['b'], count: [2] } }, true],
  ['array of objects, no single element', { items: { kind: ['a'], count: [2] } }, false],
];
test.each(rows)('%s', (_name, detail, expected) => {
  expect(compilePattern({ source: ['aws.s3'], detail })(event)).toBe(expected);
});

describe('a pattern that AWS refuses', () => {
  const refused: readonly (readonly [{ [field: string]: unknown }, string])[] = [
    [{}, 'Empty objects are not allowed'],
    [{ a: [] }, 'Empty arrays are not allowed (a)'],
    [{ a: 'x' }, '"a" must be an object or an array'],
    [{ a: [{ like: 'x' }] }, 'Unrecognized match type like'],
    [{ a: [{ prefix: 3 }] }, 'prefix match pattern must be a string'],
    [{ a: [{ numeric: ['~', 3] }] }, 'Unrecognized numeric range operator: ~'],
    [{ a: [{ numeric: ['>', 5, '<', 1] }] }, 'Bottom must be less than top'],
    [{ a: [{ numeric: ['<', 5, '>', 1] }] }, 'Too many elements in numeric expression'],
    [
      { a: [{ 'anything-but': ['x', 1] }] },
      'Inside anything but list, either all values are number or string, mixed type is not supported',
    ],
    [{ a: [{ 'anything-but': [null] }] }, 'Value of anything-but must be an array or single string/number value.'],
    [{ a: [{ wildcard: 'a**' }] }, 'Consecutive wildcard characters at pos 1'],
    [{ a: [{ cidr: '10.0.0.0/99' }] }, "Malformed CIDR, one '/' and a valid address required: 10.0.0.0/99"],
    [{ $or: [{ a: [1] }] }, 'There must have at least 2 Objects in $or relationship.'],
  ];
  test.each(refused)('%j', (pattern, reason) => {
    expect(() => compileChecked(pattern)).toThrow(new PatternError(reason));
  });
});
