// Pools: how much of something may be used at once, or how often, by all stages, runs and pipelines of an orchestrator together.
import { readExecutionName } from './execution-name.ts';

/** What a pool allows, for each of its keys. */
export interface PoolLimits {
  /** How many may hold it at once. @default any number */
  readonly slots?: number;
  /** Milliseconds between two calls. @default none */
  readonly intervalMs?: number;
  /** Milliseconds of the window in which the calls are counted. */
  readonly perMs?: number;
  /** A run of low priority waits as if it had come so many milliseconds later. @default all wait alike */
  readonly agingMs?: number;
}

/** How one stage uses a pool. */
export interface PoolUse extends PoolLimits {
  readonly name: string;
  /** The field of the stage's input that the limits are for each value of. */
  readonly key?: string;
  /** The longest that the stage may hold a slot, all its attempts and pauses included. */
  readonly holdSeconds: number;
}

/** Of a pool's key: it is part of a key of the ledger's table, which takes 2 KB. */
const longestKeyBytes = 1_024;
/** Whether a value can be a pool's key: a number, or a text that is there and not too long. */
export const isPoolKey = (value: unknown): value is string | number =>
  typeof value === 'number' ||
  (typeof value === 'string' && value !== '' && Buffer.byteLength(value) <= longestKeyBytes);

/** Which pool, and of a pool with a key, for which value of it. */
export interface PoolAddress {
  readonly pool: string;
  readonly key: string;
}

/** That somebody may work: what the state machine hands on to the stage. */
export interface PoolLease extends PoolAddress {
  /** Who has it. */
  readonly owner: string;
  /** What stands for it among the slots that are held; absent where the pool has no slots. */
  readonly mark?: string;
  /** When the work may begin, in milliseconds since 1970; absent where the pool has no rate. */
  readonly goAt?: number;
}

/** What is known of a pool and a key as a whole: one item, on which all who take and give back meet. */
export interface PoolRecord extends PoolAddress {
  readonly limits: PoolLimits;
  /** A mark for each slot that is held. */
  readonly held?: ReadonlySet<string>;
  /** Counts the writes that granted something: whoever grants must have seen the last. */
  readonly grants: number;
  /** When the next call may be, in milliseconds since 1970. */
  readonly next: number;
  /** When the last one will be that was granted from the queue: until then somebody comes by who grants more. */
  readonly lastGo: number;
  /** Of a pool without slots: who was granted a call lately, and may not have been told yet. */
  readonly last?: readonly PoolLease[];
  /** When the last grant was written. */
  readonly grantedAt?: number;
  /** No call before this moment: the service said so. */
  readonly resumeAt?: number;
}

/** Somebody who waits, in the order in which they are served. */
export interface PoolWaiter {
  readonly sk: string;
  readonly owner: string;
  /** Which try of the state that is: an earlier one's token is void. */
  readonly attempt: number;
  readonly since: number;
  readonly low?: boolean;
  /** The task token of the state that waits. Without one, the waiter looks for itself. */
  readonly token?: string;
  /** When one that looks for itself gives up. */
  readonly givesUpAt?: number;
  /** How long it may hold a slot. */
  readonly holdMs: number;
  /** Whoever granted it something seems to have died before it told it: another does. */
  readonly repairing?: boolean;
}

const poolPk = ({ pool, key }: PoolAddress): string => `pool#${pool}#${key}`;
export const poolKey = (at: PoolAddress) => ({ pk: poolPk(at), sk: 'pool' });
/** Where the sweep of pools stopped: no pool is without a name. */
export const sweptPoolsKey = { pk: poolPk({ pool: '', key: '' }), sk: 'swept' };
export const poolWaiterPrefix = 'wait#';
/** By when they came, those of low priority as if they had come later; of those that came at once, by their names. */
export const poolWaiterKey = (at: PoolAddress, rankMs: number, owner: string) => ({
  pk: poolPk(at),
  sk: `${poolWaiterPrefix}${String(Math.max(0, Math.floor(rankMs))).padStart(15, '0')}#${owner}`,
});
/** The partition of the index of open things that pools in use are listed in. */
export const openPools = 'pools';
export const readPoolKey = (pk: string): PoolAddress => {
  const [, pool = '', key = ''] = /^pool#([^#]*)#(.*)$/s.exec(pk) ?? [];
  return { pool, key };
};

/** A slot that is held. */
export interface PoolMark {
  readonly untilMs: number;
  readonly goAt: number;
  /** The write that granted it, which makes it another than any before. */
  readonly grant: number;
  /** Which try of the state it was granted to. */
  readonly attempt: number;
  readonly owner: string;
}

const base = 36;

/** Short, for every write of the pool's item writes all of them. */
export const writeMark = ({ untilMs, goAt, grant, attempt, owner }: PoolMark): string =>
  `${[Math.ceil(untilMs), Math.floor(goAt), grant, attempt].map((n) => n.toString(base)).join('|')}|${owner}`;

export const readMark = (mark: string): PoolMark => {
  const [until = '', go = '', grant = '', attempt = '', ...owner] = mark.split('|');
  const [untilMs = 0, goAt = 0, number = 0, tried = 0] = [until, go, grant, attempt].map((text) =>
    Number.parseInt(text, base),
  );
  return { untilMs, goAt, grant: number, attempt: tried, owner: owner.join('|') };
};

/** The stage of a run that holds or waits, as the ledger names it; `batch` of a map's. */
export interface PoolOwner {
  readonly pipeline: string;
  readonly run: string;
  readonly generation: number;
  readonly stage: string;
  readonly batch?: number;
}

const stageOwner = 'stage';
export const poolOwner = (
  { pipeline, id, execution }: { readonly pipeline: string; readonly id: string; readonly execution: string },
  stage: string,
  batch?: number,
): string =>
  [
    stageOwner,
    pipeline,
    id,
    readExecutionName(execution).generation,
    stage,
    ...(batch === undefined ? [] : [batch]),
  ].join('/');

/** Undefined for a call from inside a handler: it is over when its time is. */
export const readPoolOwner = (owner: string): PoolOwner | undefined => {
  const [kind, pipeline = '', run = '', generation = '', stage = '', batch] = owner.split('/');
  if (kind !== stageOwner) return undefined;
  return {
    pipeline,
    run,
    generation: Number(generation),
    stage,
    ...(batch === undefined ? {} : { batch: Number(batch) }),
  };
};
