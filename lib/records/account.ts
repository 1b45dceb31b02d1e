// What a run used, took and was worth, stage by stage: in the run's record from its end on, so that cost and quality over many runs
// are one query of the index of runs.

import { type Measured, type Scores, type Spent, sumSpent } from './spent.ts';
import type { ItemCounts, StageRecord } from './stage-record.ts';
import type { Status } from './status.ts';
import type { Usage } from './usage.ts';

/** Of a stage; a map's items are counted. */
export interface StageAccount extends Pick<Measured, 'queuedMs' | 'bytesIn' | 'bytesOut' | 'memoryMb' | 'usedMb'> {
  readonly status: Status;
  readonly attempts: number;
  readonly ms?: number;
  readonly items?: number;
  /** Of those, the ones that failed, where any did. */
  readonly failedItems?: number;
  readonly spent: Spent;
  readonly scores?: Scores;
  readonly check?: StageRecord['check'];
  /** Attempts that were killed before they could tell what they used. */
  readonly killed?: number;
}

export interface RunAccount {
  readonly stages: { readonly [stage: string]: StageAccount };
  /** Of a run with more stages than are listed: what the others spent together. */
  readonly others?: { readonly count: number; readonly spent: Spent };
}

/** Stages that are listed. A record holds 400 KB; each of these has a few hundred bytes. */
export const mostAccounts = 200;

/** What a call of an operator's Lambda is taken to use, which does not tell it. */
const operatorCall: Partial<Usage> = {
  transitions: 1,
  lambdaCalls: 1,
  lambdaGbSeconds: 0.05,
  writeUnits: 1,
  readUnits: 1,
};

/** What a stage spent: as its attempts told, and what its operators are taken to have used besides. */
export const spentOf = (record: StageRecord): Spent => {
  const { spent, attempts = 0, status, items, until } = record;
  const operators = [
    ...(spent === undefined ? Array.from({ length: Math.min(attempts, 100) }, () => operatorCall) : []),
    ...(items ? [operatorCall, { transitions: 1 }] : []),
    ...(until ? [operatorCall, { transitions: 1 }] : []),
    ...(status === 'failed' && attempts > 0 ? [operatorCall, { writeUnits: 2, queueRequests: 1, busEvents: 1 }] : []),
  ];
  return sumSpent([spent, ...operators.map((usage) => ({ usage }))]);
};

const killedIn = ({ tries = [], status }: StageRecord): number =>
  tries.filter(({ ms }, index) => ms === undefined && (index < tries.length - 1 || status !== 'running')).length;

const accountFor = (record: StageRecord): StageAccount => {
  const { status, attempts = 0, durationMs, startedAt, endedAt, items, measured = {}, scores, check } = record;
  const ms = durationMs ?? (startedAt && endedAt ? Date.parse(endedAt) - Date.parse(startedAt) : undefined);
  const { queuedMs, bytesIn, bytesOut, memoryMb, usedMb } = measured;
  const killed = killedIn(record);
  const counts = { items: items?.total, failedItems: items?.failed || undefined };
  const facts = { ms, queuedMs, bytesIn, bytesOut, memoryMb, usedMb, ...counts, scores, check };
  const known = Object.fromEntries(
    Object.entries(facts).filter(([, value]) => value !== undefined && !Number.isNaN(value)),
  );
  return { status, attempts, spent: spentOf(record), ...known, ...(killed > 0 ? { killed } : {}) };
};

/** The account of a run from the records of its stages. What a fork took over costs it nothing. */
export const accountOf = (records: readonly StageRecord[]): RunAccount => {
  const own = records.filter(({ takenFrom }) => takenFrom === undefined);
  // Those with scores, checks and prices of their own first: where there are too many, the plain ones go together.
  const weight = ({ scores, check, spent }: StageRecord): number =>
    scores || check || spent?.models || spent?.calls ? 0 : 1;
  const sorted = own.toSorted((a, b) => weight(a) - weight(b));
  const others = sorted.slice(mostAccounts);
  return {
    stages: Object.fromEntries(sorted.slice(0, mostAccounts).map((record) => [record.stage, accountFor(record)])),
    ...(others.length > 0 ? { others: { count: others.length, spent: sumSpent(others.map(spentOf)) } } : {}),
  };
};

/** How a stage of an ended run stood. */
export type EndedStage = Pick<StageRecord, 'stage' | 'status' | 'attempts' | 'durationMs'> & {
  readonly items?: Pick<ItemCounts, 'total' | 'failed'>;
};

/** How the stages of an ended run stood, as its account has it. Undefined where that does not have all of them as they were counted. */
export const endedStages = ({
  account,
  stages: counted = {},
}: {
  readonly account?: RunAccount;
  readonly stages?: { readonly [status in Status]?: number };
}): readonly EndedStage[] | undefined => {
  const known = Object.entries(account?.stages ?? {});
  const counts = new Map<string, number>();
  for (const [, { status }] of known) counts.set(status, (counts.get(status) ?? 0) + 1);
  const all = Object.entries(counted).filter(([, count]) => count > 0);
  if (known.length === 0 || counts.size !== all.length) return undefined;
  if (all.some(([status, count]) => counts.get(status) !== count)) return undefined;
  return known.map(([stage, { status, attempts, ms, items, failedItems: failed = 0 }]) => ({
    stage,
    status,
    attempts,
    ...(ms === undefined ? {} : { durationMs: ms }),
    ...(items === undefined ? {} : { items: { total: items, failed } }),
  }));
};
