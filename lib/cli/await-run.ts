import type { RunRecord } from '../records/index.ts';
import type { Target } from './target.ts';

const lookEveryMs = 100;
const longestWaitMs = 60_000;

/**
 * Looks until a run is there and under way, for a minute. Undefined when it never was there. `look` may throw to end the wait.
 */
export const awaitRun = async (
  { embedded }: Target,
  look: () => Promise<RunRecord | undefined>,
): Promise<RunRecord | undefined> => {
  const deadline = performance.now() + longestWaitMs;
  let run: RunRecord | undefined;
  while (performance.now() < deadline) {
    run = await look();
    // An engine that closes between the record and the start of its execution leaves both to the message's next delivery; where
    // runs are limited, the record comes before the decision.
    const undecided = run?.status === 'pending' && run.waits === undefined && (embedded || run.gated);
    if (run && !undecided) return run;
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
  return run;
};
