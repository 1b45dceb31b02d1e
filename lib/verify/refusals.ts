// Why a pipeline cannot be verified.

/** A value made from a contract's JSON Schema does not pass the contract itself. */
export class UnfitValueError extends Error {
  override readonly name = 'UnfitValueError';
}

/** The pipeline has something that the matrix cannot run. */
export class CannotVerifyError extends Error {
  override readonly name = 'CannotVerifyError';
}

/** The real handlers do not complete a run that has no fault in it. */
export class HandlersFailedError extends Error {
  override readonly name = 'HandlersFailedError';
}
