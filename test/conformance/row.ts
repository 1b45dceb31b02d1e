// The words that rows are written in.
export interface Row {
  /** The section of the specification or the guide that says so. */
  readonly section: string;
  readonly name: string;
  readonly definition: Record<string, unknown>;
  readonly input?: unknown;
  readonly expected: Record<string, unknown>;
  /** Virtual seconds that it takes. */
  readonly seconds?: number;
}

export const SPEC = 'https://states-language.net/spec.html';
export const GUIDE = 'https://docs.aws.amazon.com/step-functions/latest/dg';

/** The states of a branch or an iteration: the language is that of the machine. */
export const sequence = (states: Record<string, unknown>) => ({ StartAt: Object.keys(states)[0], States: states });
export const jsonata = (states: Record<string, unknown>, more: object = {}) => ({
  QueryLanguage: 'JSONata',
  ...sequence(states),
  ...more,
});
export const jsonPath = (states: Record<string, unknown>, more: object = {}) => ({ ...sequence(states), ...more });
export const pass = (more: object = {}) => ({ Type: 'Pass', ...more, End: true });
export const succeeded = (output: unknown) => ({ status: 'SUCCEEDED', output });
export const failed = (error: string | undefined, cause?: unknown) => ({
  status: 'FAILED',
  error,
  ...(cause !== undefined && { cause }),
});
export const state = (name: string, event = 2) =>
  `An error occurred while executing the state '${name}' (entered at the event id #${event}).`;

/** A Task that names its function. */
export const direct = (name: string, more: object = {}) => ({
  Type: 'Task',
  Resource: `arn:aws:lambda:us-east-1:111111111111:function:${name}`,
  End: true,
  ...more,
});

export const distributed = (states: Record<string, unknown>, more: object = {}) => ({
  Type: 'Map',
  ItemProcessor: {
    ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
    ...sequence(states),
  },
  End: true,
  ...more,
});
export const picky = {
  Pick: { Type: 'Choice', Choices: [{ Condition: "{% $states.input = 'bad' %}", Next: 'Bad' }], Default: 'Good' },
  Bad: { Type: 'Fail', Error: 'Bad' },
  Good: { Type: 'Succeed' },
};
