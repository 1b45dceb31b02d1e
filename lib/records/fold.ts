// Of a reduce: what a call of its stage folds.
import type { Binding } from './binding.ts';
import type { Json } from './json.ts';

/**
 * A stage that makes one part of many, of a reduce: it is called with some of them at a time, the part that it gave before first. Of a map
 * stage, each item says which batches of `over` the parts are made of.
 */
export interface Fold {
  /** The map stage of whose outputs the parts are made. */
  readonly over: string;
  /** The part that is made of one output, the `item` here. */
  readonly part: Binding;
  /** What no part at all gives. */
  readonly empty: Json;
}

/** Batches of a map stage, by their numbers: from one up to another, both included. */
export interface BatchRange {
  readonly from: number;
  /** @default the last */
  readonly to: number | null;
}
