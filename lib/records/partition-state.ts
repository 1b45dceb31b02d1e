import type { PartitionRecord } from './run.ts';
import type { Status } from './status.ts';

/** How a partition stands. `stale`: complete, but made from what an upstream has made anew since. */
export const partitionStates = ['missing', 'running', 'completed', 'failed', 'stale', 'skipped'] as const;
export type PartitionState = (typeof partitionStates)[number];

export interface PartitionStanding {
  readonly partition: string;
  readonly state: PartitionState;
  readonly record?: PartitionRecord;
  /** Why it is stale. */
  readonly because?: string;
}

const states: { readonly [status in Status]: PartitionState } = {
  pending: 'running',
  waiting: 'running',
  running: 'running',
  completed: 'completed',
  failed: 'failed',
  cancelled: 'failed',
  skipped: 'skipped',
};

/** How a partition stands whose record is this. `staleness` is why it is stale, if it is. */
export const standingOf = (
  partition: string,
  record: PartitionRecord | undefined,
  staleness?: string,
): PartitionStanding => {
  if (!record) return { partition, state: 'missing' };
  if (record.status === 'completed' && staleness) return { partition, state: 'stale', record, because: staleness };
  return { partition, state: states[record.status], record };
};
