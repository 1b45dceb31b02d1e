// The item of a pool and key, on which all who take and give back meet: its conditional writes, each of which holds alone.
import {
  openIndex,
  openPools,
  type PoolAddress,
  type PoolLease,
  type PoolLimits,
  type PoolRecord,
  poolKey,
  readPoolKey,
  sweptPoolsKey,
} from '../records/index.ts';
import { exactMs, type Planned } from './pool-plan.ts';
import type { Table } from './table.ts';

/** So often those who meet try again. */
export const mostRounds = 200;
/** A pool that nobody has used so long is forgotten. */
const keptSeconds = 30 * 86_400;

/** Two who met try again: one has had its way, so at once; if they meet again, not. */
export const stepAside = (round: number): Promise<void> =>
  round === 1
    ? Promise.resolve()
    : new Promise((resolve) => setTimeout(resolve, Math.random() * 5 * Math.min(round, 10)));

export const openPoolItems = (table: Table) => {
  const read = (at: PoolAddress) => table.get<PoolRecord>(poolKey(at));
  const kept = (now: number) => ({ expiresAt: Math.ceil(now / 1_000) + keptSeconds });
  const inUse = (at: PoolAddress) => ({ [openIndex.pk]: openPools, [openIndex.sk]: poolKey(at).pk });

  const open = async ({ pool, key }: PoolAddress, limits: PoolLimits, now: number): Promise<PoolRecord> => {
    const record: PoolRecord = { pool, key, limits, grants: 0, next: 0, lastGo: 0 };
    await table.create(poolKey(record), { ...record, ...kept(now) });
    return (await read(record)) ?? record;
  };

  /** Writes what was granted, if nobody has granted or reserved anything since `head` was read. */
  const grant = async (
    head: PoolRecord,
    limits: PoolLimits,
    { leases, next, lastGo }: Planned,
    untold: readonly PoolLease[],
    now: number,
  ): Promise<boolean> => {
    const marks = new Set(leases.flatMap(({ mark }) => mark ?? []));
    const changed = await table.update({
      key: poolKey(head),
      set: {
        limits,
        grants: head.grants + 1,
        next,
        lastGo,
        last: [...untold, ...leases].filter(({ mark }) => mark === undefined),
        grantedAt: now,
        ...inUse(head),
        ...kept(now),
      },
      ...(marks.size > 0 ? { add: { held: marks } } : {}),
      condition: '#grants = :grants AND #next = :next',
      values: { grants: head.grants, next: head.next },
    });
    return changed !== undefined;
  };

  const giveBack = (at: PoolAddress, mark: string, now: number): Promise<PoolRecord | undefined> =>
    table.update({
      key: poolKey(at),
      set: kept(now),
      take: { held: new Set([mark]) },
      condition: 'contains(#held, :mark)',
      values: { mark },
    });

  const reserve = async (
    at: PoolAddress,
    limits: PoolLimits,
    calls: number,
    from: number,
    latest: number,
  ): Promise<number | undefined> => {
    const now = exactMs(from);
    const ms = exactMs((limits.intervalMs ?? 0) * calls);
    for (let round = 1; round <= mostRounds; round++) {
      const behind = await table.update<PoolRecord>({
        key: poolKey(at),
        set: { ...inUse(at), ...kept(now) },
        add: { next: ms },
        condition: '#next >= :now AND #next <= :latest',
        values: { now, latest },
      });
      if (behind) return exactMs(behind.next - ms);
      const first = await table.update<PoolRecord>({
        key: poolKey(at),
        set: { next: exactMs(now + ms), ...inUse(at), ...kept(now) },
        condition: '#next < :now',
        values: { now },
      });
      if (first) return now;
      const head = (await read(at)) ?? (await open(at, limits, now));
      if (head.next > latest) return undefined;
    }
    throw new Error(`so many meet at the pool ${at.pool} that no call could be reserved`);
  };

  const listInUse = async (): Promise<readonly PoolAddress[]> => {
    const all = { from: 'pool#', to: 'pool$' };
    const found = await table.within<{ readonly pk: string }>(openIndex, openPools, all, ['pk']);
    return found.map(({ pk }) => readPoolKey(pk));
  };

  const sweptTo = async (): Promise<PoolAddress | undefined> => {
    const found = await table.get<{ readonly last: string }>(sweptPoolsKey);
    return found && readPoolKey(found.last);
  };
  const sweptUpTo = async (at: PoolAddress): Promise<void> => {
    const last = poolKey(at).pk;
    const condition = 'attribute_not_exists(#last) OR #last <> :last';
    await table.update({ key: sweptPoolsKey, set: { last }, condition, values: { last } });
  };

  const rest = async (pool: PoolRecord): Promise<void> => {
    await table.update({
      key: poolKey(pool),
      set: {},
      remove: [openIndex.pk, openIndex.sk],
      condition: 'attribute_not_exists(#held) AND #grants = :grants AND #next = :next',
      values: { grants: pool.grants, next: pool.next },
    });
  };

  const pushBack = async (at: PoolAddress, moment: number): Promise<void> => {
    const until = exactMs(moment);
    const values = { until };
    // Where calls are booked beyond that moment already, those before it are told by the first alone, when they look.
    await table.update({
      key: poolKey(at),
      set: { resumeAt: until },
      condition: 'attribute_exists(pk) AND (attribute_not_exists(#resumeAt) OR #resumeAt < :until)',
      values,
    });
    await table.update({ key: poolKey(at), set: { next: until }, condition: '#next < :until', values });
  };

  return { read, open, grant, giveBack, reserve, rest, inUse: listInUse, sweptTo, sweptUpTo, pushBack };
};
