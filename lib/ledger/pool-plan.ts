// Who is to be granted something of a pool: arithmetic on the pool's item alone.
import {
  type PoolLease,
  type PoolLimits,
  type PoolMark,
  type PoolRecord,
  readMark,
  writeMark,
} from '../records/index.ts';

/** From the queue, calls are granted so long before they may be made: time enough to be told and to get there. */
const horizonMs = 3_000;
/** And so many of them where they are far apart: each grants more when it gets there, and one of them may have died. */
const intervalsAhead = 3;
/** Granted in one write. */
export const mostGrants = 25;

/**
 * Whole microseconds. DynamoDB adds decimals, of which a number here may not keep the last digits: a moment that is not the same when
 * it comes back is never the one that a condition names.
 */
export const exactMs = (ms: number): number => Math.round(ms * 1_000) / 1_000;

export type HeldMark = PoolMark & { readonly mark: string };

export const marksOf = ({ held = new Set() }: Pick<PoolRecord, 'held'>): readonly HeldMark[] =>
  [...held].map((mark) => ({ mark, ...readMark(mark) }));

/** How many slots are free. */
export const freeSlots = (head: Pick<PoolRecord, 'held'>, { slots }: PoolLimits, now: number): number =>
  slots === undefined ? mostGrants : slots - marksOf(head).filter(({ untilMs }) => untilMs > now).length;

export const horizonOf = ({ intervalMs = 0 }: PoolLimits): number => Math.max(horizonMs, intervalsAhead * intervalMs);

/**
 * Of a pool with a rate alone: whether so many are under way that nobody need be granted anything yet. Without this each who gets
 * there would grant one more, and fifty a second would meet in one item; so one of them grants many.
 */
export const isAhead = ({ lastGo }: Pick<PoolRecord, 'lastGo'>, limits: PoolLimits, now: number): boolean =>
  limits.slots === undefined && limits.intervalMs !== undefined && lastGo > now + horizonOf(limits) / 2;

export interface Planned {
  readonly leases: readonly PoolLease[];
  readonly next: number;
  readonly lastGo: number;
}

/** What can be granted now to these, in their order. */
export const planGrants = (
  head: Pick<PoolRecord, 'pool' | 'key' | 'held' | 'next' | 'lastGo' | 'grants'>,
  limits: PoolLimits,
  wanting: readonly { readonly owner: string; readonly attempt: number; readonly holdMs: number }[],
  now: number,
): Planned => {
  const { pool, key } = head;
  const { slots, intervalMs } = limits;
  const horizon = horizonOf(limits);
  const leases: PoolLease[] = [];
  let { next, lastGo } = head;
  for (const { owner, attempt, holdMs } of wanting.slice(
    0,
    Math.min(mostGrants, Math.max(0, freeSlots(head, limits, now))),
  )) {
    let goAt = now;
    if (intervalMs !== undefined) {
      goAt = Math.max(exactMs(now), next);
      // However far off, one must be under way: it is who grants more when it gets there.
      if (goAt > now + horizon && lastGo > now) break;
      next = exactMs(goAt + intervalMs);
      lastGo = goAt;
    }
    const mark = { untilMs: goAt + holdMs, goAt, grant: head.grants + 1, attempt, owner };
    leases.push({
      pool,
      key,
      owner,
      ...(slots === undefined ? {} : { mark: writeMark(mark) }),
      ...(intervalMs === undefined ? {} : { goAt }),
    });
  }
  return { leases, next, lastGo };
};

/** What an owner has been granted and not given back, and in which try, as far as the pool's item tells. */
export const grantedTo = (
  head: PoolRecord,
  owner: string,
): { readonly lease: PoolLease; readonly attempt?: number } | undefined => {
  const { pool, key, limits } = head;
  const held = marksOf(head).find((mark) => mark.owner === owner);
  const timed = limits.intervalMs === undefined || !held ? {} : { goAt: held.goAt };
  if (held) return { lease: { pool, key, owner, mark: held.mark, ...timed }, attempt: held.attempt };
  const lease = head.last?.find((one) => one.owner === owner && one.mark === undefined);
  return lease && { lease };
};
