/** A line that a stage's handler logged. */
export interface LogLine {
  readonly at: string;
  readonly stage: string;
  readonly level: string;
  readonly message: string;
  /** All else that the line has: fields of the handler's own, an error. */
  readonly fields: { readonly [name: string]: unknown };
}
