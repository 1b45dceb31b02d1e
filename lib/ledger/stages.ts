// Stage and batch records: claimed before the work, settled after it, by the attempt that holds the claim.
import {
  type BatchRange,
  type BatchRecord,
  batchKey,
  batchPartitions,
  batchPrefix,
  type Fingerprint,
  type ItemCounts,
  type Needs,
  type RunFacts,
  readExecutionName,
  type StageRecord,
  type Status,
  type StoredPayload,
  stageKey,
  type Telling,
} from '../records/index.ts';
import { SupersededError } from '../support/run-errors.ts';
import { inOrder } from './batch-pages.ts';
import type { Item, Key, Table } from './table.ts';

/** A run's stage, as one of the run's executions sees it. */
export interface StageAddress {
  readonly pipeline: string;
  readonly run: string;
  readonly stage: string;
  /** Which execution of the run writes. An earlier one cannot write over a later one. @default 1 */
  readonly generation?: number;
}

/** A map, and over how many keys the records of its batches are spread: its own record says it, where there is one. */
export interface MapAddress extends StageAddress {
  readonly spread: number | undefined;
}

/** Where the batches of a map are: as its record says; as the call of one says, as long as there is no record. */
export const spreadOf = (record: Pick<StageRecord, 'spread'> | undefined, asked?: number): number | undefined =>
  record ? record.spread : asked;

/** The address of a stage for calls that belong to an execution. */
export const addressOf = ({ pipeline, id, execution }: RunFacts, stage: string): Required<StageAddress> => ({
  pipeline,
  run: id,
  stage,
  generation: readExecutionName(execution).generation,
});

const stageFacts = [
  'stage',
  'status',
  'attempts',
  'startedAt',
  'endedAt',
  'durationMs',
  'items',
  'warning',
  'spread',
] as const;

/** A claim is held, or the work was done before: then the record of it. */
export type Claim<R> = { readonly held: true; readonly record: R } | { readonly held: false; readonly record: R };

/** What is read of a stage where its output is not. */
export type StageState = Pick<StageRecord, (typeof stageFacts)[number]>;

export interface Stages {
  get(at: StageAddress): Promise<StageRecord | undefined>;
  list(pipeline: string, run: string): Promise<readonly StageRecord[]>;
  /** How the stages of a run stand, without what they gave. */
  listStates(pipeline: string, run: string): Promise<readonly StageState[]>;
  /** The undoings of stages. */
  listUndo(pipeline: string, run: string): Promise<readonly StageRecord[]>;
  /**
   * Makes `owner` the attempt that may settle the stage, unless it is completed. `facts` says what the stage needs, and who
   * works in its place. Throws SupersededError.
   */
  claim(
    at: StageAddress,
    owner: string,
    now: string,
    facts?: Partial<Needs & Fallback & Pick<StageRecord, 'compensate' | 'overdueAt' | 'lease' | 'jobIn'>>,
  ): Promise<Claim<StageRecord>>;
  /** Records success. False when another attempt has claimed or settled the stage since. */
  complete(
    at: StageAddress,
    owner: string,
    end: { endedAt: string; durationMs: number; output: StoredPayload } & Telling &
      Pick<StageRecord, 'fingerprint' | 'warning' | 'given' | 'cachedFrom' | 'check'>,
  ): Promise<boolean>;
  /** Notes what a failed attempt used, which is not the end of the stage. False when another attempt has claimed it since. */
  note(at: StageAddress, owner: string, telling: Telling): Promise<boolean>;
  /** Marks a map stage as running, over `total` items if that is known; its batches are claimed one by one. */
  open(
    at: MapAddress,
    now: string,
    total?: number,
    fingerprint?: Fingerprint,
    facts?: Pick<StageRecord, 'pooled'>,
  ): Promise<void>;
  /** Records the end of a map stage, whatever it was. */
  closeMap(at: MapAddress, end: MapEnd, needs?: Needs): Promise<void>;
  /** Records a failure for good, and what it means. Undefined when the stage is completed, which is final. */
  fail(at: StageAddress & Partial<MapAddress>, end: Failure, needs?: Needs): Promise<StageRecord | undefined>;
  skip(at: StageAddress & Partial<MapAddress>, reason: string, now: string, needs?: Needs): Promise<void>;
  /** Ends a stage that its execution left under way. False when it has ended, or is a later execution's. */
  abandon(
    at: StageAddress,
    end: { status: 'cancelled' | 'failed'; endedAt: string; error: string; cause: string },
  ): Promise<boolean>;
  /** Skips a stage that this execution did not come by, even if an earlier one completed it. */
  pass(at: StageAddress, reason: string, now: string): Promise<void>;

  getBatch(at: MapAddress, batch: number): Promise<BatchRecord | undefined>;
  /** The batches of a map stage in order; without `results` only their counts and status are read. */
  listBatches(at: MapAddress, results: boolean): Promise<readonly BatchRecord[]>;
  /** The same without their results, page by page: of a map with very many of them. */
  batchPages(at: MapAddress): AsyncIterable<readonly BatchRecord[]>;
  /** Batches with their results, page by page. */
  resultPages(at: MapAddress, range: BatchRange): AsyncIterable<readonly BatchRecord[]>;
  /** With `rows`: also of a batch that was completed with fewer. */
  claimBatch(
    at: MapAddress,
    batch: number,
    owner: string,
    now: string,
    facts?: Pick<BatchRecord, 'overdueAt' | 'lease' | 'rows'>,
  ): Promise<Claim<BatchRecord>>;
  /** Stores the outcomes so far; `completed` says that every item has one. False when the claim is lost. */
  settleBatch(at: MapAddress, batch: number, owner: string, end: BatchEnd): Promise<boolean>;
}

/** The fallback that works in a stage's place. */
export type Fallback = Required<Pick<StageRecord, 'via' | 'primary'>>;

/** What a failure means: the stage is `failed`, or its `onFailure` says otherwise. */
export type Outcome =
  | { readonly status: 'failed' }
  | { readonly status: 'skipped'; readonly reason: string }
  | { readonly status: 'completed'; readonly output: StoredPayload; readonly substituted: true };

export type Failure = Outcome & { readonly endedAt: string; readonly error: string; readonly cause: string } & Pick<
    StageRecord,
    'check'
  >;

export type MapEnd = (Failure | { readonly status: 'completed'; readonly endedAt: string }) &
  Telling & { readonly items: ItemCounts; readonly portions?: readonly number[] } & Pick<StageRecord, 'results'>;

export interface BatchEnd extends Telling {
  readonly status: 'running' | 'completed';
  readonly endedAt: string;
  readonly durationMs: number;
  readonly completed: number;
  readonly failed: number;
  readonly cached?: number;
  readonly results: StoredPayload;
}

const keyOf = ({ pipeline, run, stage }: StageAddress): Key => stageKey(pipeline, run, stage);

const partitionsOf = ({ pipeline, run, stage, spread }: MapAddress): readonly string[] =>
  batchPartitions(pipeline, run, stage, spread);
const keyOfBatch = ({ pipeline, run, stage, spread }: MapAddress, batch: number): Key =>
  batchKey(pipeline, run, stage, batch, spread);

const notCompleted = 'attribute_not_exists(#status) OR #status <> :completed';

/** What a record tells of a failure or skip, and a later success takes back. */
const failure = ['error', 'cause', 'reason'];

/** What an earlier execution that skipped a stage left, which is wrong of one at work. */
const ofSkip = ['endedAt', 'reason'];

const skipping = (at: StageAddress & Partial<MapAddress>, reason: string, now: string, needs?: Needs) => ({
  key: keyOf(at),
  set: {
    stage: at.stage,
    status: 'skipped',
    reason,
    endedAt: now,
    generation: at.generation ?? 1,
    spread: at.spread,
    ...needs,
  },
  setOnce: { attempts: 0 },
});

/** Not completed, or with fewer rows, nor written by a later execution of the run. */
const unfinished = ({ generation = 1 }: StageAddress, rows?: unknown) => ({
  condition: `(${notCompleted}${rows === undefined ? '' : ' OR #rows < :rows'}) AND (attribute_not_exists(#generation) OR #generation <= :generation)`,
  values: { completed: 'completed', generation, ...(rows === undefined ? {} : { rows }) },
});

/** What is read of batches where their results are not. */
const batchFacts = [
  ...['stage', 'batch', 'status', 'generation', 'attempts', 'completed', 'failed', 'cached'],
  ...['startedAt', 'durationMs', 'overdueAt', 'lease', 'paidText', 'toldText', 'spent', 'measured', 'scores'],
];

export const openStages = (table: Table): Stages => {
  const claim = async <R extends { readonly status: Status }>(
    at: StageAddress,
    key: Key,
    set: Item,
    owner: string,
    now: string,
  ): Promise<Claim<R>> => {
    const record = await table.update<R>({
      key,
      set: { ...set, status: 'running', owner, attemptAt: now, generation: at.generation ?? 1 },
      setOnce: { startedAt: now },
      // An operator's claim is no attempt at the work.
      ...(set.overdueAt === undefined ? {} : { append: { tries: { at: now } } }),
      add: { attempts: 1 },
      remove: ofSkip,
      ...unfinished(at, set.rows),
    });
    if (record) return { held: true, record };
    const done = await table.get<R>(key);
    if (!done) throw new Error(`the ledger refused a claim on ${key.pk} ${key.sk}, but has no such record`);
    if (done.status !== 'completed') throw new SupersededError(`a later execution of the run works on ${at.stage}`);
    return { held: false, record: done };
  };

  const owned = (owner: string) => ({
    condition: '#owner = :owner AND #status = :running',
    values: { owner, running: 'running' },
  });

  return {
    get: (at) => table.get(keyOf(at)),
    list: (pipeline, run) => table.list(`run#${pipeline}#${run}`, 'stage#'),
    listStates: (pipeline, run) => table.list(`run#${pipeline}#${run}`, 'stage#', stageFacts),
    listUndo: (pipeline, run) => table.list(`run#${pipeline}#${run}`, 'undo#'),

    claim: (at, owner, now, facts) => claim(at, keyOf(at), { stage: at.stage, ...facts }, owner, now),

    complete: async (at, owner, end) =>
      (await table.update({
        key: keyOf(at),
        set: { ...end, status: 'completed' },
        remove: [...failure, ...(['cachedFrom', 'warning', 'scores'] as const).filter((fact) => !end[fact])],
        ...owned(owner),
        returns: 'nothing',
      })) !== undefined,

    note: async (at, owner, telling) =>
      (await table.update({ key: keyOf(at), set: { ...telling }, ...owned(owner), returns: 'nothing' })) !== undefined,

    open: async (at, now, total, fingerprint, facts = {}) => {
      const { generation = 1 } = at;
      await table.update({
        key: keyOf(at),
        set: {
          stage: at.stage,
          status: 'running',
          generation,
          fingerprint,
          spread: at.spread,
          ...facts,
          ...(total === undefined ? {} : { items: { total, completed: 0, failed: 0 } }),
        },
        setOnce: { startedAt: now, attempts: 1 },
        remove: ofSkip,
        condition:
          'attribute_not_exists(#status) OR (#status <> :completed AND #generation < :generation) OR (#status = :pending AND #generation = :generation)',
        values: { generation, pending: 'pending', completed: 'completed' },
      });
    },

    closeMap: async (at, end, needs) => {
      await table.update({
        key: keyOf(at),
        set: { stage: at.stage, generation: at.generation ?? 1, spread: at.spread, ...end, ...needs },
        setOnce: { startedAt: end.endedAt, attempts: 1 },
        // What an earlier end gave must not be taken for what this one does.
        remove: [
          ...('error' in end ? [] : failure),
          ...('output' in end ? [] : ['output']),
          ...(end.results ? [] : ['results']),
        ],
        ...unfinished(at),
      });
    },

    fail: (at, end, needs) =>
      table.update({
        key: keyOf(at),
        set: { stage: at.stage, generation: at.generation ?? 1, spread: at.spread, ...end },
        setOnce: { attempts: 0, ...needs },
        ...unfinished(at),
      }),

    skip: async (at, reason, now, needs) => {
      // It has not begun: a further execution that comes to it is when it does.
      await table.update({ ...skipping(at, reason, now, needs), remove: ['startedAt'], ...unfinished(at) });
    },

    abandon: async (at, end) =>
      (await table.update({
        key: keyOf(at),
        set: { ...end },
        remove: ['owner'],
        condition:
          '#status IN (:pending, :running, :waiting) AND (attribute_not_exists(#generation) OR #generation <= :generation)',
        values: { pending: 'pending', running: 'running', waiting: 'waiting', generation: at.generation ?? 1 },
      })) !== undefined,

    pass: async (at, reason, now) => {
      const { generation = 1 } = at;
      await table.update({
        ...skipping(at, reason, now),
        condition: `${notCompleted} OR #generation < :generation`,
        values: { completed: 'completed', generation },
      });
    },

    getBatch: (at, batch) => table.get(keyOfBatch(at, batch)),

    listBatches: async (at, results) => {
      const attributes = results ? undefined : batchFacts;
      const batches: BatchRecord[] = [];
      for await (const page of inOrder(partitionsOf(at), (pk) => table.pages(pk, batchPrefix(at.stage), attributes)))
        for (const batch of page) batches.push(batch);
      return batches;
    },

    batchPages: (at) => inOrder(partitionsOf(at), (pk) => table.pages(pk, batchPrefix(at.stage), batchFacts)),

    resultPages: (at, { from, to }) => {
      const last = to === null ? `${batchPrefix(at.stage)}:` : keyOfBatch(at, to).sk;
      return inOrder(partitionsOf(at), (pk) => table.pagesBetween(pk, keyOfBatch(at, from).sk, last));
    },

    claimBatch: (at, batch, owner, now, facts = {}) =>
      claim(at, keyOfBatch(at, batch), { stage: at.stage, batch, ...facts }, owner, now),

    settleBatch: async (at, batch, owner, end) =>
      (await table.update({
        key: keyOfBatch(at, batch),
        set: { ...end },
        ...owned(owner),
        returns: 'nothing',
      })) !== undefined,
  };
};
