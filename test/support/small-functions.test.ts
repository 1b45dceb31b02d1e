import { describe, expect, test } from '@jest/globals';
import { canonicalJson } from '../../lib/support/canonical-json.ts';
import { invariant } from '../../lib/support/invariant.ts';
import { nearest } from '../../lib/support/nearest.ts';
import {
  ContractError,
  isPermanent,
  PermanentError,
  ThrottledError,
  TransientError,
} from '../../lib/support/run-errors.ts';
import { sha256 } from '../../lib/support/sha256.ts';

test.each([
  ['flies', ['files', 'folder'], 'files'],
  ['Files', ['files'], 'files'],
  ['frist', ['second', 'first'], 'first'],
  ['totl', ['total', 'totals'], 'total'],
  ['a', ['b'], 'b'],
  ['zzz', ['files', 'folder'], undefined],
  ['files', [], undefined],
])('the name nearest to %s among %j is %s', (name, known, best) => {
  expect(nearest(name, known)).toBe(best);
});

describe('canonicalJson', () => {
  test.each([
    [{ b: 1, a: { d: 2, c: [3, { f: 4, e: 5 }] } }, '{"a":{"c":[3,{"e":5,"f":4}],"d":2},"b":1}'],
    [{ b: undefined, a: null }, '{"a":null}'],
    [[2, 1], '[2,1]'],
    ['é', '"é"'],
  ])('%j', (value, text) => expect(canonicalJson(value)).toBe(text));
});

test('sha256 is that of FIPS 180', () => {
  expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});

test('a broken invariant says that it is our bug', () => {
  expect(() => invariant(false, 'a cycle reached the planner')).toThrow(
    'Heddle bug: a cycle reached the planner. Please report it.',
  );
  expect(() => invariant(1, 'never seen')).not.toThrow();
});

test.each([
  [new PermanentError('x'), 'Heddle.Permanent', true],
  [new ContractError('x'), 'Heddle.ContractViolation', true],
  [new TransientError('x'), 'Heddle.Transient', false],
  [new ThrottledError('x'), 'Heddle.Throttled', false],
  [new TypeError('x'), 'TypeError', false],
])('%p goes by its name', (error, name, permanent) => {
  expect([error.name, isPermanent(error)]).toEqual([name, permanent]);
});
