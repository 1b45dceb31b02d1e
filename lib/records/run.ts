// A run: one processing of one input or partition by one pipeline.
import type { RunAccount } from './account.ts';
import type { Binding } from './binding.ts';
import type { Choices } from './calls.ts';
import type { Parent } from './child.ts';
import type { Compensation } from './compensation.ts';
import type { Slice } from './partitions/index.ts';
import type { StoredPayload } from './payload.ts';
import type { ResumeOrder } from './resume-order.ts';
import type { Status } from './status.ts';

/** What started a run, for the audit trail. `identity` is what makes a duplicate the same run. */
export interface TriggerRecord {
  readonly kind: 'object' | 'schedule' | 'event' | 'queue' | 'request' | 'upstream' | 'manual' | 'child' | 'backfill';
  readonly identity: string;
  readonly detail: string;
}

/** The ledger's record of a run. Times are ISO 8601 in UTC. */
export interface RunRecord {
  readonly pipeline: string;
  readonly run: string;
  readonly partition: string;
  readonly status: Status;
  readonly trigger: TriggerRecord;
  readonly input: StoredPayload;
  /** The run of each upstream pipeline whose output this run reads, by the alias given in the definition. */
  readonly upstream: { readonly [alias: string]: UpstreamRun };
  /** Runs of upstreams of which it reads several partitions, by alias, in the order of their keys. */
  readonly upstreamLists?: { readonly [alias: string]: readonly UpstreamRun[] };
  /** The partitions of upstreams that it went on without, by alias. */
  readonly without?: { readonly [alias: string]: readonly UpstreamPartition[] };
  /** What is known of its partition, where the pipeline says which it has. */
  readonly slice?: Slice;
  /** The stage of another run that waits for this one. */
  readonly askedBy?: Parent;
  /** The backfill that it is part of. */
  readonly backfill?: string;
  /** At pools, others come first. */
  readonly priority?: 'low';
  /** It goes through the gate of its pipeline, which must be told of its end. */
  readonly gated?: boolean;
  /** Why it has not begun, while it is `pending`. */
  readonly waits?: string;
  /** The pause that it is held under meanwhile. */
  readonly heldBy?: string;
  readonly createdAt: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
  /** An operator, or a person as they gave their name. */
  readonly endedBy?: string;
  /** Counts the run's executions. @default 1 */
  readonly generation?: number;
  /** What made the latest execution, when it is not the first. */
  readonly resume?: ResumeOrder;
  /** The run that this one was forked from, and the stage from which it does things itself. */
  readonly parent?: { readonly run: string; readonly from: string };
  readonly executionArn?: string;
  readonly definitionHash?: string;
  /** What the pipeline returns, as bindings into this run: the values stay where the stages stored them. */
  readonly output?: Binding;
  readonly chosen?: Choices;
  /** Stages by status, written when the run ends. */
  readonly stages?: { readonly [status in Status]?: number };
  readonly deadLetters?: number;
  /** What its stages used, took and were worth, written when the run ends. */
  readonly account?: RunAccount;
  /** When it is to have ended, counted from when it was asked for, or to go on; `ends`: it is ended then. */
  readonly deadline?: { readonly at: string; readonly ends?: true };
  /** That it had not; and whether somebody was told. */
  readonly late?: { readonly at: string };
  readonly lateTold?: true;
  /** Of a run that failed after a stage that is to be undone then. */
  readonly compensation?: Compensation;
  readonly error?: string;
  readonly cause?: string;
}

/** A run that another reads from. Without partition and generation: of the same partition, and its first, in older records. */
export interface UpstreamRun {
  readonly pipeline: string;
  readonly run: string;
  readonly partition?: string;
  /** That it was in when it was read. */
  readonly generation?: number;
}

export type UpstreamPartition = Pick<Required<UpstreamRun>, 'pipeline' | 'partition'>;

/** Every run that a run reads from. */
export const upstreamRunsOf = ({
  upstream,
  upstreamLists = {},
}: Pick<RunRecord, 'upstream' | 'upstreamLists'>): readonly UpstreamRun[] => [
  ...Object.values(upstream),
  ...Object.values(upstreamLists).flat(),
];

/** Names of executions, by pipeline and partition. */
export interface UsedUpstream {
  readonly [pipeline: string]: { readonly [partition: string]: string };
}

/** The newest run of a partition, and how it stands. One record a partition. */
export interface PartitionRecord {
  readonly pipeline: string;
  readonly partition: string;
  readonly run: string;
  /** Of the run. @default 1 */
  readonly generation?: number;
  readonly status: Status;
  readonly updatedAt: string;
  /** The executions of upstream pipelines that the run reads from. A newer one makes the partition stale. */
  readonly used?: UsedUpstream;
  /** What the run went on without. Once it is there, the partition is stale. */
  readonly lacks?: readonly UpstreamPartition[];
}
