// Which partitions a pipeline has, as plain data: it travels from the definition through the manifest to dispatch and the CLI.

/** The lengths of time that a partition may cover. */
export const everies = ['hour', 'day', 'week', 'month'] as const;
export type Every = (typeof everies)[number];

/** Besides, keys that begin with a letter: of no calendar and no backfill. Only where the others begin with a digit, being time. */
interface Trials {
  readonly trials?: true;
}

/**
 * One partition for each hour, day, ISO week or month, from a first one on. Keys: `2026-01-31T05`, `2026-01-31`, `2026-W05`,
 * `2026-01`, all in the time zone's own calendar.
 */
export interface TimePartitions extends Trials {
  readonly kind: 'time';
  readonly every: Every;
  /** The key of the first. */
  readonly from: string;
  /** The key of the last. @default there is no last one */
  readonly to?: string;
  readonly timeZone: string;
  /** How many more are due than those that have ended: 1 for the one that is under way too, -1 for one less. */
  readonly endOffset: number;
}

/** A partition for each of these keys. */
export interface KeyPartitions extends Trials {
  readonly kind: 'keys';
  readonly keys: readonly string[];
}

export type Dimension = TimePartitions | KeyPartitions;

/** A partition for each pair of keys, `2026-01-31|web`. Time, where there is any, comes first: so ranges of keys are ranges of it. */
export interface TwoDimensions extends Trials {
  readonly kind: 'by';
  readonly dimensions: readonly [NamedDimension, NamedDimension];
}

export interface NamedDimension {
  readonly name: string;
  readonly of: Dimension;
}

export type PartitionSpec = Dimension | TwoDimensions;
