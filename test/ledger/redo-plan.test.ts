import { describe, expect, test } from '@jest/globals';
import { belowOf, orderOf, planRedo } from '../../lib/ledger/index.ts';
import type { StageRecord } from '../../lib/records/index.ts';

const done = (stage: string, needs: readonly string[] = [], more: Partial<StageRecord> = {}): StageRecord => ({
  stage,
  status: 'completed',
  attempts: 1,
  needs,
  choices: [],
  fingerprint: { code: 'c1', contract: 'k1', input: 'i' },
  ...more,
});
const failed = { status: 'failed', error: 'E', cause: 'broken' } as const;
const items = { total: 10, completed: 8, failed: 2 };

/** a -> b -> c, and d beside them. */
const chain = (changes: { readonly [stage: string]: Partial<StageRecord> } = {}): readonly StageRecord[] => [
  done('a', [], changes.a),
  done('b', ['a'], changes.b),
  done('c', ['b'], changes.c),
  done('d', [], changes.d),
];
const unchanged = { code: 'c1', contract: 'k1' };
const plan = (records: readonly StageRecord[], more: Partial<Parameters<typeof planRedo>[0]> = {}) =>
  planRedo({
    records,
    stages: ['a', 'b', 'c', 'd'],
    deployed: new Map(['a', 'b', 'c', 'd'].map((stage) => [stage, unchanged])),
    lost: new Set(),
    redefined: false,
    from: undefined,
    ...more,
  });
const does = (...planned: Parameters<typeof plan>) => plan(...planned).map((one) => one.does);

describe('what becomes of each stage', () => {
  test.each([
    ['nothing failed', chain(), {}, ['reused', 'reused', 'reused', 'reused']],
    [
      'one failed, one was skipped',
      chain({ b: failed, c: { status: 'skipped' } }),
      {},
      ['reused', 'again', 'runs', 'reused'],
    ],
    [
      'one failed, and its onFailure skipped it',
      chain({ b: { ...failed, status: 'skipped', reason: 'failed: E: broken' }, c: { status: 'skipped' } }),
      {},
      ['reused', 'again', 'runs', 'reused'],
    ],
    [
      'a map failed, and its onFailure skipped it',
      chain({ b: { ...failed, status: 'skipped', items }, c: { status: 'skipped' } }),
      {},
      ['reused', 'items', 'runs', 'reused'],
    ],
    ['a map failed', chain({ b: { ...failed, items } }), {}, ['reused', 'items', 'below', 'reused']],
    [
      'a map failed, and the definition has changed',
      chain({ b: { ...failed, items } }),
      { redefined: true },
      ['reused', 'again', 'below', 'reused'],
    ],
    ['one was cut off', chain({ b: { status: 'cancelled' } }).slice(0, 2), {}, ['reused', 'again', 'runs', 'runs']],
    ['from a stage', chain(), { from: 'b' }, ['reused', 'again', 'below', 'reused']],
    ['an output is gone', chain(), { lost: new Set(['a']) }, ['again', 'below', 'below', 'reused']],
    [
      'a contract has changed',
      chain(),
      { deployed: new Map([['b', { code: 'c2', contract: 'k2' }]]) },
      ['reused', 'again', 'below', 'reused'],
    ],
    [
      'only code has changed',
      chain(),
      { deployed: new Map([['b', { code: 'c2', contract: 'k1' }]]) },
      ['reused', 'reused', 'reused', 'reused'],
    ],
  ] as const)('%s', (_, records, more, expected) => {
    expect(does(records, more)).toEqual(expected);
  });

  test('says why', () => {
    const records = chain({ b: failed, c: { status: 'skipped', reason: 'b is failed' } });
    expect(plan(records).map(({ why }) => why)).toEqual([
      'completed',
      'it failed: E: broken',
      'it was skipped: b is failed',
      'completed',
    ]);
  });
});

describe('what lies below a stage', () => {
  test.each([
    ['what reads it, and what reads that', chain(), ['a'], ['b', 'c']],
    ['nothing beside it', chain(), ['d'], []],
    [
      'what reads a choice, unless it lies above',
      [done('a'), done('b', ['a'], { choices: ['x'] }), done('c', ['b'])],
      ['c'],
      [],
    ],
    [
      'what reads a choice, wherever it is',
      [done('a'), done('b', [], { choices: ['x'] }), done('c', ['b'])],
      ['a'],
      ['b', 'c'],
    ],
    [
      'what does not say what it reads',
      [done('a'), { stage: 'old', status: 'completed', attempts: 1 }],
      ['a'],
      ['old'],
    ],
  ] as const)('%s', (_, records, roots, below) => {
    expect([...belowOf(new Set(roots), records).keys()]).toEqual(below);
  });
});

test('an order names what is done again, and the failed items of maps', () => {
  const records = chain({ a: failed, b: { ...failed, items } });
  expect(orderOf(plan(records))).toEqual({ again: ['a'], below: ['c'], items: { b: 'failed' } });
});
