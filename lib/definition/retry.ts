// How often a stage is tried again, and after what pauses: one ladder for each class of error that a retry may mend.

/** `attempts` counts the first one: 3 is the first and two more. */
export interface Ladder {
  readonly attempts: number;
  /** Seconds before the second attempt; times `backoff` before each further one, never above `capSeconds`. */
  readonly intervalSeconds: number;
  readonly backoff: number;
  readonly capSeconds: number;
  /** `full`: a random share of the pause, so that those who failed together do not come back together. */
  readonly jitter: 'full' | 'none';
}

/**
 * The ladders of a stage. Its own fields are for transient errors: any error that is of no other class. Permanent errors
 * and broken contracts are not tried again.
 */
export interface RetryPolicy extends Ladder {
  /** After `ThrottledError`, or when Lambda itself is throttled. */
  readonly throttled: Ladder;
  /** After a timeout or out of memory. */
  readonly exhausted: Ladder;
  /** Out of memory, it is tried once more in a function of this size, instead of by `exhausted`. */
  readonly moreMemoryMb?: number;
}

export interface RetryOptions extends Partial<Ladder> {
  /** @default 9 attempts, 5 s apart, doubling, at most 5 minutes, jittered */
  readonly throttled?: Partial<Ladder>;
  /** @default one more attempt after 1 s, for the same input will most likely do it again; none where `attempts` is 1 */
  readonly exhausted?: Partial<Ladder>;
  /**
   * Out of memory, it is tried once more with so many megabytes: by a function of its own, which costs nothing until then.
   * @default by `exhausted`, with the memory it has
   */
  readonly moreMemoryMb?: number;
}

const transient: Ladder = { attempts: 3, intervalSeconds: 2, backoff: 2, capSeconds: 60, jitter: 'full' };
const throttled: Ladder = { attempts: 9, intervalSeconds: 5, backoff: 2, capSeconds: 300, jitter: 'full' };
const exhausted: Ladder = { attempts: 2, intervalSeconds: 1, backoff: 2, capSeconds: 60, jitter: 'none' };

export const retryPolicy = (options: RetryOptions = {}): RetryPolicy => {
  const own = { ...transient, ...options };
  return {
    ...own,
    throttled: { ...throttled, ...options.throttled },
    exhausted: { ...exhausted, attempts: Math.min(exhausted.attempts, own.attempts), ...options.exhausted },
  };
};
