// A run that another run has asked for, and waits for.
import type { ControlPath } from './calls.ts';

/** The stage that waits for a run. */
export interface Parent {
  readonly pipeline: string;
  readonly run: string;
  readonly stage: string;
  /** The execution of the parent's run that asked. */
  readonly generation: number;
}

/** What a stage's record holds of the run that it waits for. */
export interface Child {
  readonly pipeline: string;
  readonly run: string;
  /** What of its output the state machine reads. */
  readonly control: readonly ControlPath[];
}
