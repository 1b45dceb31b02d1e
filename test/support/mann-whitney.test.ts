import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fewestRanked, mannWhitney } from '../../lib/support/mann-whitney.ts';

const one = [0.8, 0.81, 0.79, 0.82, 0.8, 0.78, 0.83, 0.8];
const lower = one.map((value) => value - 0.1);

test.each([
  ['too few', one.slice(1), one, undefined],
  ['the same', one, one, { larger: 0.5, p: 1 }],
  ['all equal', Array(8).fill(1), Array(9).fill(1), { larger: 0.5, p: 1 }],
  // By hand: U = 0, mean 32, ties in triples of 0.8 and 0.7: (64/12)(17 - 48/240) = 89.6; z = 31.5 / 9.4657 = 3.3278.
  ['all lower', one, lower, { larger: 0, p: 0.000875 }],
  // By hand: U = 12, mean 32, no ties: (64/12) 17 = 90.67; z = 19.5 / 9.5219 = 2.0479.
  [
    'some overlap',
    [11, 12, 13, 14, 15, 16, 17, 18],
    [1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 15.5, 17.5],
    { larger: 12 / 64, p: 0.0406 },
  ],
])('%s', (_, earlier, later, expected) => {
  const found = mannWhitney(earlier, later);
  if (!expected || !found) expect(found).toEqual(expected);
  else {
    expect(found.larger).toBeCloseTo(expected.larger, 9);
    expect(found.p).toBeCloseTo(expected.p, 4);
  }
});

describe('whatever the samples', () => {
  const sample = fc.array(fc.integer({ min: -20, max: 20 }), { minLength: fewestRanked, maxLength: 30 });
  test('the two ways round say the same', () => {
    fc.assert(
      fc.property(sample, sample, (a, b) => {
        const [ab, ba] = [mannWhitney(a, b), mannWhitney(b, a)];
        expect(ab?.p).toBeCloseTo(ba?.p ?? Number.NaN, 9);
        expect((ab?.larger ?? 0) + (ba?.larger ?? 0)).toBeCloseTo(1, 9);
      }),
    );
  });

  test('`larger` is the share of pairs', () => {
    fc.assert(
      fc.property(sample, sample, (a, b) => {
        const wins = b.flatMap((y) => a.map((x): number => (y > x ? 1 : y === x ? 0.5 : 0)));
        const share = wins.reduce((sum, win) => sum + win, 0) / wins.length;
        expect(mannWhitney(a, b)?.larger).toBeCloseTo(share, 9);
      }),
    );
  });
});
