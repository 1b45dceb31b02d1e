// Fires a set of schedules on a clock and remembers when each last fired, so that a restart neither repeats nor loses one.

import type { Schedule } from '../../support/schedule/expression.ts';
import type { Clock } from '../clock.ts';

/** A running schedule. `startMs` anchors a rate; `endMs` is exclusive. */
export type Running = {
  readonly schedule: Schedule;
  readonly startMs: number;
  readonly endMs?: number;
  /** When it last fired; undefined: never. */
  readonly lastMs?: number;
};

/**
 * `fire` gets the time that was due, which after a stop may lie in the past. Of several missed times only the latest
 * fires, and none older than a day: Scheduler gives up an invocation after 24 hours.
 */
export interface Ticker {
  set(key: string, running: Running, fire: (dueMs: number) => void): void;
  delete(key: string): void;
  close(): void;
}

const OLDEST_MISSED_MS = 86_400_000;
const SHORTEST_PERIOD_MS = 60_000;

/** The time that is to fire next: the first to come, or the latest of those that were missed. Undefined where there is none. */
const dueOf = ({ schedule, startMs, endMs, lastMs }: Running, now: number): number | undefined => {
  const end = endMs ?? Number.POSITIVE_INFINITY;
  const after = Math.max(lastMs ?? Number.NEGATIVE_INFINITY, startMs - 1, now - OLDEST_MISSED_MS);
  let due = schedule.next(after, startMs);
  for (let later = due; later !== undefined && later <= now && later < end; later = schedule.next(later, startMs))
    due = later;
  return due === undefined || due >= end ? undefined : due;
};

export const ticker = (clock: Clock): Ticker => {
  const cancels = new Map<string, () => void>();

  const stop = (key: string): void => {
    cancels.get(key)?.();
    cancels.delete(key);
  };

  const arm = (key: string, running: Running, fire: (dueMs: number) => void): void => {
    const dueMs = dueOf(running, clock.now());
    if (dueMs === undefined) return;
    const cancel = clock.after(Math.max(0, dueMs - clock.now()), () => {
      // A machine that slept wakes its timers late: there may be a later time that was missed, or this one is too old.
      const now = clock.now();
      if (now - dueMs >= SHORTEST_PERIOD_MS && dueOf(running, now) !== dueMs) return arm(key, running, fire);
      arm(key, { ...running, lastMs: dueMs }, fire);
      fire(dueMs);
    });
    cancels.set(key, cancel);
  };

  return {
    set: (key, running, fire) => {
      stop(key);
      arm(key, running, fire);
    },
    delete: stop,
    close: () => {
      for (const key of [...cancels.keys()]) stop(key);
    },
  };
};
