// Retry ladders by class of error. Step Functions takes the first retrier whose names match.
import type { Ladder, RetryPolicy } from '../definition/index.ts';
import type { Json } from '../records/index.ts';
import { errorNames } from '../support/error-names.ts';

const throttles = [errorNames.throttled, 'Lambda.TooManyRequestsException'];
/** What Lambda says of a function that was killed for its memory, or whose heap gave up. */
export const outOfMemory = ['Runtime.OutOfMemory', 'Runtime.ExitError'];
/** A function that ran out of time or memory. */
export const overspent = ['States.Timeout', 'Sandbox.Timedout', ...outOfMemory];
const exhausted = [errorNames.timeout, ...overspent];

const throttleLadder: Json = {
  ErrorEquals: throttles,
  IntervalSeconds: 5,
  BackoffRate: 2,
  MaxDelaySeconds: 300,
  MaxAttempts: 8,
  JitterStrategy: 'FULL',
};

const retrier = (errors: readonly string[], ladder: Ladder): Json => ({
  ErrorEquals: errors,
  IntervalSeconds: ladder.intervalSeconds,
  BackoffRate: ladder.backoff,
  MaxDelaySeconds: ladder.capSeconds,
  MaxAttempts: ladder.attempts - 1,
  ...(ladder.jitter === 'full' ? { JitterStrategy: 'FULL' } : {}),
});

/**
 * After another attempt took the claim: by then it is done, or its claim can be taken. To give up here would fail a stage that
 * is being worked on.
 */
const supersededLadder: Json = {
  ErrorEquals: [errorNames.superseded],
  IntervalSeconds: 5,
  BackoffRate: 2,
  MaxAttempts: 3,
};

/** The ladders of a stage by class of error: permanent errors and broken contracts never, the rest as its policy says. */
export const stageRetry = (policy: RetryPolicy): readonly Json[] => [
  { ErrorEquals: [errorNames.permanent, errorNames.contractViolation], MaxAttempts: 0 },
  supersededLadder,
  ...(policy.moreMemoryMb === undefined ? [] : [{ ErrorEquals: outOfMemory, MaxAttempts: 0 }]),
  retrier(throttles, policy.throttled),
  retrier(exhausted, policy.exhausted),
  retrier(['States.ALL'], policy),
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

/** The ladder of `mend`: what was too much for its quarter of an hour is too much the next time. */
export const mendRetry: readonly Json[] = [{ ErrorEquals: overspent, MaxAttempts: 0 }, ...operatorRetry];

/** The ladder of a latch's wait. Its condition's failure is an answer, and its time is the run's. */
export const latchRetry: readonly Json[] = [
  { ErrorEquals: ['DynamoDb.ConditionalCheckFailedException', 'States.Timeout'], MaxAttempts: 0 },
  {
    ErrorEquals: ['States.ALL'],
    IntervalSeconds: 1,
    BackoffRate: 2,
    MaxDelaySeconds: 60,
    MaxAttempts: 8,
    JitterStrategy: 'FULL',
  },
];

/** The ladder of a wait at a pool. Its time is the run's, and who waited so long is not served a second time. */
export const poolRetry: readonly Json[] = [{ ErrorEquals: ['States.Timeout'], MaxAttempts: 0 }, ...operatorRetry];

/** The ladder of a start of a child machine: only the start is tried again. What fails inside has used its own ladders. */
export const childRetry: readonly Json[] = [
  {
    ErrorEquals: [
      'StepFunctions.ExecutionLimitExceededException',
      'StepFunctions.ThrottlingException',
      'StepFunctions.AWSStepFunctionsException',
    ],
    IntervalSeconds: 1,
    BackoffRate: 2,
    MaxDelaySeconds: 60,
    MaxAttempts: 8,
    JitterStrategy: 'FULL',
  },
];

/** The ladder of `settle` where it only records: whatever goes wrong is tried again for some minutes. Short, as every stage has it. */
export const recordRetry: readonly Json[] = [
  {
    ErrorEquals: ['States.ALL'],
    IntervalSeconds: 1,
    BackoffRate: 2,
    MaxDelaySeconds: 60,
    MaxAttempts: 9,
    JitterStrategy: 'FULL',
  },
];
