// The calls at the two ends of an execution: of `begin` and of `finish`.
import type { Binding } from './binding.ts';
import type { Choices, RunFacts } from './calls.ts';

export interface BeginCall {
  readonly pipeline: string;
  readonly definitionHash: string;
  readonly execution: string;
  readonly input: RunRequest;
  /** Control values that no stage gives: of the run's input or an upstream's output, by key. */
  readonly control: readonly BeginControl[];
}

/** A control value that `begin` works out: a binding's value, or the length of the list it gives. */
export interface BeginControl {
  readonly key: string;
  readonly bind: Binding;
  readonly count?: true;
}

/** The input of an execution: all else about the run is in the ledger, put there before the execution starts. */
export interface RunRequest {
  readonly run: string;
}

/** The slot of a flow's control values that holds what `begin` worked out. No stage can have this name. */
export const beginSlot = 'begin()';

export interface FinishCall {
  readonly run: RunFacts;
  /** Those outside every choice by their ids alone: of thousands of stages the list must still fit into a payload. */
  readonly stages: readonly (PlannedStage | string)[];
  readonly chosen: Choices;
  readonly output: Binding;
}

/** A stage as `finish` needs to know it: its id and the branch of a `choose` that it stands in, outermost first. */
export interface PlannedStage {
  readonly id: string;
  readonly within: readonly { readonly choose: string; readonly branch: 'then' | 'otherwise' }[];
}
