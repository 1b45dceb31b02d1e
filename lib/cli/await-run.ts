import type { RunRecord } from '../records/index.ts';
import type { Target } from './target.ts';

const lookEveryMs = 100;
const longestWaitMs = 60_000;

/** Looks until it finds what is `enough`, for a minute; gives what it found last. `look` may throw to end the wait. */
export const awaitThat = async <Found>(
  look: () => Promise<Found | undefined>,
  enough: (found: Found) => boolean,
): Promise<Found | undefined> => {
  const deadline = performance.now() + longestWaitMs;
  let found: Found | undefined;
  while (performance.now() < deadline) {
    found = await look();
    if (found !== undefined && enough(found)) return found;
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
  return found;
};

/**
 * Looks until a run is there and under way, for a minute. Undefined when it never was there. `look` may throw to end the wait.
 */
export const awaitRun = (
  { embedded }: Target,
  look: () => Promise<RunRecord | undefined>,
): Promise<RunRecord | undefined> =>
  // An engine that closes between the record and the start of its execution leaves both to the message's next delivery; where
  // runs are limited, the record comes before the decision.
  awaitThat(look, ({ status, waits, gated }) => !(status === 'pending' && waits === undefined && (embedded || gated)));
