// A throttled service that says when to come back is asked again then, within the attempt. Step Functions' retriers know
// fixed pauses only; they have their turn when the wait does not fit, or when the service says it too often.
import { setTimeout as sleep } from 'node:timers/promises';
import type { HandlerOutput, Stage } from '../definition/index.ts';
import { ThrottledError } from '../support/run-errors.ts';
import type { Attempt, Handler, Work } from './attempt.ts';
import { openTaking } from './take.ts';

const mostWaits = 5;
/** What must be left of an attempt after a wait, for the work itself: half of what it had before. */
const spared = 0.5;

/** `Retry-After` in milliseconds: seconds, or an HTTP date. Undefined for none, or for what is neither. */
export const waitMs = (retryAfter: string | number | null, now: number): number | undefined => {
  if (retryAfter === null || retryAfter === '') return undefined;
  const seconds = Number(retryAfter);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1_000);
  const date = Date.parse(String(retryAfter));
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
};

/** Calls the handler; again after each wait that a ThrottledError asks for and that fits. Throws what ends the attempt. */
export const heedingRetryAfter = async <S extends Stage>(
  stage: S,
  handler: Handler<S>,
  { call, ledger, owner, now, remainingMs, logger, pace, meter }: Attempt,
  work: Omit<Work<S>, 'pool'>,
): Promise<HandlerOutput<S>> => {
  const { pools } = ledger;
  const before = meter.uncounted();
  for (let waits = 0; ; waits++) {
    await pace?.turn(work.signal);
    const who = `${owner}/${work.item ?? ''}/${waits}`;
    const taking = openTaking({ stage, call, pools, owner: who, now, remainingMs, signal: work.signal });
    try {
      return await handler({ ...work, pool: taking.pool });
    } catch (error) {
      const wait = error instanceof ThrottledError ? waitMs(error.retryAfter, now()) : undefined;
      if (wait !== undefined) await pace?.pushBack(wait);
      if (wait === undefined || waits === mostWaits || wait > remainingMs() * spared) throw error;
      meter.forgetScores(before);
      logger.info('throttled: waits as long as the service asks', { waitMs: wait });
      await taking.end();
      await sleep(wait, undefined, { signal: work.signal });
    } finally {
      await taking.end();
      const error = await pace?.granted();
      if (error) logger.warn('who waits at the pool was granted nothing: who comes next does it, or the sweep', error);
    }
  }
};
