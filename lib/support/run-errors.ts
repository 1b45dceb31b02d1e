// The errors that a handler throws on purpose. Their `name` is what the state machine's Retry and Catch match on.
import { errorNames } from './error-names.ts';

/** The work can never succeed with this input: no retry, straight to the dead letters. */
export class PermanentError extends Error {
  override readonly name = errorNames.permanent;
}

/** The work may succeed later: retried by the stage's policy. Any other error counts as one too. */
export class TransientError extends Error {
  override readonly name = errorNames.transient;
}

/**
 * A service said "slow down": retried with long, jittered pauses. With `retryAfter` (a `Retry-After` header as it came, or
 * seconds) the attempt itself waits so long and tries again, as far as its time allows.
 *
 * @example
 * if (response.status === 429) throw new ThrottledError('slow down', { retryAfter: response.headers.get('retry-after') });
 */
export class ThrottledError extends Error {
  override readonly name = errorNames.throttled;
  readonly retryAfter: string | number | null;

  constructor(message: string, options: ErrorOptions & { readonly retryAfter?: string | number | null } = {}) {
    super(message, options);
    this.retryAfter = options.retryAfter ?? null;
  }
}

/** Input or output that breaks the stage's contract: no retry. */
export class ContractError extends Error {
  override readonly name = errorNames.contractViolation;
}

/** This attempt lost its claim to a later one, so its result is not recorded. */
export class SupersededError extends Error {
  override readonly name = errorNames.superseded;
}

/** True for errors that a retry cannot mend. */
export const isPermanent = (error: unknown): boolean =>
  error instanceof Error && (error.name === errorNames.permanent || error.name === errorNames.contractViolation);

/** The attempt is about to run out of its time. Tried once more: the same input will most likely do it again. */
export class TimeoutError extends Error {
  override readonly name = errorNames.timeout;
}
