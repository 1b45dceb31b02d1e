// Stage and batch records: claimed before the work, settled after it, by the attempt that holds the claim.
import {
  type BatchRecord,
  batchKey,
  batchPrefix,
  type ItemCounts,
  type StageRecord,
  type StoredPayload,
  stageKey,
} from '../records/index.ts';
import type { Item, Key, Table } from './table.ts';

/** A run's stage. */
export interface StageAddress {
  readonly pipeline: string;
  readonly run: string;
  readonly stage: string;
}

/** A claim is held, or the work was done before: then the record of it. */
export type Claim<R> = { readonly held: true; readonly record: R } | { readonly held: false; readonly record: R };

export interface Stages {
  get(at: StageAddress): Promise<StageRecord | undefined>;
  list(pipeline: string, run: string): Promise<readonly StageRecord[]>;
  /** Makes `owner` the attempt that may settle the stage, unless it is completed. `fallback` says who works in its place. */
  claim(at: StageAddress, owner: string, now: string, fallback?: Fallback): Promise<Claim<StageRecord>>;
  /** Records success. False when another attempt has claimed or settled the stage since. */
  complete(
    at: StageAddress,
    owner: string,
    end: { endedAt: string; durationMs: number; output: StoredPayload },
  ): Promise<boolean>;
  /** Marks a map stage as running over `total` items; its batches are claimed one by one. */
  open(at: StageAddress, now: string, total: number): Promise<void>;
  /** Records the end of a map stage, whatever it was. */
  closeMap(at: StageAddress, end: MapEnd): Promise<void>;
  /** Records a failure for good, and what it means. Undefined when the stage is completed, which is final. */
  fail(at: StageAddress, end: Failure): Promise<StageRecord | undefined>;
  skip(at: StageAddress, reason: string, now: string): Promise<void>;

  getBatch(at: StageAddress, batch: number): Promise<BatchRecord | undefined>;
  /** The batches of a map stage in order; without `results` only their counts and status are read. */
  listBatches(at: StageAddress, results: boolean): Promise<readonly BatchRecord[]>;
  claimBatch(at: StageAddress, batch: number, owner: string, now: string): Promise<Claim<BatchRecord>>;
  /** Stores the outcomes so far; `completed` says that every item has one. False when the claim is lost. */
  settleBatch(at: StageAddress, batch: number, owner: string, end: BatchEnd): Promise<boolean>;
}

/** The fallback that works in a stage's place. */
export type Fallback = Required<Pick<StageRecord, 'via' | 'primary'>>;

/** What a failure means: the stage is `failed`, or its `onFailure` says otherwise. */
export type Outcome =
  | { readonly status: 'failed' }
  | { readonly status: 'skipped'; readonly reason: string }
  | { readonly status: 'completed'; readonly output: StoredPayload; readonly substituted: true };

export type Failure = Outcome & { readonly endedAt: string; readonly error: string; readonly cause: string };

export type MapEnd = (Failure | { readonly status: 'completed'; readonly endedAt: string }) & {
  readonly items: ItemCounts;
};

export interface BatchEnd {
  readonly status: 'running' | 'completed';
  readonly endedAt: string;
  readonly durationMs: number;
  readonly completed: number;
  readonly failed: number;
  readonly results: StoredPayload;
}

const keyOf = ({ pipeline, run, stage }: StageAddress): Key => stageKey(pipeline, run, stage);

const unfinished = {
  condition: 'attribute_not_exists(#status) OR #status <> :completed',
  values: { completed: 'completed' },
} as const;

export const openStages = (table: Table): Stages => {
  const claim = async <R>(key: Key, set: Item, owner: string, now: string): Promise<Claim<R>> => {
    const record = await table.update<R>({
      key,
      set: { ...set, status: 'running', owner, attemptAt: now },
      setOnce: { startedAt: now },
      add: { attempts: 1 },
      ...unfinished,
    });
    if (record) return { held: true, record };
    const done = await table.get<R>(key);
    if (!done) throw new Error(`the ledger refused a claim on ${key.pk} ${key.sk}, but has no such record`);
    return { held: false, record: done };
  };

  const owned = (owner: string) => ({
    condition: '#owner = :owner AND #status = :running',
    values: { owner, running: 'running' },
  });

  return {
    get: (at) => table.get(keyOf(at)),
    list: (pipeline, run) => table.list(`run#${pipeline}#${run}`, 'stage#'),

    claim: (at, owner, now, fallback) => claim(keyOf(at), { stage: at.stage, ...fallback }, owner, now),

    complete: async (at, owner, end) =>
      (await table.update({ key: keyOf(at), set: { ...end, status: 'completed' }, ...owned(owner) })) !== undefined,

    open: async (at, now, total) => {
      await table.update({
        key: keyOf(at),
        set: { stage: at.stage, status: 'running', items: { total, completed: 0, failed: 0 } },
        setOnce: { startedAt: now, attempts: 1 },
        condition: 'attribute_not_exists(#status)',
      });
    },

    closeMap: async (at, end) => {
      await table.update({
        key: keyOf(at),
        set: { stage: at.stage, ...end },
        setOnce: { startedAt: end.endedAt, attempts: 1 },
        ...unfinished,
      });
    },

    fail: (at, end) =>
      table.update({
        key: keyOf(at),
        set: { stage: at.stage, ...end },
        setOnce: { attempts: 0 },
        ...unfinished,
      }),

    skip: async (at, reason, now) => {
      await table.update({
        key: keyOf(at),
        set: { stage: at.stage, status: 'skipped', reason, endedAt: now },
        setOnce: { attempts: 0 },
        ...unfinished,
      });
    },

    getBatch: (at, batch) => table.get(batchKey(at.pipeline, at.run, at.stage, batch)),

    listBatches: (at, results) =>
      table.list(
        `run#${at.pipeline}#${at.run}`,
        batchPrefix(at.stage),
        results ? undefined : ['stage', 'batch', 'status', 'attempts', 'completed', 'failed', 'durationMs'],
      ),

    claimBatch: (at, batch, owner, now) =>
      claim(batchKey(at.pipeline, at.run, at.stage, batch), { stage: at.stage, batch }, owner, now),

    settleBatch: async (at, batch, owner, end) =>
      (await table.update({
        key: batchKey(at.pipeline, at.run, at.stage, batch),
        set: { ...end },
        ...owned(owner),
      })) !== undefined,
  };
};
