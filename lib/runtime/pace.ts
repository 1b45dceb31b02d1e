// The time of each call of a handler whose stage uses a pool with a rate: the first call's was granted before the stage was called,
// further ones, such as retries and the items of a batch, are reserved here.
import { setTimeout as sleep } from 'node:timers/promises';
import { poolSlack } from '../definition/index.ts';
import type { Pools } from '../ledger/index.ts';
import type { PoolAddress, PoolLease, PoolLimits } from '../records/index.ts';
import { ThrottledError } from '../support/run-errors.ts';

export interface Pace {
  /** So many calls are to come: times of several are reserved in one write, where none of them would be late for that. */
  expect(calls: number): void;
  /** Waits until the next call may begin. Throws ThrottledError where that is too far off. */
  turn(signal: AbortSignal): Promise<void>;
  /** Whoever has its turn grants to who waits, during its call: waits for the end of that, and gives the error that ended it. */
  granted(): Promise<Error | undefined>;
  /** The service wants no call for so long, from anybody. */
  pushBack(ms: number): Promise<void>;
}

export interface PaceOptions {
  readonly lease: PoolLease;
  readonly pools: Pools;
  readonly clock: PaceClock;
  readonly remainingMs: () => number;
}

/** The time that calls are paced by. */
export interface PaceClock {
  now(): number;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export const ownClock: PaceClock = {
  now: Date.now,
  sleep: (ms, signal) => sleep(ms, undefined, { signal }),
};

/** What must be left of an attempt's time after waiting. */
const spared = 0.5;
/** A machine so busy that it misses its turn so often in a row begins at the last of them, late. */
const mostTurns = 5;
const mostAheadMs = 1_000;
/** Waiting so long, one looks again, so long before the call. */
const [longWaitMs, lookMs] = [1_000, 100];

/** How late a call may begin, for its time to hold: clocks tell whole milliseconds. */
export const leewayMs = ({ perMs = 0 }: PoolLimits): number => Math.max(1, perMs * poolSlack - 1);

const sleepUntil = async (moment: number, { now, sleep }: PaceClock, signal: AbortSignal): Promise<void> => {
  // A timer may fire a little early.
  for (let left = moment - now(); left > 0; left = moment - now()) await sleep(Math.ceil(left), signal);
};

/**
 * HDL706: a call of a stage must wait longer for its turn in a pool with a rate than the attempt's time allows. It is tried again as
 * one that was throttled. Fix: give the stage a longer timeout, or more attempts: retry: { throttled: { attempts: 20 } }.
 */
export const tooFarOff = (pool: string): ThrottledError =>
  new ThrottledError(
    `HDL706 the next call that the pool ${pool} allows is too far off for this attempt. Fix: none is needed where it goes through later; else raise timeout or retry.throttled`,
  );

export interface Turn {
  readonly pools: Pools;
  readonly at: PoolAddress;
  readonly limits: PoolLimits;
  /** So many calls, which are made at once. */
  readonly calls: number;
  /** When the first of them was allowed to begin, where that was granted before. */
  readonly granted?: number | undefined;
  readonly clock: PaceClock;
  /** The last moment that is worth waiting for. */
  readonly latest: () => number;
  readonly signal: AbortSignal;
}

/** Waits until calls may begin; who comes too late for what it had reserves anew. Throws ThrottledError where that is too far off. */
export const waitTurn = async ({ pools, at, limits, calls, granted, clock, latest, signal }: Turn): Promise<number> => {
  let ready = granted;
  let ahead = 0;
  for (let turn = 1; ; turn++) {
    ready ??= await pools.reserve(at, limits, calls, clock.now() + ahead, latest());
    if (ready === undefined) throw tooFarOff(at.pool);
    // The service may have asked for a pause since; whoever hardly waits has just read the pool.
    const isLong = ready - clock.now() > longWaitMs;
    if (isLong) await sleepUntil(ready - lookMs, clock, signal);
    if (!isLong || ((await pools.get(at))?.resumeAt ?? 0) <= ready) {
      await sleepUntil(ready, clock, signal);
      const late = clock.now() - ready;
      if (late <= leewayMs(limits) || turn === mostTurns) return ready;
      ahead = Math.min(mostAheadMs, ahead + 2 * late); // the answer took so long to come
    }
    ready = undefined;
  }
};

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

export const paceOf = ({ lease, pools, clock, remainingMs }: PaceOptions): Pace | undefined => {
  const { goAt } = lease;
  if (goAt === undefined) return undefined;
  const { now } = clock;
  const latest = (): number => now() + remainingMs() * spared;
  let granted: number | undefined = goAt;
  let limits: PoolLimits = {};
  let expected = 1;
  let stock = { at: 0, left: 0 };
  let granting: Promise<Error | undefined> = Promise.resolve(undefined);
  return {
    granted: () => granting,
    expect: (calls) => {
      expected = calls;
    },
    turn: async (signal) => {
      const toCome = Math.max(1, expected);
      expected = toCome - 1;
      const first = granted;
      granted = undefined;
      if (first !== undefined) {
        const pool = await pools.get(lease);
        limits = pool?.limits ?? limits;
        // As if it were time: whoever is on its way grants as much as it will have used up when it gets there. Its own call does not wait.
        granting = pools.pass(lease, Math.max(now(), first), { found: pool }).then(() => undefined, asError);
        await sleepUntil(first, clock, signal);
        if (now() <= first + leewayMs(limits) && (pool?.resumeAt ?? 0) <= first) return;
      }
      const intervalMs = limits.intervalMs ?? 0;
      if (stock.left > 0) {
        const { at, left } = stock;
        stock = { at: at + intervalMs, left: left - 1 };
        await sleepUntil(at, clock, signal);
        if (now() <= at + leewayMs(limits)) return;
      }
      const calls = Math.max(1, Math.min(toCome, Math.floor(leewayMs(limits) / intervalMs)));
      const at = await waitTurn({ pools, at: lease, limits, calls, clock, latest, signal });
      stock = { at: at + intervalMs, left: calls - 1 };
    },
    pushBack: (ms) => {
      stock = { at: 0, left: 0 };
      return pools.pushBack(lease, now() + ms);
    },
  };
};
