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

export const jsonata = (states: Record<string, unknown>, more: object = {}) => ({
  QueryLanguage: 'JSONata',
  StartAt: Object.keys(states)[0],
  States: states,
  ...more,
});
export const jsonPath = (states: Record<string, unknown>, more: object = {}) => ({
  StartAt: Object.keys(states)[0],
  States: states,
  ...more,
});
export const pass = (more: object = {}) => ({ Type: 'Pass', ...more, End: true });
export const succeeded = (output: unknown) => ({ status: 'SUCCEEDED', output });
export const failed = (error: string | undefined, cause?: unknown) => ({
  status: 'FAILED',
  error,
  ...(cause !== undefined && { cause }),
});
export const state = (text: string) =>
  `An error occurred while executing the state '${text}' (entered at the event id #2).`;

export const distributed = (states: Record<string, unknown>, more: object = {}) => ({
  Type: 'Map',
  ItemProcessor: {
    ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
    StartAt: Object.keys(states)[0],
    States: states,
  },
  End: true,
  ...more,
});
export const picky = {
  Pick: { Type: 'Choice', Choices: [{ Condition: "{% $states.input = 'bad' %}", Next: 'Bad' }], Default: 'Good' },
  Bad: { Type: 'Fail', Error: 'Bad' },
  Good: { Type: 'Succeed' },
};
