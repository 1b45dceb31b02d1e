import { errorNames } from '../support/error-names.ts';

/** Ends the execution as FAILED. Never retried. */
export class RunFailedError extends Error {
  override readonly name = errorNames.runFailed;
}
