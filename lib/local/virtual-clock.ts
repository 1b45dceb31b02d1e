// Time that passes only when nothing is running: a wait of 30 days takes no longer than a wait of a second.
import type { Clock } from './clock.ts';

interface Timer {
  readonly due: number;
  readonly order: number;
  readonly action: () => void;
  /** Nothing waits for it. */
  readonly isLimit: boolean;
}

/** Binary heap by due time, then by the order of setting. Cancelled timers stay until they come up. */
class Timers {
  readonly #heap: Timer[] = [];

  push(timer: Timer): void {
    let at = this.#heap.push(timer) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#before(at, parent)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  get first(): Timer | undefined {
    return this.#heap[0];
  }

  pop(): Timer | undefined {
    const [first] = this.#heap;
    const last = this.#heap.pop();
    if (first === undefined || last === undefined || this.#heap.length === 0) return first;
    this.#heap[0] = last;
    for (let at = 0; ; ) {
      const left = 2 * at + 1;
      const right = left + 1;
      let least = at;
      if (left < this.#heap.length && this.#before(left, least)) least = left;
      if (right < this.#heap.length && this.#before(right, least)) least = right;
      if (least === at) return first;
      this.#swap(at, least);
      at = least;
    }
  }

  #before(a: number, b: number): boolean {
    const [one, other] = [this.#heap[a], this.#heap[b]];
    if (!one || !other) return false;
    return one.due < other.due || (one.due === other.due && one.order < other.order);
  }

  #swap(a: number, b: number): void {
    const [one, other] = [this.#heap[a], this.#heap[b]];
    if (!one || !other) return;
    this.#heap[a] = other;
    this.#heap[b] = one;
  }
}

/** A virtual clock that goes only as far as it is told to. */
export interface SteeredClock extends Clock {
  /** Runs what comes due up to `ms` (since the epoch), one timer after the other, and resolves when nothing is under way then. */
  advanceTo(ms: number): Promise<void>;
}

/** Turns of the event loop in which nothing begins, after which nothing is taken to be under way. */
const calmTurns = 3;

const timeline = (start: number, furthest: number): SteeredClock => {
  const timers = new Timers();
  const cancelled = new WeakSet<Timer>();
  let now = start;
  let end = furthest;
  let order = 0;
  let waiting = 0;
  let held = 0;
  let looking = false;
  let calm = 0;
  const polls = new Set<() => void>();
  let heldTurns = 0;
  const arrivals: (() => void)[] = [];

  /** The next timer that is to run, which stays. */
  const next = (): Timer | undefined => {
    let timer = timers.first;
    for (; timer && cancelled.has(timer); timer = timers.first) timers.pop();
    const isReached = waiting > 0 || end < Number.POSITIVE_INFINITY; // else there is nothing to come to a limit on the way to
    return timer && isReached && timer.due <= end ? timer : undefined;
  };

  const run = (timer: Timer): void => {
    timers.pop();
    if (!timer.isLimit) waiting--;
    now = Math.max(now, timer.due);
    timer.action();
  };

  const arrive = (): void => {
    now = Math.max(now, end);
    for (const tell of arrivals.splice(0)) tell();
  };

  /** Whoever holds the clock may wait for them. */
  const endPolls = (): void => {
    heldTurns += 1;
    if (heldTurns >= calmTurns) {
      heldTurns = 0;
      for (const end of [...polls]) end();
    }
    look();
  };

  const look = (): void => {
    if (looking || (waiting === 0 && arrivals.length === 0)) return;
    looking = true;
    setImmediate(() => {
      looking = false;
      if (held > 0 && polls.size > 0) return endPolls();
      heldTurns = 0;
      const timer = held > 0 ? undefined : next();
      calm = held > 0 || timer ? 0 : calm + 1;
      if (held > 0) return; // the release looks again
      if (timer) run(timer);
      else if (arrivals.length === 0) return;
      else if (calm >= calmTurns) arrive();
      look();
    });
  };

  return {
    now: () => now,
    after: (delayMs, action, kind) => {
      let done = false;
      const timer: Timer = {
        due: now + Math.max(0, delayMs),
        order: order++,
        action: () => {
          done = true;
          polls.delete(end);
          action();
        },
        isLimit: kind === 'limit',
      };
      const cancel = (): void => {
        if (done) return;
        done = true;
        polls.delete(end);
        cancelled.add(timer);
        if (!timer.isLimit) waiting--;
      };
      const end = (): void => {
        cancel();
        action();
      };
      if (kind === 'poll') polls.add(end);
      timers.push(timer);
      if (!timer.isLimit) waiting++;
      look();
      return cancel;
    },
    hold: () => {
      held++;
      let released = false;
      return () => {
        if (released) return;
        released = true;
        held--;
        if (held === 0) look();
      };
    },
    advanceTo: (ms) =>
      new Promise((resolve) => {
        end = Math.max(end, ms);
        calm = 0;
        arrivals.push(resolve);
        look();
      }),
  };
};

/**
 * A clock that starts at `start` (milliseconds since the epoch) and jumps to the next timer whenever no work is held and
 * the event loop has come round. Timers of the same time run in the order in which they were set.
 */
export const virtualClock = (start = 0): Clock => {
  const { now, after, hold } = timeline(start, Number.POSITIVE_INFINITY);
  return { now, after, hold };
};

/** As `virtualClock`, but time stands still at `start`, and then wherever `advanceTo` has brought it. */
export const steeredClock = (start: number): SteeredClock => timeline(start, start);
