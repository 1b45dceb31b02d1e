import { EngineError } from '../engine-error.ts';
import type { Stack } from './assembly.ts';

export const DEFAULT_ACCOUNT = '123456789012';
export const DEFAULT_REGION = 'us-east-1';

/** The one account and region that an engine runs in. */
export type Place = { readonly account: string; readonly region: string };

const only = (stacks: readonly Stack[], what: keyof Place): string | undefined => {
  const found = [...new Set(stacks.flatMap((stack) => stack[what] ?? []))];
  if (found.length <= 1) return found[0];
  const list = stacks.map((stack) => `${stack.name} in ${stack[what] ?? 'any'}`).join(', ');
  throw new EngineError('HDL516', {
    found: `stacks for more than one ${what} (${list})`,
    expected: `one ${what} for one engine`,
    fix: `name the stacks to load, or pass the ${what} that all of them shall run in.`,
  });
};

/** The account and region of the stacks' environments where they are concrete; `wanted` goes before. Throws HDL516. */
export const placeOf = (stacks: readonly Stack[], wanted: Partial<Place>): Place => ({
  account: wanted.account ?? only(stacks, 'account') ?? DEFAULT_ACCOUNT,
  region: wanted.region ?? only(stacks, 'region') ?? DEFAULT_REGION,
});
