// What undoes a stage, and what is to be undone.

/** What undoes a stage: the name of the contract, and whether it does so when the run was cancelled too. */
export interface Compensated {
  readonly by: string;
  readonly onCancel?: true;
}

/** A stage to be undone, under what name, and after which other undoings: those of the stages that hang on it. */
export interface Undo {
  readonly stage: string;
  readonly name: string;
  readonly after: readonly string[];
}
