import type { Ladder } from '../../definition/index.ts';
import { isWhole } from './wording.ts';

/** Step Functions' bound on MaxDelaySeconds, exclusive: 366 days. */
const longestPause = 31_622_399;

/** What Step Functions could not do of a retry ladder. `at` is where it is written: `retry`, `retry.throttled`. */
export const ladderProblems = (at: string, { attempts, intervalSeconds, backoff, capSeconds }: Ladder) => [
  ...(isWhole(attempts, 1, 100)
    ? []
    : [
        {
          message: `${at}.attempts is ${attempts}, but it counts the first attempt too`,
          fix: 'set it from 1 (never try again) to 100',
        },
      ]),
  ...(isWhole(intervalSeconds, 1, longestPause)
    ? []
    : [
        {
          message: `${at}.intervalSeconds is ${intervalSeconds}, but Step Functions waits whole seconds from 1`,
          fix: 'set a whole number of seconds, 1 or more',
        },
      ]),
  ...(backoff >= 1 && Number.isFinite(backoff)
    ? []
    : [
        {
          message: `${at}.backoff is ${backoff}, but pauses cannot shrink`,
          fix: 'set 1 for even pauses, 2 to double them',
        },
      ]),
  ...(isWhole(capSeconds, intervalSeconds, longestPause)
    ? []
    : [
        {
          message: `${at}.capSeconds is ${capSeconds}, but the first pause is ${intervalSeconds} s`,
          fix: `set whole seconds, ${intervalSeconds} or more`,
        },
      ]),
];
