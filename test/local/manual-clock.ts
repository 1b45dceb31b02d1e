// A clock that stands still until the test moves it.
import type { Clock } from '../../lib/local/index.ts';

export interface ManualClock extends Clock {
  /** Moves on by `ms`, running the timers that come due in order and letting their work end after each. */
  advance(ms: number): Promise<void>;
  /** Lets all held work end. */
  settle(): Promise<void>;
}

type Timer = { readonly due: number; readonly action: () => void };

/** `start` is ISO 8601. */
export const manualClock = (start: string): ManualClock => {
  let now = Date.parse(start);
  let held = 0;
  const timers = new Set<Timer>();
  const turn = () => new Promise((resolve) => setImmediate(resolve));

  const settle = async (): Promise<void> => {
    do {
      await turn();
      await turn();
    } while (held > 0);
  };
  return {
    now: () => now,
    after: (delayMs, action) => {
      const timer = { due: now + delayMs, action };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    hold: () => {
      held += 1;
      let isHeld = true;
      return () => {
        if (isHeld) held -= 1;
        isHeld = false;
      };
    },
    settle,
    advance: async (ms) => {
      const end = now + ms;
      await settle();
      for (;;) {
        const [next] = [...timers].filter(({ due }) => due <= end).sort((a, b) => a.due - b.due);
        if (!next) break;
        timers.delete(next);
        now = Math.max(now, next.due);
        next.action();
        await settle();
      }
      now = end;
    },
  };
};
