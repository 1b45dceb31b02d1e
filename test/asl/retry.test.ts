import { describe, expect, test } from '@jest/globals';
import { mendRetry, operatorRetry, stageRetry } from '../../lib/asl/retry.ts';
import { retryPolicy } from '../../lib/definition/retry.ts';
import type { Json } from '../../lib/records/index.ts';

interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly MaxAttempts: number;
  readonly IntervalSeconds?: number;
}

/** Step Functions takes the first retrier that matches. */
const retrierOf = (ladder: readonly Json[], error: string): Retrier | undefined =>
  (ladder as unknown as readonly Retrier[]).find(
    ({ ErrorEquals }) => ErrorEquals.includes(error) || ErrorEquals.includes('States.ALL'),
  );

const policy = retryPolicy();

describe('a stage', () => {
  test.each([
    ['Heddle.Permanent', 0],
    ['Heddle.ContractViolation', 0],
    ['Heddle.Superseded', 3],
    ['Heddle.Throttled', 8],
    ['Lambda.TooManyRequestsException', 8],
    ['States.Timeout', 1],
    ['Sandbox.Timedout', 1],
    ['Runtime.OutOfMemory', 1],
    ['Heddle.Transient', 2],
    ['TypeError', 2],
  ])('after %s is tried %i times more', (error, times) => {
    expect(retrierOf(stageRetry(policy), error)?.MaxAttempts).toBe(times);
  });

  test('of one attempt is tried again for throttles alone', () => {
    const once = stageRetry(retryPolicy({ attempts: 1 }));
    expect(['States.Timeout', 'TypeError'].map((error) => retrierOf(once, error)?.MaxAttempts)).toEqual([0, 0]);
  });

  test('with more memory to give leaves running out of it to the Catch', () => {
    const more = stageRetry(retryPolicy({ moreMemoryMb: 2_048 }));
    const tries = ['Runtime.OutOfMemory', 'Runtime.ExitError', 'States.Timeout'].map(
      (error) => retrierOf(more, error)?.MaxAttempts,
    );
    expect(tries).toEqual([0, 0, 1]);
  });

  test('is tried as its own ladders say, each class by itself', () => {
    const own = stageRetry(
      retryPolicy({ attempts: 7, throttled: { attempts: 21 }, exhausted: { attempts: 1, jitter: 'full' } }),
    );
    const tries = ['Heddle.Throttled', 'States.Timeout', 'TypeError'].map(
      (error) => retrierOf(own, error)?.MaxAttempts,
    );
    expect(tries).toEqual([20, 0, 6]);
    expect(retrierOf(own, 'Heddle.Throttled')).toMatchObject({ IntervalSeconds: 5, MaxDelaySeconds: 300 });
  });

  test('waits as its policy says', () => {
    expect(stageRetry(policy).at(-1)).toEqual({
      ErrorEquals: ['States.ALL'],
      IntervalSeconds: 2,
      BackoffRate: 2,
      MaxDelaySeconds: 60,
      MaxAttempts: 2,
      JitterStrategy: 'FULL',
    });
  });
});

test.each([
  ['Heddle.RunFailed', 0],
  ['Heddle.Permanent', 0],
  ['Heddle.Throttled', 8],
  ['States.Timeout', 6],
])('an operator after %s is tried %i times more', (error, times) => {
  expect(retrierOf(operatorRetry, error)?.MaxAttempts).toBe(times);
});

test('mend is not called again where its time or memory was not enough, and else as any operator', () => {
  const tries = ['States.Timeout', 'Sandbox.Timedout', 'Runtime.OutOfMemory', 'Heddle.Throttled', 'TypeError'].map(
    (error) => retrierOf(mendRetry, error)?.MaxAttempts,
  );
  expect(tries).toEqual([0, 0, 0, 8, 6]);
});
