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

export const ticker = (clock: Clock): Ticker => {
  const cancels = new Map<string, () => void>();

  const stop = (key: string): void => {
    cancels.get(key)?.();
    cancels.delete(key);
  };

  const arm = (key: string, running: Running, fire: (dueMs: number) => void): void => {
    const { schedule, startMs, endMs = Number.POSITIVE_INFINITY } = running;
    const now = clock.now();
    const after = Math.max(running.lastMs ?? Number.NEGATIVE_INFINITY, startMs - 1, now - OLDEST_MISSED_MS);
    let due = schedule.next(after, startMs);
    for (let later = due; later !== undefined && later <= now && later < endMs; later = schedule.next(later, startMs))
      due = later;
    if (due === undefined || due >= endMs) return;
    const dueMs = due;
    const cancel = clock.after(Math.max(0, dueMs - now), () => {
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
