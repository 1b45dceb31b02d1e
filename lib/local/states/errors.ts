// The error that a state raises: a name that Retry and Catch match on, and a cause for people.

/** Payloads, results and inputs are at most this many bytes of UTF-8. */
export const PAYLOAD_LIMIT = 262_144;

/**
 * A failure of a state, as ASL sees it. `error` and `cause` may both be absent (a Fail state may have neither).
 * https://states-language.net/spec.html#errors
 */
export class StateError extends Error {
  readonly error: string | undefined;
  readonly reason: string | undefined;
  /** Where an evaluation failed: history shows it as an EvaluationFailed event. */
  readonly evaluation: { readonly location?: string } | undefined;

  constructor(error: string | undefined, reason: string | undefined, evaluation?: { readonly location?: string }) {
    super(`${error ?? 'failed'}: ${reason ?? ''}`);
    this.name = 'StateError';
    this.error = error;
    this.reason = reason;
    this.evaluation = evaluation;
  }
}

/** A heartbeat that did not come. AWS shows it as States.Timeout; Retry and Catch may name it either way. */
export class MissedHeartbeat extends StateError {
  constructor() {
    super('States.Timeout', undefined);
  }
}

/** Data that is larger than a payload may be: the input or output of `what`. */
export class TooLarge extends StateError {
  constructor(what: string) {
    super(
      'States.DataLimitExceeded',
      `The state/task '${what}' returned a result with a size exceeding the maximum number of bytes service limit.`,
    );
  }
}

/** An answer that is larger than a payload may be: an error of the task as any other, so that a wildcard matches it (recorded on AWS). */
export class AnswerTooLarge extends TooLarge {}

/** An expression or path that could not be evaluated, before the state's name and event id are known. */
export class EvaluationProblem extends Error {
  readonly error: string;
  readonly location: string | undefined;

  constructor(error: 'States.Runtime' | 'States.QueryEvaluationError' | string, message: string, location?: string) {
    super(message);
    this.name = 'EvaluationProblem';
    this.error = error;
    this.location = location;
  }
}

/** The problem of data that is nested too deeply to be worked with. */
export const tooDeep = (): EvaluationProblem =>
  new EvaluationProblem('States.Runtime', 'The data is nested too deeply to be processed.');

const TIMEOUTS = new Set(['States.Timeout', 'States.HeartbeatTimeout']);

/** What Catch, TestState and `$states.errorOutput` show of an error: null for what it lacks, but a timeout's cause is empty. */
export const errorOutput = (problem: StateError): { Error: string | null; Cause: string | null } => ({
  Error: problem.error ?? null,
  Cause: problem.reason ?? (problem.error !== undefined && TIMEOUTS.has(problem.error) ? '' : null),
});

// https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html: States.ALL does not catch these.
const NEVER_BY_WILDCARD = new Set(['States.Runtime', 'States.DataLimitExceeded']);

/**
 * Does an `ErrorEquals` list match? States.Runtime and States.DataLimitExceeded only by their own names, but for an answer of a
 * task; a heartbeat that fails to come is a States.Timeout too.
 */
export const matchesError = (names: readonly string[], problem: StateError): boolean => {
  const { error } = problem;
  return names.some((name) => {
    if (name === error || (name === 'States.HeartbeatTimeout' && problem instanceof MissedHeartbeat)) return true;
    if (error !== undefined && NEVER_BY_WILDCARD.has(error) && !(problem instanceof AnswerTooLarge)) return false;
    if (name === 'States.ALL') return true;
    if (name === 'States.TaskFailed') return error === undefined || !TIMEOUTS.has(error);
    return name === 'States.Timeout' && error === 'States.HeartbeatTimeout';
  });
};
