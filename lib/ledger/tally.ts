// How a map stands, counted from its batches a page at a time: of a million of them no list is held.
import { type BatchRecord, sumTellings, type Telling } from '../records/index.ts';
import type { MapAddress, Stages } from './stages.ts';

export interface Tally {
  /** Items. */
  readonly completed: number;
  readonly failed: number;
  readonly cached: number;
  /** What its batches tell of the whole. */
  readonly telling: Telling;
  /** False where there may be further batches. */
  readonly isWhole: boolean;
}

/** Looks at all batches, or at those of so many pages. `settled` is told the number of each that is settled. */
export const tallyOf = async (
  stages: Stages,
  at: MapAddress,
  { pages = Number.POSITIVE_INFINITY, settled }: { pages?: number; settled?: (batch: number) => void } = {},
): Promise<Tally> => {
  const sum = { completed: 0, failed: 0, cached: 0 };
  let telling: Telling = {};
  let left = pages;
  for await (const page of stages.batchPages(at)) {
    for (const { batch, status, completed = 0, failed = 0, cached = 0 } of page as readonly Partial<BatchRecord>[]) {
      sum.completed += completed; // One that is claimed and not yet settled has no counts.
      sum.failed += failed;
      sum.cached += cached;
      if (status === 'completed' && batch !== undefined) settled?.(batch);
    }
    telling = sumTellings([telling, ...page]);
    left -= 1;
    if (left <= 0) return { ...sum, telling, isWhole: false };
  }
  return { ...sum, telling, isWhole: true };
};
