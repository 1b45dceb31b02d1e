import type { Measured } from './measure.ts';

/** One figure with what was promised of it. */
export interface Row {
  readonly figure: string;
  readonly value: string;
  /** `–` where nothing was. */
  readonly goal: string;
  readonly holds: boolean;
  /** What to run for this figure alone. */
  readonly command: string;
}

export const expectSuccess = (run: Measured, what: string): Measured => {
  if (run.code !== 0) throw new Error(`${what} ended with ${run.code}:\n${run.output.slice(-2_000)}`);
  return run;
};
