import { describe, expect, test } from '@jest/globals';
import { parseSchedule } from '../../../lib/support/schedule/expression.ts';

const take = (expression: string, after: string, count: number, zone?: string): readonly (string | undefined)[] => {
  const schedule = parseSchedule(expression, zone);
  const anchor = Date.parse(after);
  const times: string[] = [];
  for (let at = schedule.next(anchor, anchor); at !== undefined && times.length < count; at = schedule.next(at, anchor))
    times.push(new Date(at).toISOString().replace(':00.000Z', ''));
  return times;
};

// expression | after | the next times (UTC)
const utc: readonly (readonly [string, string, readonly string[]])[] = [
  ['cron(0 10 * * ? *)', '2026-11-24T09:59:59Z', ['2026-11-24T10:00', '2026-11-25T10:00']],
  ['cron(0 10 * * ? *)', '2026-11-24T10:00:00Z', ['2026-11-25T10:00']],
  ['cron(15 12 * * ? *)', '2026-12-31T13:00:00Z', ['2027-01-01T12:15']],
  ['cron(0 18 ? * MON-FRI *)', '2026-11-27T18:00:00Z', ['2026-11-30T18:00', '2026-12-01T18:00']],
  ['cron(0 8 1 * ? *)', '2026-11-24T00:00:00Z', ['2026-12-01T08:00', '2027-01-01T08:00']],
  ['cron(0/15 * * * ? *)', '2026-11-24T10:31:00Z', ['2026-11-24T10:45', '2026-11-24T11:00']],
  ['cron(5/20 8-9 ? * 2 *)', '2026-11-30T08:30:00Z', ['2026-11-30T08:45', '2026-11-30T09:05']],
  ['cron(0 0 L * ? *)', '2028-02-01T00:00:00Z', ['2028-02-29T00:00', '2028-03-31T00:00']],
  ['cron(0 9 15W * ? *)', '2026-08-01T00:00:00Z', ['2026-08-14T09:00', '2026-09-15T09:00']],
  ['cron(0 9 1W * ? *)', '2026-08-01T00:00:00Z', ['2026-08-03T09:00']],
  ['cron(0 9 LW * ? *)', '2026-10-01T00:00:00Z', ['2026-10-30T09:00']],
  ['cron(0 9 ? * 6L *)', '2026-11-01T00:00:00Z', ['2026-11-27T09:00', '2026-12-25T09:00']],
  ['cron(0 9 ? * TUE#2 *)', '2026-11-01T00:00:00Z', ['2026-11-10T09:00', '2026-12-08T09:00']],
  ['cron(0 9 ? * 2#5 *)', '2026-11-01T00:00:00Z', ['2026-11-30T09:00', '2027-03-29T09:00']],
  ['cron(0 0 29 2 ? *)', '2026-11-01T00:00:00Z', ['2028-02-29T00:00', '2032-02-29T00:00']],
  ['cron(0 0 31 4 ? *)', '2026-11-01T00:00:00Z', []],
  ['cron(0 0 1 JAN,jul ? 2027)', '2026-11-01T00:00:00Z', ['2027-01-01T00:00', '2027-07-01T00:00']],
  ['cron(0 0 1 1 ? 2020)', '2026-11-01T00:00:00Z', []],
  ['rate(5 minutes)', '2026-11-24T10:00:00Z', ['2026-11-24T10:05', '2026-11-24T10:10']],
  ['rate(1 day)', '2026-11-24T10:00:00Z', ['2026-11-25T10:00']],
  ['at(2026-11-24T10:00:00)', '2026-11-24T09:00:00Z', ['2026-11-24T10:00']],
  ['at(2026-11-24T10:00:00)', '2026-11-24T10:00:00Z', []],
];
test.each(utc)('%s after %s', (expression, after, expected) => {
  expect(take(expression, after, Math.max(1, expected.length))).toEqual(expected);
});

describe('wall clocks that change', () => {
  const zoned: readonly (readonly [string, string, string, string, readonly string[]])[] = [
    ['winter', 'cron(30 8 * * ? *)', 'Europe/London', '2026-12-01T09:00:00Z', ['2026-12-02T08:30']],
    ['summer', 'cron(30 8 * * ? *)', 'Europe/London', '2026-07-01T09:00:00Z', ['2026-07-02T07:30']],
    ['half an hour off', 'cron(0 9 * * ? *)', 'Asia/Kolkata', '2026-07-01T09:00:00Z', ['2026-07-02T03:30']],
    [
      'a time that is jumped over is skipped',
      'cron(30 2 * * ? *)',
      'America/New_York',
      '2026-03-07T08:00:00Z',
      ['2026-03-09T06:30'],
    ],
    [
      'a time that comes twice fires once',
      'cron(30 1 * * ? *)',
      'America/New_York',
      '2026-11-01T05:00:00Z',
      ['2026-11-01T05:30', '2026-11-02T06:30'],
    ],
    ['at in a zone', 'at(2026-07-01T09:00:00)', 'Europe/Paris', '2026-06-01T00:00:00Z', ['2026-07-01T07:00']],
  ];
  test.each(zoned)('%s', (_name, expression, zone, after, expected) => {
    expect(take(expression, after, expected.length, zone)).toEqual(expected);
  });
});

test.each([
  ['cron(0 10 * * * *)', 'one of day of month and day of week must be "?"'],
  ['cron(0 10 ? * ? *)', 'one of day of month and day of week must be "?"'],
  ['cron(0 10 * * ?)', 'cron wants 6 fields'],
  ['cron(60 10 * * ? *)', 'minute "60" is not between 0 and 59'],
  ['cron(0 10 ? * MUN *)', 'day of week "MUN" is not between 1 and 7'],
  ['cron(0 20-10 * * ? *)', 'hour "20-10" ends before it begins'],
  ['cron(0/0 1 * * ? *)', 'minute "0/0" has no valid increment'],
  ['rate(1 minutes)', 'rate(1 minutes); expected such as'],
  ['rate(5 minute)', 'rate(5 minute); expected such as'],
  ['rate( 5 minutes )', 'rate( 5 minutes ); expected such as'],
  ['rate(0 minutes)', 'rate(0 minutes); expected such as'],
  ['at(2026-13-01T00:00:00)', 'expected a time that exists in UTC'],
  ['every day', 'every day; expected at(…), rate(…) or cron(…)'],
])('%s is refused', (expression, reason) => {
  expect(() => parseSchedule(expression)).toThrow(reason);
});
test('an unknown time zone is refused', () => {
  expect(() => parseSchedule('rate(1 day)', 'Mars/Olympus')).toThrow('the time zone Mars/Olympus is not known');
});
