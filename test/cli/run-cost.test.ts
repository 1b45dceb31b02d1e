import { expect, test } from '@jest/globals';
import { costOf, type RunUsage } from '../../lib/cli/run-cost.ts';

const none: RunUsage = { transitions: 0, lambdaCalls: 0, lambdaSeconds: 0, writeUnits: 0, readUnits: 0, puts: 0 };

test.each<readonly [Partial<RunUsage>, number]>([
  [{}, 0],
  [{ transitions: 1_000 }, 0.025],
  [{ lambdaCalls: 1_000_000 }, 0.2],
  [{ lambdaSeconds: 1_000 }, 1_000 * 0.5 * 0.0000133334],
  [{ writeUnits: 1_000_000 }, 0.625],
  [{ readUnits: 1_000_000 }, 0.125],
  [{ puts: 1_000 }, 0.005],
  [{ transitions: 1_000, puts: 1_000 }, 0.03],
])('%j', (usage, dollars) => {
  expect(costOf({ ...none, ...usage })).toBeCloseTo(dollars, 9);
});
