/**
 * The names of run errors. Lambda reports an error's `name`, and `ErrorEquals` in the state machine matches it, so the
 * compiler and the runtime share these.
 */
export const errorNames = {
  permanent: 'Heddle.Permanent',
  contractViolation: 'Heddle.ContractViolation',
  transient: 'Heddle.Transient',
  throttled: 'Heddle.Throttled',
  timeout: 'Heddle.Timeout',
  superseded: 'Heddle.Superseded',
  runFailed: 'Heddle.RunFailed',
  tooManyFailures: 'Heddle.TooManyFailures',
  checkFailed: 'Heddle.CheckFailed',
  batchLost: 'Heddle.BatchLost',
  deadlineMissed: 'Heddle.DeadlineMissed',
  unanswered: 'Heddle.Unanswered',
} as const;
