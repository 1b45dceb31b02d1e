import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  dueNow,
  type Every,
  everies,
  keyAt,
  keyProblem,
  keysOf,
  newestDue,
  type PartitionSpec,
  partitionWords,
  shifted,
  sliceOf,
  spanOf,
  type TimePartitions,
} from '../../lib/records/index.ts';

const time = (every: Every, more: Partial<TimePartitions> = {}): TimePartitions => ({
  kind: 'time',
  every,
  from: { hour: '2026-01-01T00', day: '2026-01-01', week: '2026-W01', month: '2026-01' }[every],
  timeZone: 'UTC',
  endOffset: 0,
  ...more,
});
const berlin = (every: Every): TimePartitions => time(every, { timeZone: 'Europe/Berlin' });
const sources = { kind: 'keys', keys: ['web', 'shop'] } as const;
const grid: PartitionSpec = {
  kind: 'by',
  dimensions: [
    { name: 'day', of: time('day') },
    { name: 'source', of: sources },
  ],
};
const at = (text: string): number => Date.parse(text);

describe('a moment falls into a key', () => {
  test.each<[string, TimePartitions, string, string]>([
    ['a day', time('day'), '2026-01-31T23:59:59.999Z', '2026-01-31'],
    ['a day in its zone', berlin('day'), '2026-01-31T23:30:00Z', '2026-02-01'],
    ['an hour', time('hour'), '2026-01-31T05:59:00Z', '2026-01-31T05'],
    ['the first of two equal hours', berlin('hour'), '2026-10-25T00:30:00Z', '2026-10-25T02'],
    ['the second of two equal hours', berlin('hour'), '2026-10-25T01:30:00Z', '2026-10-25T02b'],
    ['the hour after both', berlin('hour'), '2026-10-25T02:00:00Z', '2026-10-25T03'],
    ['the hour after one that was jumped over', berlin('hour'), '2026-03-29T01:00:00Z', '2026-03-29T03'],
    ['an ISO week', time('week'), '2026-01-31T00:00:00Z', '2026-W05'],
    ['a week of the year before', time('week'), '2027-01-03T00:00:00Z', '2026-W53'],
    ['a week of the year after', time('week'), '2024-12-30T00:00:00Z', '2025-W01'],
    ['a month in its zone', berlin('month'), '2026-01-31T23:30:00Z', '2026-02'],
  ])('%s', (_, of, moment, key) => {
    expect(keyAt(of, at(moment))).toBe(key);
  });
});

describe('a key lasts', () => {
  test.each<[string, TimePartitions, string, string, string]>([
    ['23 hours where clocks go forward', berlin('day'), '2026-03-29', '2026-03-28T23:00', '2026-03-29T22:00'],
    ['25 hours where clocks go back', berlin('day'), '2026-10-25', '2026-10-24T22:00', '2026-10-25T23:00'],
    [
      'from where clocks land after midnight',
      time('day', { timeZone: 'Africa/Cairo' }),
      '2026-04-24',
      '2026-04-23T22:00',
      '2026-04-24T21:00',
    ],
    ['an hour, the second time', berlin('hour'), '2026-10-25T02b', '2026-10-25T01:00', '2026-10-25T02:00'],
    [
      'half an hour on Lord Howe Island',
      time('hour', { timeZone: 'Australia/Lord_Howe' }),
      '2026-10-04T02',
      '2026-10-03T15:30',
      '2026-10-03T16:00',
    ],
    ['from Monday to Monday', time('week'), '2026-W05', '2026-01-26T00:00', '2026-02-02T00:00'],
    ['the whole of February', time('month'), '2028-02', '2028-02-01T00:00', '2028-03-01T00:00'],
  ])('%s', (_, of, key, start, end) => {
    expect(spanOf(of, key)).toEqual({ start: at(`${start}Z`), end: at(`${end}Z`) });
  });

  test.each<[string, TimePartitions, string]>([
    ['an hour that clocks jump over', berlin('hour'), '2026-03-29T02'],
    ['a second hour where there is one', berlin('hour'), '2026-10-25T03b'],
    ['a day that an island left out', time('day', { timeZone: 'Pacific/Apia' }), '2011-12-30'],
    ['a day that no month has', time('day'), '2026-02-30'],
    ['a week that the year has not', time('week'), '2027-W53'],
    ['a month that no year has', time('month'), '2026-13'],
    ['another form', time('day'), '2026-1-31'],
  ])('%s is no key', (_, of, key) => {
    expect(spanOf(of, key)).toBeUndefined();
  });

  test('keys tile the time, in every zone, without a gap and in the order of their text', () => {
    const zones = [
      'UTC',
      'Europe/Berlin',
      'America/New_York',
      'Asia/Kolkata',
      'Australia/Lord_Howe',
      'Africa/Cairo',
      'America/Havana',
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...everies),
        fc.constantFrom(...zones),
        fc.integer({ min: at('2015-01-01T00:00Z'), max: at('2035-01-01T00:00Z') }),
        (every, timeZone, ms) => {
          const of = { every, timeZone };
          const key = keyAt(of, ms);
          const span = spanOf(of, key);
          expect(span && span.start <= ms && ms < span.end).toBe(true);
          const next = shifted(of, key, 1);
          expect(spanOf(of, next)?.start).toBe(span?.end);
          expect(next > key).toBe(true);
          expect(shifted(of, next, -1)).toBe(key);
        },
      ),
    );
  });

  test('a year of hours in Berlin has as many as a year has', () => {
    const found = keysOf(berlin('hour'), { from: '2026-01-01', to: '2026-12-31' }, 0);
    expect('keys' in found && new Set(found.keys).size).toBe(365 * 24);
  });
});

describe('what is due', () => {
  const now = at('2026-01-10T04:00:00Z');
  test.each<[string, TimePartitions, string | undefined]>([
    ['the newest that has ended', time('day'), '2026-01-09'],
    ['one that is under way, with endOffset 1', time('day', { endOffset: 1 }), '2026-01-10'],
    ['one before, with endOffset -1', time('day', { endOffset: -1 }), '2026-01-08'],
    ['the last, once it has ended', time('day', { to: '2026-01-05' }), '2026-01-05'],
    ['none before the first has ended', time('day', { from: '2026-01-10' }), undefined],
  ])('%s', (_, of, key) => {
    expect(newestDue(of, now)).toBe(key);
  });

  test('of two dimensions, all keys of the newest time', () => {
    expect(dueNow(grid, now)).toEqual(['2026-01-09|web', '2026-01-09|shop']);
  });
});

describe('a trial', () => {
  const tried: PartitionSpec = { ...grid, trials: true };
  test('is any key that begins with a letter, of no time, no range and no schedule', () => {
    expect(keyProblem(tried, 'demo')).toBeUndefined();
    expect(sliceOf(tried, 'demo')).toEqual({ key: 'demo' });
    expect(keysOf(tried, { from: '2026-01-01', to: '2026-01-01' }, 0)).toEqual({
      keys: ['2026-01-01|web', '2026-01-01|shop'],
    });
    expect(dueNow(tried, at('2026-01-10T04:00:00Z'))).toHaveLength(2);
    expect(partitionWords(tried)).toMatch(/^day \(.*\) by source \(web, shop\), and trials such as demo$/);
  });
  test.each(['2026-01-01|wep', '2026-1-1', '2026-01-01', 'web|2026-01-01', '', '-demo', 'a/b'])(
    'is not %j, which is a mistake',
    (key) => {
      expect(keyProblem(tried, key)).toBeDefined();
    },
  );
  test('is none where nobody said so', () => {
    expect(keyProblem(grid, 'demo')).toBe("'demo' is not a pair of day and source; one looks like 2026-01-31|web");
  });
});

describe('a key that is none is told why', () => {
  test.each<[string, PartitionSpec, string, string]>([
    ['no day', time('day'), '2026-02-30', "'2026-02-30' is no day; one looks like 2026-01-31"],
    [
      'an hour jumped over',
      berlin('hour'),
      '2026-03-29T02',
      "'2026-03-29T02' is no hour in Europe/Berlin; one looks like 2026-01-31T05",
    ],
    ['too early', time('day'), '2025-12-31', '2025-12-31 is before the first, 2026-01-01'],
    ['too late', time('day', { to: '2026-01-31' }), '2026-02-01', '2026-02-01 is after the last, 2026-01-31'],
    ['misspelled', sources, 'wep', "'wep' is not one of web, shop; did you mean web?"],
    ['half a pair', grid, '2026-01-01', "'2026-01-01' is not a pair of day and source; one looks like 2026-01-31|web"],
    ['a wrong half', grid, '2026-01-01|mail', "source: 'mail' is not one of web, shop"],
  ])('%s', (_, spec, key, problem) => {
    expect(keyProblem(spec, key)).toBe(problem);
  });

  test('and one that is, is not', () => {
    expect(keyProblem(grid, '2026-01-01|web')).toBeUndefined();
    expect(keyProblem(berlin('hour'), '2026-10-25T02b')).toBeUndefined();
  });
});

describe('a range', () => {
  const now = at('2026-01-04T12:00:00Z');
  test.each<[string, PartitionSpec, { from?: string; to?: string }, object]>([
    [
      'of days',
      time('day'),
      { from: '2026-01-30', to: '2026-02-01' },
      { keys: ['2026-01-30', '2026-01-31', '2026-02-01'] },
    ],
    ['without bounds is what is due', time('day'), {}, { keys: ['2026-01-01', '2026-01-02', '2026-01-03'] }],
    ['of months, by dates', time('month'), { from: '2026-01-15', to: '2026-02-01' }, { keys: ['2026-01', '2026-02'] }],
    [
      'of pairs',
      grid,
      { to: '2026-01-02' },
      { keys: ['2026-01-01|web', '2026-01-01|shop', '2026-01-02|web', '2026-01-02|shop'] },
    ],
    ['of keys is all of them', sources, {}, { keys: ['web', 'shop'] }],
    ['of keys has no bounds', sources, { from: 'web' }, { problem: 'web, shop has no time to give a range of' }],
    [
      'backwards',
      time('day'),
      { from: '2026-02-01', to: '2026-01-01' },
      { problem: 'the range ends with 2026-01-01, before it begins with 2026-02-01' },
    ],
    ['outside', time('day'), { from: '2025-02-01' }, { problem: '2025-02-01 is before the first, 2026-01-01' }],
    [
      'that is no range',
      time('day'),
      { from: 'monday' },
      { problem: "'monday' is not a day such as 2026-01-31, or a date" },
    ],
  ])('%s', (_, spec, range, expected) => {
    expect(keysOf(spec, range, now)).toEqual(expected);
  });
});

test('a slice says when it is, and its parts', () => {
  expect(sliceOf(grid, '2026-01-31|web')).toEqual({
    key: '2026-01-31|web',
    start: '2026-01-31T00:00:00.000Z',
    end: '2026-02-01T00:00:00.000Z',
    parts: { day: '2026-01-31', source: 'web' },
  });
  expect(sliceOf(sources, 'web')).toEqual({ key: 'web' });
  expect(partitionWords(grid)).toBe('day (daily from 2026-01-01) by source (web, shop)');
});
