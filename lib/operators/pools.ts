// What was taken of pools and is left over: by runs that were stopped or died, and by whoever died between granting and telling.
import {
  type PoolAddress,
  type PoolRecord,
  poolKey,
  type RunRecord,
  readMark,
  readPoolOwner,
  type StageRecord,
  type Status,
} from '../records/index.ts';
import type { Services } from './services.ts';

/** Gives back what the stages of a run hold whose execution has ended. Again, it finds nothing. */
export const releasePools = async (
  { pipeline, run, generation = 1 }: Pick<RunRecord, 'pipeline' | 'run' | 'generation'>,
  stages: readonly StageRecord[],
  { ledger, now }: Services,
): Promise<void> => {
  for (const { stage, lease, pooled, spread, generation: written = 1 } of stages) {
    if (written !== generation) continue;
    if (lease) await ledger.pools.release(lease, now());
    if (!pooled) continue;
    for (const batch of await ledger.stages.listBatches({ pipeline, run, stage, generation, spread }, false))
      if (batch.lease && batch.status === 'running') await ledger.pools.release(batch.lease, now());
  }
};

/** Whoever has got something so lately is taken to be at work. */
const youngMs = 60_000;

/** Pools that are looked at at once, and how long at most: the sweep's Lambda has 240 s, and the next sweep goes on where this one stops. */
const [atOnce, longestMs] = [10, 120_000];

/** A pool that could not be looked at; without one, it is what all of them need. */
export type Unswept = Partial<PoolAddress> & { readonly why: string };

const whyOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Takes back what nobody holds any more of all pools in use, and grants it to who waits. Never rejects: gives what could not be done. */
export const sweepPools = async (services: Services): Promise<readonly Unswept[]> => {
  const failed: Unswept[] = [];
  try {
    await sweepInTurn(services, (at, error) => failed.push({ ...at, why: whyOf(error) }));
  } catch (error) {
    failed.push({ why: whyOf(error) });
  }
  return failed;
};

const sweepInTurn = async (services: Services, onFailure: (at: PoolAddress, error: unknown) => void): Promise<void> => {
  const { ledger, now } = services;
  const until = now() + longestMs;
  const found = await ledger.pools.inUse();
  const isLong = found.length > atOnce;
  const inUse = inTurn(found, isLong ? await ledger.pools.sweptTo() : undefined);
  let next = 0;
  const lookOn = async (): Promise<void> => {
    for (let at = inUse[next]; at && now() < until; at = inUse[next]) {
      next += 1;
      // As it goes: where one dies at a pool, the next goes on behind it.
      if (isLong && next % atOnce === 0) await ledger.pools.sweptUpTo(at);
      try {
        await sweepPool(at, services);
      } catch (error) {
        onFailure(at, error);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lookOn));
  const last = inUse[next - 1];
  if (last && next < inUse.length) await ledger.pools.sweptUpTo(last);
};

/** In the order of their keys, beginning behind the one that was the last: of more than there is time for, each has its turn. */
const inTurn = (pools: readonly PoolAddress[], last: PoolAddress | undefined): readonly PoolAddress[] => {
  const keyOf = (at: PoolAddress): string => poolKey(at).pk;
  const sorted = pools.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const first = last ? sorted.findIndex((at) => keyOf(at) > keyOf(last)) : 0;
  return first > 0 ? [...sorted.slice(first), ...sorted.slice(0, first)] : sorted;
};

const sweepPool = async (at: PoolAddress, services: Services): Promise<void> => {
  const { pools } = services.ledger;
  const now = services.now();
  const found = await pools.get(at);
  if (!found) return;
  const left: string[] = [];
  for (const mark of found.held ?? []) {
    const { goAt, owner, untilMs } = readMark(mark);
    if (untilMs > now && (goAt > now - youngMs || (await isAtWork(owner, services)))) continue;
    left.push(mark);
  }
  await pools.reclaim(at, left, now);
  const after = await pools.pass(at, now, { repair: true });
  if (after && isIdle(after, now) && (await pools.waiting(at)).length === 0) await pools.rest(after);
};

const isIdle = ({ held, next, lastGo }: PoolRecord, now: number): boolean =>
  (held?.size ?? 0) === 0 && next <= now && lastGo <= now;

const over: readonly Status[] = ['completed', 'failed', 'skipped', 'cancelled'];

/** Whether the stage that holds a slot may still be working. */
const isAtWork = async (owner: string, { ledger }: Services): Promise<boolean> => {
  const of = readPoolOwner(owner);
  if (!of) return true; // a call from inside a handler: it is over when its time is
  const { pipeline, run, stage, batch, generation } = of;
  const record = await ledger.runs.get(pipeline, run);
  if (!record || record.endedAt !== undefined || (record.generation ?? 1) !== generation) return false;
  const at = { pipeline, run, stage, generation };
  const { status = 'pending', generation: written = 1, spread } = (await ledger.stages.get(at)) ?? {};
  if (over.includes(status) && written >= generation) return false;
  return batch === undefined || (await ledger.stages.getBatch({ ...at, spread }, batch))?.status !== 'completed';
};
