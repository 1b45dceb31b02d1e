// When a stage may be completed with what an earlier run gave: the option of a task or map, kept as data.
import type { CachePolicy } from '../records/index.ts';
import { type Span, spanSeconds } from './span.ts';

/**
 * `true`: a result of the same code, contract and input, not older than 30 days. `for` is how old it may be; `version` is part
 * of what must be equal, for what those three do not show, such as the model behind a name or a table that the handler reads.
 */
export type CacheOption = boolean | { readonly for?: Span; readonly version?: string };

const usualSeconds = 30 * 86_400;

export const cachePolicy = (option: CacheOption | undefined, at: string): CachePolicy | undefined => {
  if (option === undefined || option === false) return undefined;
  if (option === true) return { seconds: usualSeconds };
  const { for: span, version } = option;
  return {
    seconds: span === undefined ? usualSeconds : spanSeconds(span, at, 'cache.for'),
    ...(version === undefined ? {} : { version }),
  };
};
