import { expect, test } from '@jest/globals';
import { dollarsOf, type Usage } from '../../lib/records/index.ts';

test.each<readonly [Partial<Usage>, number]>([
  [{}, 0],
  [{ transitions: 1_000 }, 0.025],
  [{ lambdaCalls: 1_000_000 }, 0.2],
  [{ lambdaGbSeconds: 1_000 }, 1_000 * 0.0000133334],
  [{ writeUnits: 1_000_000 }, 0.625],
  [{ readUnits: 1_000_000 }, 0.125],
  [{ s3Puts: 1_000 }, 0.005],
  [{ transitions: 1_000, s3Puts: 1_000 }, 0.03],
])('%j', (usage, dollars) => {
  expect(dollarsOf(usage)).toBeCloseTo(dollars, 9);
});
