// Run records and the partition records that point at the newest run.
import {
  firstLookSeconds,
  openIndex,
  openIndexKey,
  type PartitionRecord,
  partitionKey,
  type ResumeOrder,
  type RunRecord,
  runKey,
  runsIndex,
  runsIndexKey,
  type Status,
} from '../records/index.ts';
import type { Table } from './table.ts';

/** What `finish` writes when a run ends. */
export type RunEnd = Pick<
  RunRecord,
  'output' | 'chosen' | 'stages' | 'deadLetters' | 'account' | 'endedBy' | 'error' | 'cause' | 'compensation'
> & {
  readonly status: 'completed' | 'failed' | 'cancelled';
  readonly endedAt: string;
};

/** A run's place in the list of its pipeline. */
export type RunAt = Pick<RunRecord, 'createdAt' | 'run'>;

const accountFields = [
  ...(['pipeline', 'run', 'partition', 'status', 'generation', 'createdAt', 'startedAt', 'endedAt'] as const),
  ...(['definitionHash', 'account'] as const),
];
/** What of a run's record is read where many are. */
export type AccountedRun = Pick<RunRecord, (typeof accountFields)[number]>;

export interface Runs {
  /** Records a run as `pending`. False when it was recorded before. */
  create(run: RunRecord): Promise<boolean>;
  get(pipeline: string, run: string): Promise<RunRecord | undefined>;
  /**
   * `pending` to `running`. A repeat of the same execution gets the record again; undefined when another one has the run, or
   * it has ended.
   */
  start(
    pipeline: string,
    run: string,
    facts: Required<Pick<RunRecord, 'startedAt' | 'executionArn' | 'definitionHash'>>,
    generation: number,
  ): Promise<RunRecord | undefined>;
  /**
   * Ends a run that has not ended and is in this generation. Undefined when it is not so. With `untold` it stays among the open runs
   * until `openRuns.close`, for nobody else comes by it should whoever ended it die before it has told of it.
   */
  end(
    pipeline: string,
    run: string,
    end: RunEnd,
    generation: number,
    untold?: 'untold',
  ): Promise<RunRecord | undefined>;
  /**
   * An ended run to `pending` again, in the order's generation. Undefined when it has not ended, is being compensated, or is
   * further already.
   */
  resume(
    pipeline: string,
    run: string,
    order: ResumeOrder,
    facts: Pick<RunRecord, 'gated' | 'deadline'> & { readonly at: string },
  ): Promise<RunRecord | undefined>;
  /** Notes that a run has missed its deadline, once in a generation. Undefined when that was noted before. */
  late(pipeline: string, run: string, at: string, generation: number): Promise<RunRecord | undefined>;
  /** Notes that somebody was told so. */
  lateTold(pipeline: string, run: string, generation: number): Promise<void>;
  /** Ends a run that has not begun as `skipped`. Undefined when it has begun, or ended. */
  skip(
    pipeline: string,
    run: string,
    end: Required<Pick<RunRecord, 'endedAt' | 'cause'>> & Pick<RunRecord, 'endedBy'>,
    generation: number,
  ): Promise<RunRecord | undefined>;
  /** Says why a run that is pending has not begun, and under which pause it is held, if it is. */
  waits(pipeline: string, run: string, why: string, generation: number, heldBy?: string): Promise<void>;
  /** The accounts of a pipeline's runs that were asked for from one moment to another, oldest first: one query of the index of runs. */
  accounts(pipeline: string, from: string, to: string): Promise<readonly AccountedRun[]>;
  /** The newest runs of a pipeline, newest first; of those that were asked for before `before`, where that is given. */
  latest(pipeline: string, limit: number, before?: RunAt): Promise<readonly RunRecord[]>;
  /**
   * Points the partition at a run, unless it points at a newer one already, or knows the run as this far or further: a repeat changes
   * nothing, and a writer that was held up must not undo the end of a run.
   */
  markPartition(record: PartitionRecord, createdAt: string): Promise<void>;
  partition(pipeline: string, partition: string): Promise<PartitionRecord | undefined>;
  /** The first or last partition that there is a record of, of keys from `from` to before `below`. */
  partitionEdge(
    pipeline: string,
    from: string,
    below: string,
    which: 'first' | 'last',
  ): Promise<PartitionRecord | undefined>;
  /** The records of these partitions, where there are any. Read as one range: keys that lie close together cost least. */
  partitions(pipeline: string, keys: readonly string[]): Promise<readonly PartitionRecord[]>;
}

/** The run's item is in `:generation`: the first is not written. */
export const inGeneration = '(attribute_not_exists(#generation) OR #generation = :generation)';

/** Not ended, and in this generation. */
const active = (generation: number) => ({
  condition: `#status IN (:pending, :running) AND ${inGeneration}`,
  values: { pending: 'pending', running: 'running', generation },
});

/** Not begun, and in this generation. */
const pending = (generation: number) => ({
  condition: `#status = :pending AND ${inGeneration}`,
  values: { pending: 'pending', generation },
});

/** How far a run is in its execution. */
const rankOf = (status: Status): number => {
  if (status === 'pending' || status === 'waiting') return 0;
  return status === 'running' ? 1 : 2;
};

const notOpen = [openIndex.pk, openIndex.sk];
/** What an execution has left in the record of its run, and a further one takes back. */
const ofAnEnd = [
  'startedAt',
  'endedAt',
  'endedBy',
  'error',
  'cause',
  'stages',
  'deadLetters',
  'account',
  'waits',
  'heldBy',
  'compensation',
  'late',
  'lateTold',
];

const firstLook = (at: string): string => new Date(Date.parse(at) + firstLookSeconds * 1_000).toISOString();

export const openRuns = (table: Table): Runs => ({
  create: (run) =>
    table.create(runKey(run.pipeline, run.run), {
      ...run,
      ...runsIndexKey(run.pipeline, run.createdAt, run.run),
      ...(run.status === 'pending' ? openIndexKey(run.pipeline, run.run, firstLook(run.createdAt)) : {}),
    }),

  get: (pipeline, run) => table.get(runKey(pipeline, run)),

  start: (pipeline, run, facts, generation) =>
    table.update({
      key: runKey(pipeline, run),
      set: { status: 'running', executionArn: facts.executionArn, definitionHash: facts.definitionHash },
      setOnce: { startedAt: facts.startedAt },
      // An execution that was started twice must not do a run twice.
      condition: `(#status = :pending OR (#status = :running AND #executionArn = :executionArn)) AND ${inGeneration}`,
      values: { pending: 'pending', running: 'running', executionArn: facts.executionArn, generation },
    }),

  end: (pipeline, run, end, generation, untold) => {
    // One that is to be compensated is not over.
    const staysOpen = end.compensation !== undefined || untold !== undefined;
    return table.update({
      key: runKey(pipeline, run),
      set: { ...end, ...(staysOpen ? openIndexKey(pipeline, run, firstLook(end.endedAt)) : {}) },
      ...(staysOpen ? {} : { remove: notOpen }),
      ...active(generation),
    });
  },

  resume: (pipeline, run, order, { at, ...facts }) => {
    const before = order.generation - 1;
    const inTurn =
      before === 1 ? 'attribute_not_exists(#generation) OR #generation = :before' : '#generation = :before';
    return table.update({
      key: runKey(pipeline, run),
      set: {
        status: 'pending',
        generation: order.generation,
        resume: order,
        ...facts,
        ...openIndexKey(pipeline, run, firstLook(at)),
      },
      remove: [...ofAnEnd, ...(facts.deadline ? [] : ['deadline'])],
      condition: `#status IN (:completed, :failed, :cancelled) AND (${inTurn}) AND (attribute_not_exists(#compensation) OR NOT #compensation.#status IN (:pending, :running))`,
      values: {
        completed: 'completed',
        failed: 'failed',
        cancelled: 'cancelled',
        before,
        pending: 'pending',
        running: 'running',
      },
    });
  },

  skip: (pipeline, run, end, generation) =>
    table.update({
      key: runKey(pipeline, run),
      set: { status: 'skipped', ...end },
      remove: notOpen,
      ...pending(generation),
    }),

  late: (pipeline, run, at, generation) =>
    table.update({
      key: runKey(pipeline, run),
      set: { late: { at } },
      condition: `attribute_exists(pk) AND attribute_not_exists(#late) AND ${inGeneration}`,
      values: { generation },
    }),

  lateTold: async (pipeline, run, generation) => {
    await table.update({
      key: runKey(pipeline, run),
      set: { lateTold: true },
      condition: `attribute_exists(#late) AND ${inGeneration}`,
      values: { generation },
    });
  },

  waits: async (pipeline, run, why, generation, heldBy) => {
    const held = heldBy === undefined ? { remove: ['heldBy'], set: {} } : { set: { heldBy } };
    await table.update({
      key: runKey(pipeline, run),
      ...held,
      set: { ...held.set, waits: why },
      ...pending(generation),
    });
  },

  accounts: (pipeline, from, to) => table.within(runsIndex, `runs#${pipeline}`, { from, to: `${to}~` }, accountFields),

  latest: (pipeline, limit, before) =>
    table.latest(
      runsIndex,
      `runs#${pipeline}`,
      limit,
      before && runsIndexKey(pipeline, before.createdAt, before.run).runsSk,
    ),

  markPartition: async ({ pipeline, partition, ...rest }, createdAt) => {
    const { run, generation = 1, status, used = {}, lacks = [] } = rest;
    const progress = generation * 3 + rankOf(status);
    // Without parentheses (AND binds first): within three of them the local engine's parser of conditions takes 250 times as long.
    const same = '#runCreatedAt = :createdAt AND #run = :run';
    const condition = [
      'attribute_not_exists(pk)',
      '#runCreatedAt < :createdAt',
      '#runCreatedAt = :createdAt AND #run < :run',
      `${same} AND attribute_not_exists(#progress)`,
      `${same} AND #progress < :progress`,
    ].join(' OR ');
    await table.update({
      key: partitionKey(pipeline, partition),
      set: { pipeline, partition, ...rest, used, lacks, runCreatedAt: createdAt, progress },
      condition,
      values: { createdAt, run, progress },
    });
  },

  partitionEdge: (pipeline, from, below, which) => table.edge(partitionKey(pipeline, '').pk, from, below, which),

  partition: (pipeline, partition) => table.get(partitionKey(pipeline, partition)),

  partitions: async (pipeline, keys) => {
    const [first, ...others] = [...keys].sort();
    if (first === undefined) return [];
    if (others.length === 0) {
      const only = await table.get<PartitionRecord>(partitionKey(pipeline, first));
      return only ? [only] : [];
    }
    const { pk } = partitionKey(pipeline, first);
    const wanted = new Set(keys);
    const found = await table.between<PartitionRecord>(pk, first, others.at(-1) ?? first);
    return found.filter(({ partition }) => wanted.has(partition));
  },
});
