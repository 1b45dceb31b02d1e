// `await pool(crm).take()`: a slot, and a time, of a pool from inside a handler. It waits within the attempt's time only; whoever may wait
// long is better off with the pool on its stage, where no function runs meanwhile.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Pool, poolLimits, type Stage } from '../definition/index.ts';
import type { PoolEntry, Pools } from '../ledger/index.ts';
import { isPoolKey, type PoolAddress, type PoolLease, type StageCall } from '../records/index.ts';
import { PermanentError } from '../support/run-errors.ts';
import { ownClock, tooFarOff, waitTurn } from './pace.ts';

/** What was taken. Its slot is given back by `release`, at the end of an `await using` block, or else with the end of the attempt. */
export interface Taken extends AsyncDisposable {
  release(): Promise<void>;
}

/** `key` of a pool that has one; `calls` that are made at once, of a pool with a rate. */
export type TakeOptions<Key extends string> = [Key] extends [never]
  ? [options?: { readonly calls?: number }]
  : [options: { readonly key: string | number; readonly calls?: number }];

export interface PoolHandle<Key extends string> {
  /** Waits for a slot and a time. Throws ThrottledError (HDL706) where that would take too much of the attempt's time. */
  take(...options: TakeOptions<Key>): Promise<Taken>;
}

/** The pools of a handler: those that its stage names in `pools`, or is used with. */
export type TakePool = <Key extends string>(pool: Pool<Key>) => PoolHandle<Key>;

export interface TakeContext {
  readonly stage: Stage;
  readonly call: StageCall;
  readonly pools: Pools;
  /** Of this attempt, and of no other. */
  readonly owner: string;
  readonly now: () => number;
  readonly remainingMs: () => number;
  readonly signal: AbortSignal;
}

/** What must be left of an attempt's time after waiting. */
const spared = 0.5;
/** Lambda stops a function a little later than it says. */
const graceMs = 10_000;
/** Between two looks whether it is one's turn: whoever gives back cannot call a function that runs. */
const [soonestMs, latestMs] = [50, 1_000];

/**
 * HDL707: a handler takes of a pool that its stage does not name, so it has no rights on it. Fix: say so in its contract,
 * defineStage('score', { pools: [crm], … }), and deploy.
 * HDL708: a handler takes of a pool with a key, and gives none that is a number or a text of up to 1,024 bytes; or it takes less than one call. Fix: pass it:
 * pool(crm).take({ key: input.customer }).
 */
const misuse = (code: string, message: string, fix: string): PermanentError =>
  new PermanentError(`${code} ${message}. Fix: ${fix}`);

export const openTaking = (context: TakeContext): { readonly pool: TakePool; end(): Promise<void> } => {
  const { stage, call, pools, owner, now, remainingMs, signal } = context;
  const held = new Map<string, PoolLease>();
  let count = 0;

  const giveBack = async (lease: PoolLease): Promise<void> => {
    if (held.delete(lease.owner)) await pools.release(lease, now());
  };

  const slotOf = async (entry: PoolEntry): Promise<PoolLease> => {
    let lease = await pools.enter(entry, now());
    for (let wait = soonestMs; !lease; wait = Math.min(latestMs, wait * 1.5)) {
      if (now() + wait > (entry.givesUpAt ?? 0)) {
        await pools.leave(entry, now());
        throw tooFarOff(entry.pool);
      }
      await sleep(wait, undefined, { signal });
      lease = await pools.find(entry);
    }
    held.set(lease.owner, lease);
    return lease;
  };

  const take = async (pool: Pool, { key, calls = 1 }: { readonly key?: unknown; readonly calls?: number }) => {
    const { lease: own } = call;
    if (own?.pool !== pool.name && !stage.pools?.some(({ name }) => name === pool.name))
      throw misuse(
        'HDL707',
        `the handler of ${stage.name} takes of the pool ${pool.name}, which its contract does not name`,
        `defineStage('${stage.name}', { pools: [${pool.name}], … })`,
      );
    if (pool.key !== undefined && !isPoolKey(key))
      throw misuse(
        'HDL708',
        `the pool ${pool.name} has limits for each ${pool.key}, but its key is ${JSON.stringify(key)?.slice(0, 100)}`,
        `take({ key: input.${pool.key} })`,
      );
    if (!Number.isInteger(calls) || calls < 1)
      throw misuse('HDL708', `${calls} calls are no number of calls`, 'take 1 or more');
    const at: PoolAddress = { pool: pool.name, key: pool.key === undefined ? '' : String(key) };
    const limits = poolLimits(pool);
    const latest = (): number => now() + remainingMs() * spared;
    const entry: PoolEntry = {
      ...at,
      limits,
      owner: `call/${owner}/${++count}`,
      since: now(),
      ...(call.run.priority === 'low' ? { low: true } : {}),
      holdMs: remainingMs() + graceMs,
      givesUpAt: latest(),
    };
    // The stage itself holds a slot of it: that is the one.
    const has = own?.pool === at.pool && own.key === at.key;
    const lease = limits.slots === undefined || has ? undefined : await slotOf(entry);
    const release = async (): Promise<void> => (lease ? giveBack(lease) : undefined);
    try {
      const turn = { pools, at, limits, clock: ownClock, latest, signal };
      if (limits.intervalMs !== undefined)
        await waitTurn({ ...turn, calls, ...(calls === 1 ? { granted: lease?.goAt } : {}) });
    } catch (error) {
      await release();
      throw error;
    }
    return { release, [Symbol.asyncDispose]: release };
  };

  return {
    pool: (pool) => ({ take: (...[options]) => take(pool as Pool, options ?? {}) }),
    end: async () => {
      for (const lease of [...held.values()]) await giveBack(lease);
    },
  };
};
