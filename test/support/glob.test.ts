import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fitsParts } from '../../lib/support/glob.ts';

test('a text fits where a regular expression says so', () => {
  const parts = fc.array(fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 3 }), { minLength: 1, maxLength: 5 });
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '\n'), maxLength: 12 });
  fc.assert(
    fc.property(parts, text, (pieces, whole) => {
      expect(fitsParts(pieces, whole)).toBe(new RegExp(`^${pieces.join('[^]*')}$`).test(whole));
    }),
    { numRuns: 2_000 },
  );
});

test('however many parts there are, a text takes no longer', () => {
  // a regular expression makes years of it
  expect(fitsParts([...Array.from({ length: 50 }, () => 'a'), 'b'], 'a'.repeat(100_000))).toBe(false);
});
