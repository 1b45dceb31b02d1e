// Latches: a stage that must wait for stages of other branches of the state machine. The one who waits and those who release
// write the same item of the ledger, so there is no moment between them.

/** A latch that a stage releases when it is done, and how many must release it before it opens. */
export interface LatchRelease {
  readonly latch: string;
  readonly need: number;
}

/** The ledger's record of a latch, one for each execution of a run: a resumed run waits anew. */
export interface LatchRecord {
  /** Who has released it: a set, so that a stage that ran twice counts once. */
  readonly released?: ReadonlySet<string>;
  /** The task token of the state that waits, once it does. */
  readonly token?: string;
  readonly need: number;
}

/** What tells the latches of one execution, and of one item or round inside it, from those of another. */
export const latchScope = ({ execution, scope }: { readonly execution: string; readonly scope?: string }): string =>
  `${execution}#${scope ?? ''}`;
