// A backfill: runs over a range of partitions, asked for in order. Its plan is written once; one record says how far it is.
import type { Json } from '../json.ts';
import type { StoredPayload } from '../payload.ts';

/** One run of a plan. */
export interface PlannedRun {
  readonly pipeline: string;
  readonly partition: string;
  /** Places in the plan of the runs that must complete first. All come before this one. */
  readonly after: readonly number[];
  readonly input: PlannedInput;
  /** The newest execution of the partition when this was planned. One that completes since then does for it. */
  readonly was?: string;
}

/** What a run of a backfill gets: a value, or what another run of the pipeline got. */
export type PlannedInput =
  | { readonly kind: 'value'; readonly value: Json }
  | { readonly kind: 'run'; readonly run: string };

/** In the order in which they are asked for. */
export type BackfillPlan = readonly PlannedRun[];

export type BackfillStatus = 'running' | 'paused' | 'cancelled' | 'completed' | 'failed';

/**
 * How a run of a plan stands. `asked`: it is under way, or asked for; `blocked`: it is not started, as one that it needs was not
 * completed.
 */
export type PlannedState = 'waiting' | 'asked' | 'completed' | 'failed' | 'blocked';

/** The ledger's record of a backfill. Times are ISO 8601 in UTC. */
export interface BackfillRecord {
  readonly id: string;
  /** The one that it was asked for. */
  readonly pipeline: string;
  /** What was asked for, as a person would read it. */
  readonly what: string;
  readonly status: BackfillStatus;
  /** A BackfillPlan. */
  readonly plan: StoredPayload;
  /** A letter for each run of the plan, of `letters`. */
  readonly states: string;
  /** Runs that somebody else asked for, and that do for those at these places of the plan. */
  readonly others?: { readonly [place: string]: string };
  /** Runs at once. */
  readonly concurrency: number;
  readonly by: string;
  readonly createdAt: string;
  readonly endedAt?: string;
  /** Who paused, resumed or cancelled it last. */
  readonly changedBy?: string;
  /** When it looks by itself again. */
  readonly nextLookAt?: string;
  /** Counts its changes. */
  readonly version: number;
}

const letters: { readonly [state in PlannedState]: string } = {
  waiting: '.',
  asked: 'a',
  completed: 'c',
  failed: 'f',
  blocked: 'b',
};
const states = Object.fromEntries(Object.entries(letters).map(([state, letter]) => [letter, state]));

export const lettersOf = (of: readonly PlannedState[]): string => of.map((state) => letters[state]).join('');

/** The states that a record's letters stand for. */
export const statesOf = (text: string): readonly PlannedState[] =>
  [...text].map((letter) => states[letter] as PlannedState); // `lettersOf` wrote them
