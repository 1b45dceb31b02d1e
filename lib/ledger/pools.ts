// Pools: one item for each pool and key, on which who takes and who gives back meet, and one for each who waits, in their order.
//
// Nobody polls: whoever comes or gives back looks afterwards at who waits, and grants what there is (`pass`). Two who do so at once
// meet in the count of grants, which each must have read. Whoever grants then tells those granted, by their task tokens. Should it die
// before, they are found in the queue by the next who passes, or by the sweep, and told.
import {
  type PoolAddress,
  type PoolLease,
  type PoolLimits,
  type PoolRecord,
  type PoolWaiter,
  poolKey,
  poolWaiterKey,
  poolWaiterPrefix,
} from '../records/index.ts';
import type { Aws } from '../support/aws-call.ts';
import { mostRounds, openPoolItems, stepAside } from './pool-item.ts';
import { freeSlots, grantedTo, horizonOf, isAhead, marksOf, mostGrants, planGrants } from './pool-plan.ts';
import { openTelling, type Told } from './pool-telling.ts';
import type { Table } from './table.ts';

/** Who wants something of a pool. Asked again by the same owner with the same `since`, it is the same asking. */
export interface PoolEntry extends PoolAddress {
  readonly limits: PoolLimits;
  readonly owner: string;
  /** Counts the tries of a state that waits: a later one has another token, and those of earlier ones are void. @default 0 */
  readonly attempt?: number;
  /** When it came, in milliseconds since 1970. */
  readonly since: number;
  readonly low?: boolean;
  /** How long it may hold a slot. */
  readonly holdMs: number;
  /** The task token of the state that waits. */
  readonly token?: string;
  /** Of one without a token, which looks for itself: when it stops looking. */
  readonly givesUpAt?: number;
}

interface PassOptions {
  /** Tells at once who was granted and not told. */
  readonly repair?: boolean;
  /** The pool, and those who wait for it, where one has just read them. */
  readonly found?: PoolRecord | undefined;
  readonly ahead?: readonly PoolWaiter[] | undefined;
}

export interface Pools {
  /**
   * Takes at once what is free and nobody waits for; else undefined, once it is its turn. Whoever waits with a token is told by it,
   * in either case.
   */
  enter(entry: PoolEntry, now: number): Promise<PoolLease | undefined>;
  /** What somebody who looks for itself was granted meanwhile. */
  find(entry: PoolEntry): Promise<PoolLease | undefined>;
  /** Stops waiting; gives back what was granted meanwhile. */
  leave(entry: PoolEntry, now: number): Promise<void>;
  /** Gives a slot back and grants it to who waits. A repeat, or one that comes after the lease ran out, changes nothing. */
  release(lease: PoolLease, now: number): Promise<void>;
  /** Grants what there is to who waits; gives the pool as it was then. */
  pass(at: PoolAddress, now: number, options?: PassOptions): Promise<PoolRecord | undefined>;
  /** The moment of the next `calls` calls, which are nobody else's then; undefined where that is later than `latest`. */
  reserve(at: PoolAddress, limits: PoolLimits, calls: number, now: number, latest: number): Promise<number | undefined>;
  /** Pools that are in use, or were a few minutes ago. */
  inUse(): Promise<readonly PoolAddress[]>;
  /** Where the last sweep that had many of them came to, all of them or not; undefined where none had. */
  sweptTo(): Promise<PoolAddress | undefined>;
  sweptUpTo(at: PoolAddress): Promise<void>;
  get(at: PoolAddress): Promise<PoolRecord | undefined>;
  /** Who waits, in their order. */
  waiting(at: PoolAddress): Promise<readonly PoolWaiter[]>;
  /** Takes slots from those who hold them, by their marks. */
  reclaim(at: PoolAddress, marks: readonly string[], now: number): Promise<void>;
  /** Takes a pool that nobody uses out of those in use, unless somebody has come since. */
  rest(pool: PoolRecord): Promise<void>;
  /** Lets no call begin before a moment. */
  pushBack(at: PoolAddress, until: number): Promise<void>;
}

/** Whoever granted something has told of it by then, or died. */
const toldWithinMs = 1_000;

/** More would keep a process busy for longer than a call may be late. */
const toldAtOnce = 4;
/** Of those who wait, who gives back looks at so many while it does. */
const lookAhead = 12;

const allowsTheSame = (one: PoolLimits, other: PoolLimits): boolean =>
  (['slots', 'intervalMs', 'perMs', 'agingMs'] as const).every((limit) => one[limit] === other[limit]);

export const openPools = (aws: Aws, table: Table): Pools => {
  const { send, tell, tellAgain } = openTelling(aws, table);
  const { read, open, grant, giveBack, reserve, rest, inUse, sweptTo, sweptUpTo, pushBack } = openPoolItems(table);
  const queue = (at: PoolAddress, limit: number) => table.first<PoolWaiter>(poolKey(at).pk, poolWaiterPrefix, limit);
  const waiterKey = (entry: PoolEntry) =>
    poolWaiterKey(entry, entry.since + (entry.low ? (entry.limits.agingMs ?? 0) : 0), entry.owner);

  /** Those who wait and were granted nothing yet; whoever was and is still there is told, where nobody else can be about to. */
  const waiting = async (head: PoolRecord, waiters: readonly PoolWaiter[], now: number, repair: boolean) => {
    const untold: PoolLease[] = [];
    const others: PoolWaiter[] = [];
    for (const waiter of waiters) {
      const { lease, attempt = waiter.attempt } = grantedTo(head, waiter.owner) ?? {};
      if (lease === undefined) {
        if (waiter.token === undefined && (waiter.givesUpAt ?? 0) <= now)
          await table.delete({ pk: poolKey(head).pk, sk: waiter.sk }, 'attribute_exists(pk)');
        else others.push(waiter);
      } else if (attempt < waiter.attempt) {
        // The state is tried again since: nobody was told of that, nor can be any more.
        if (lease.mark !== undefined) await giveBack(head, lease.mark, now);
        others.push(waiter);
      } else if (waiter.token !== undefined && (repair || now - (head.grantedAt ?? 0) >= toldWithinMs)) {
        await tellAgain(waiter, lease, now);
      } else untold.push(lease);
    }
    return { untold, others };
  };

  const pass = async (
    at: PoolAddress,
    now: number,
    { repair = false, found, ahead }: PassOptions = {},
  ): Promise<PoolRecord | undefined> => {
    let known = found;
    let early = ahead;
    for (let round = 1; round <= mostRounds; round++) {
      let head = known ?? (await read(at));
      known = undefined;
      if (!head) return undefined;
      const over = marksOf(head).filter(({ untilMs }) => untilMs <= now);
      for (const { mark } of over) head = (await giveBack(at, mark, now)) ?? head;
      const free = freeSlots(head, head.limits, now);
      if (!repair && (free <= 0 || isAhead(head, head.limits, now))) return head;
      const granted = (head.last?.length ?? 0) + marksOf(head).length;
      const wanted = Math.min(mostGrants, Math.max(1, free));
      const waiters = early ?? (await queue(head, granted + wanted));
      const { untold, others } = await waiting(head, waiters, now, repair);
      const planned = planGrants(head, head.limits, others, now);
      const enough = early === undefined || planned.leases.length === wanted;
      early = undefined;
      if (!enough) {
        known = head; // who came while one looked ahead may have seen nothing free
        continue;
      }
      if (planned.leases.length === 0) return head;
      if (!(await grant(head, head.limits, planned, untold, now))) {
        await stepAside(round);
        continue;
      }
      const told: { readonly lease: PoolLease; readonly how: Told }[] = [];
      for (let start = 0; start < planned.leases.length; start += toldAtOnce)
        told.push(
          ...(await Promise.all(
            planned.leases.slice(start, start + toldAtOnce).map(async (lease, place) => {
              const waiter = others[start + place];
              return { lease, how: waiter ? await tell(waiter, lease, now) : ('told' as const) };
            }),
          )),
        );
      const gone = told.flatMap(({ lease, how }) => (how === 'gone' ? [lease] : []));
      for (const { mark } of gone) if (mark !== undefined) await giveBack(at, mark, now);
      if (gone.length === 0 && planned.leases.length < mostGrants) return head;
    }
    throw new Error(`so many meet at the pool ${at.pool} that nobody comes to grant anything`);
  };

  const find = async (entry: PoolEntry): Promise<PoolLease | undefined> => {
    const head = await read(entry);
    const mine = head && grantedTo(head, entry.owner)?.lease;
    if (mine) await table.delete(waiterKey(entry), 'attribute_exists(pk)');
    return mine;
  };

  const release = async (lease: PoolLease, now: number): Promise<void> => {
    if (lease.mark === undefined) return;
    const [found, first] = await Promise.all([giveBack(lease, lease.mark, now), queue(lease, lookAhead)]);
    // Whoever looks for itself may have gone since, and nobody would say so.
    const ahead = found && first.every(({ token }) => token !== undefined) ? first : undefined;
    await pass(lease, now, { found, ahead, repair: found === undefined }); // a repeat: the first may have died before it told anybody
  };

  /** Tells who comes what it has at once; where nobody waits for that any more, nor was told by another, it is given back. */
  const announce = async ({ token }: PoolEntry, lease: PoolLease | undefined, now: number, mayBeTold = false) => {
    const told = lease && token !== undefined ? await send(token, lease, now) : 'told';
    if (lease && told === 'gone' && !mayBeTold) await release(lease, now);
    return lease;
  };

  return {
    enter: async (entry, now) => {
      const { limits, owner, attempt = 0, since, low, holdMs, token, givesUpAt } = entry;
      let tried: string | undefined;
      for (let round = 1; ; round++) {
        const head = (await read(entry)) ?? (await open(entry, limits, now));
        const before = grantedTo(head, owner);
        if (before?.attempt !== undefined && before.lease.mark !== undefined) {
          // The answer to that write was lost; or the same call was made twice, in one millisecond, and the other has told of it.
          if (before.lease.mark === tried) return announce(entry, before.lease, now, true);
          if (before.attempt >= attempt) return undefined; // this try is an earlier one, which nobody waits for any more
          await giveBack(entry, before.lease.mark, now); // and that was one: nobody was told of what it got
          continue;
        }
        if (!allowsTheSame(head.limits, limits))
          await table.update({ key: poolKey(entry), set: { limits }, condition: 'attribute_exists(pk)' });
        const planned = planGrants(head, limits, [{ owner, attempt, holdMs }], now);
        if (round > mostRounds || planned.leases.length === 0 || (await queue(entry, 1)).length > 0) break;
        if (limits.slots === undefined) {
          // Who only reserves a call meets nobody. Should it die here, that call is not made.
          const goAt = await reserve(entry, limits, 1, now, now + horizonOf(limits));
          if (goAt === undefined) break;
          return announce(entry, { pool: entry.pool, key: entry.key, owner, goAt }, now);
        }
        if (await grant(head, limits, planned, [], now)) return announce(entry, planned.leases[0], now);
        tried = planned.leases[0]?.mark;
        await stepAside(round);
      }
      await table.update({
        key: waiterKey(entry),
        set: { owner, attempt, since, low, holdMs, token, givesUpAt, repairing: false },
        condition: 'attribute_not_exists(#attempt) OR #attempt < :attempt',
        values: { attempt },
      });
      await pass(entry, now, { repair: attempt > 0 }); // whoever died at the try before may have granted and not told
      return undefined;
    },

    find,

    leave: async (entry, now) => {
      await table.delete(waiterKey(entry), 'attribute_exists(pk)');
      const head = await read(entry);
      const granted = head && grantedTo(head, entry.owner)?.lease;
      if (granted) await release(granted, now);
    },

    release,
    pass,

    reserve,

    inUse,
    sweptTo,
    sweptUpTo,
    get: read,

    waiting: (at) => table.list(poolKey(at).pk, poolWaiterPrefix, ['owner', 'since', 'low', 'givesUpAt']),

    reclaim: async (at, marks, now) => {
      for (const mark of marks) await giveBack(at, mark, now);
    },

    rest,
    pushBack,
  };
};
