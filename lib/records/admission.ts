// How many runs of a pipeline are under way at once, and what becomes of one that finds no room.

/** `queue` waits for room, `skip` is not started, `cancelRunning` stops the oldest that is under way and takes its place. */
export type Overlap = 'queue' | 'skip' | 'cancelRunning';

export interface AdmissionPolicy {
  readonly overlap: Overlap;
  /** Runs at once. */
  readonly maxRuns: number;
  /** Runs that may wait for room. */
  readonly maxQueued: number;
}

/** What was decided at a gate and may not have been done yet: whoever comes next does it, and doing it twice is harmless. */
export type Owed =
  | { readonly kind: 'start'; readonly name: string }
  | { readonly kind: 'stop'; readonly name: string; readonly by: string }
  | { readonly kind: 'skip'; readonly name: string; readonly reason: string };

/** The ledger's record of who is under way and who waits, by the names of their executions. One item a pipeline. */
export interface Gate {
  readonly running: readonly string[];
  /** In the order in which they begin. */
  readonly queued: readonly string[];
  /** Of those above, the ones of backfills: whoever comes goes before those of them that wait. */
  readonly givingWay?: readonly string[];
  readonly owed: readonly Owed[];
  /** Counts its changes. */
  readonly version: number;
}
