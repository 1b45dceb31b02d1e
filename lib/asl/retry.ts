// Retry ladders by class of error. Step Functions takes the first retrier whose names match.
import type { RetryPolicy } from '../definition/index.ts';
import type { Json } from '../records/index.ts';
import { errorNames } from '../support/error-names.ts';

const throttles = [errorNames.throttled, 'Lambda.TooManyRequestsException'];
/** Out of time or memory: the same input will most likely do it again, so one more try is enough. */
const exhausted = [
  errorNames.timeout,
  'States.Timeout',
  'Sandbox.Timedout',
  'Runtime.OutOfMemory',
  'Runtime.ExitError',
];

const throttleLadder: Json = {
  ErrorEquals: throttles,
  IntervalSeconds: 5,
  BackoffRate: 2,
  MaxDelaySeconds: 300,
  MaxAttempts: 8,
  JitterStrategy: 'FULL',
};

/** The ladder of a stage: permanent errors never, throttles long, exhaustion once, all else by the stage's own policy. */
export const stageRetry = (policy: RetryPolicy): readonly Json[] => [
  { ErrorEquals: [errorNames.permanent, errorNames.contractViolation, errorNames.superseded], MaxAttempts: 0 },
  throttleLadder,
  { ErrorEquals: exhausted, IntervalSeconds: 1, MaxAttempts: Math.min(1, policy.attempts - 1) },
  {
    ErrorEquals: ['States.ALL'],
    IntervalSeconds: policy.intervalSeconds,
    BackoffRate: policy.backoff,
    MaxDelaySeconds: policy.capSeconds,
    MaxAttempts: policy.attempts - 1,
    JitterStrategy: 'FULL',
  },
];

/** The ladder of an operator's Lambda, whose work is idempotent: all but its own verdicts is tried again for some minutes. */
export const operatorRetry: readonly Json[] = [
  { ErrorEquals: [errorNames.runFailed, errorNames.permanent, errorNames.contractViolation], MaxAttempts: 0 },
  throttleLadder,
  {
    ErrorEquals: ['States.ALL'],
    IntervalSeconds: 1,
    BackoffRate: 2,
    MaxDelaySeconds: 60,
    MaxAttempts: 6,
    JitterStrategy: 'FULL',
  },
];
