// Time as an argument: the engine never reads the wall clock or sets a timer except through a Clock.
import { fs } from './late-modules.ts';

/**
 * A source of time. Real time waits; virtual time jumps to the next timer when no work is held.
 *
 * `now` is milliseconds since the Unix epoch. `after` runs `action` once, `delayMs` from now, and returns a function that
 * cancels it; virtual time does not jump for what is only a `limit`, but comes to it on its way to something else. `hold` says that work
 * is in progress outside of any timer (a Lambda call, a query): virtual time does not jump until the returned function has been called.
 * A `poll` is what that work itself waits with: it would never end, so virtual time ends it early as long as work is held.
 */
export interface Clock {
  now(): number;
  after(delayMs: number, action: () => void, kind?: 'limit' | 'poll'): () => void;
  hold(): () => void;
}

const LONGEST_TIMER_MS = 2 ** 31 - 1; // setTimeout overflows above this: longer waits are chained

const nothing = (): void => undefined;

/** The process's own: functions in this process see another `Date` (services/lambda/function-scope.ts). */
const wallClock = Date.now;

/** Wall-clock time. Timers other than limits keep the process alive; a holder of the clock cancels them on close. */
export const realClock = (): Clock => ({
  now: wallClock,
  after: (delayMs, action, kind) => {
    const due = wallClock() + delayMs;
    let timer: NodeJS.Timeout;
    const arm = () => {
      const left = due - wallClock();
      timer = left > LONGEST_TIMER_MS ? setTimeout(arm, LONGEST_TIMER_MS) : setTimeout(action, Math.max(0, left));
      if (kind === 'limit') timer.unref();
    };
    arm();
    return () => clearTimeout(timer);
  },
  hold: () => nothing,
});

/** Of the main thread, which runs the engine; threads that are made later take it over. Nanoseconds, or 0 for what the system thinks best. */
const TIMER_SLACK = '/proc/self/timerslack_ns';

let exact = 0;

const setSlack = (nanoseconds: string): void => {
  try {
    fs.writeFileSync(TIMER_SLACK, nanoseconds);
  } catch {
    // Another system than Linux, or a sandbox: timers are as they are.
  }
};

/**
 * Linux lets timers be 50 us late, to wake up for several at once, and whoever waits for stages pays that at each of them: this asks for as
 * little as there is. Gives what takes that back. https://man7.org/linux/man-pages/man5/proc_pid_timerslack_ns.5.html
 */
export const exactTimers = (): (() => void) => {
  if (process.platform !== 'linux') return nothing;
  if (exact++ === 0) setSlack('1');
  let isOver = false;
  return () => {
    if (isOver) return;
    isOver = true;
    if (--exact === 0) setSlack('0');
  };
};
