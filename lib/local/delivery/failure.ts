import { isOfTheDisk } from '../database.ts';
import { AwsError } from '../service.ts';

const RETRY_NEVER = ['NotImplemented'];
const THROTTLES = /Throttl|TooManyRequests|RequestLimitExceeded|SlowDown|LimitExceeded/;

/** The values of ERROR_CODE that EventBridge and Scheduler put on a dead letter, by the error of the target's service. */
const CODES: readonly (readonly [RegExp, string])[] = [
  [/NotFound|DoesNotExist|NonExistent|NoSuch/, 'NO_RESOURCE'],
  [/AccessDenied|NotAuthorized|Forbidden/, 'NO_PERMISSIONS'],
  [THROTTLES, 'THROTTLING'],
  [/AlreadyExists/, 'RESOURCE_ALREADY_EXISTS'],
  [/Json/i, 'INVALID_JSON'],
  [/Invalid|Validation|Missing/, 'INVALID_PARAMETER'],
];

/** Why a delivery failed, in the words of a dead letter, and whether another try can help. */
export type Failure = { readonly code: string; readonly message: string; readonly passes: boolean };

export const failureOf = (error: unknown): Failure => {
  if (!(error instanceof AwsError)) {
    const message = error instanceof Error ? error.message : String(error);
    return { code: 'INTERNAL_ERROR', message, passes: isOfTheDisk(error) };
  }
  const faulty = error.status >= 500;
  const { retryable } = error.fields; // where whoever was called said it
  const mayPass = !RETRY_NEVER.includes(error.code) && (faulty || error.status === 429 || THROTTLES.test(error.code));
  const passes = typeof retryable === 'boolean' ? retryable : mayPass;
  const code = CODES.find(([pattern]) => pattern.test(error.code))?.[1];
  return { code: code ?? (faulty ? 'ERROR_FROM_TARGET' : 'SDK_CLIENT_ERROR'), message: error.message, passes };
};

const SLOWEST_RETRY_MS = 15 * 60_000;

/** Wait before try number `tries + 1`: exponential from a second, half of it jitter. `random` is in [0, 1). */
export const backoffMs = (tries: number, random: number): number =>
  Math.min(1000 * 2 ** Math.min(tries - 1, 20), SLOWEST_RETRY_MS) * (0.5 + random / 2);
