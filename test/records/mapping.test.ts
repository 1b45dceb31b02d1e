import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  all,
  by,
  daily,
  fixed,
  hourly,
  keys,
  lastDays,
  lastWeeks,
  monthly,
  weekly,
  within,
  withTrials,
} from '../../lib/definition/index.ts';
import {
  keysAbove,
  keysBelow,
  keysOf,
  type Pairing,
  type PartitionSpec,
  pairingOf,
  type Select,
} from '../../lib/records/index.ts';

const from = '2026-01-01';
const days = daily({ from });
const sources = keys(['web', 'shop']);
const grid = by({ day: days, source: sources });

const paired = (below: PartitionSpec | undefined, above: PartitionSpec | undefined, ...select: Select[]): Pairing => {
  const found = pairingOf(below, above, select);
  if ('problem' in found) throw new Error(found.problem);
  return found.pairing;
};

type Case = [string, PartitionSpec | undefined, PartitionSpec | undefined, Select[], string, string[]];
test('a trial reads the trial of its name, and is for it', () => {
  const tried = withTrials(days);
  const pairing = paired(tried, tried, lastDays(7));
  expect(keysAbove(pairing, 'demo')).toEqual(['demo']);
  expect(keysBelow(pairing, tried, 'demo', 0)).toEqual({ keys: ['demo'], open: false });
  expect(keysBelow(paired(days, tried), days, 'demo', 0)).toEqual({ keys: [], open: false });
});

describe('a partition reads', () => {
  test.each<Case>([
    ['the same key', days, days, [], '2026-01-31', ['2026-01-31']],
    ['the same key, where any may be', undefined, undefined, [], 'monday', ['monday']],
    ['the last days', days, days, [lastDays(3)], '2026-02-01', ['2026-01-30', '2026-01-31', '2026-02-01']],
    ['fewer at the beginning', days, days, [lastDays(3)], '2026-01-02', ['2026-01-01', '2026-01-02']],
    ['the days of a week', weekly({ from }), days, [lastDays(2)], '2026-W05', ['2026-01-31', '2026-02-01']],
    [
      'the hours within a day',
      daily({ from, timeZone: 'Europe/Berlin' }),
      hourly({ from, timeZone: 'Europe/Berlin' }),
      [within()],
      '2026-03-29',
      Array.from({ length: 24 }, (_, hour) => `2026-03-29T${String(hour).padStart(2, '0')}`).filter(
        (key) => !key.endsWith('02'),
      ),
    ],
    [
      'the weeks that begin within a month',
      monthly({ from }),
      weekly({ from }),
      [within()],
      '2026-02',
      ['2026-W06', '2026-W07', '2026-W08', '2026-W09'],
    ],
    ['the last weeks, up to its own', days, weekly({ from }), [lastWeeks(2)], '2026-01-31', ['2026-W04', '2026-W05']],
    ['all sources of a day', days, grid, [all('source')], '2026-01-31', ['2026-01-31|web', '2026-01-31|shop']],
    [
      'the last days of all sources',
      days,
      grid,
      [lastDays(2), all()],
      '2026-01-31',
      ['2026-01-30|web', '2026-01-30|shop', '2026-01-31|web', '2026-01-31|shop'],
    ],
    ['one source of a day', days, grid, [fixed('web', 'source')], '2026-01-31', ['2026-01-31|web']],
    ['the day of a day and source', grid, days, [], '2026-01-31|web', ['2026-01-31']],
    ['the source of a day and source', grid, sources, [], '2026-01-31|web', ['web']],
    ['the same pair', grid, by({ at: days, from: sources }), [], '2026-01-31|web', ['2026-01-31|web']],
    ['one that is always the same', days, undefined, [fixed('model')], '2026-01-31', ['model']],
    ['nothing before the upstream begins', days, daily({ from: '2026-02-01' }), [], '2026-01-31', []],
  ])('%s', (_, below, above, select, key, found) => {
    expect(keysAbove(paired(below, above, ...select), key)).toEqual(found);
  });
});

describe('partitions that do not go together', () => {
  test.each<[string, PartitionSpec | undefined, PartitionSpec | undefined, Select[], string]>([
    [
      'days and weeks',
      weekly({ from }),
      days,
      [],
      'its partitions are days, and those of the pipeline weeks; choose with map: within() or last…',
    ],
    ['days and keys', sources, days, [], 'nothing says which of its keys (2026-01-31) is meant; choose with map'],
    [
      'a source that is not chosen',
      days,
      grid,
      [],
      'nothing says which of source (web, shop) is meant; choose with map',
    ],
    ['a key that is not above', keys(['web', 'mail']), sources, [], 'it has no mail, which the pipeline has'],
    [
      'the last days of weeks',
      days,
      weekly({ from }),
      [lastDays(7)],
      'lastDays(7) chooses days, but its partitions are weeks',
    ],
    ['the last none', days, days, [lastDays(0)], 'lastDays(0) is not a number from 1 to 1,000'],
    [
      'the last days of keys',
      days,
      sources,
      [lastDays(7)],
      'lastDays(7) chooses nothing: its partitions are web, shop',
    ],
    ['a month within a day', days, monthly({ from }), [within()], 'a month is not within a day'],
    [
      'all of a dimension misspelled',
      days,
      grid,
      [all('sauce')],
      "all('sauce') chooses nothing: its partitions are day (daily from 2026-01-01) by source (web, shop)",
    ],
    ['all of time', grid, grid, [all('day')], 'day is time, of which there is no end; use lastDays or within'],
    ['a fixed key that there is not', days, sources, [fixed('mail')], "'mail' is not one of web, shop"],
    ['the last of any key', days, undefined, [lastDays(7)], 'it takes any key, so there are none to choose among'],
    [
      'the last for any key',
      undefined,
      days,
      [lastDays(7)],
      'the pipeline takes any key itself, so it is not known which of them belong together',
    ],
  ])('%s', (_, below, above, select, problem) => {
    expect(pairingOf(below, above, select)).toEqual({ problem });
  });
});

describe('and the other way round', () => {
  const now = Date.parse('2026-01-05T12:00:00Z');
  test('what is read is for those that read it, and for no other', () => {
    const pairs: [PartitionSpec, PartitionSpec, ...Select[]][] = [
      [days, days],
      [days, days, lastDays(7)],
      [weekly({ from }), days, lastDays(3)],
      [weekly({ from }), days, within()],
      [days, weekly({ from }), lastWeeks(2)],
      [days, hourly({ from }), within()],
      [days, grid, all('source')],
      [grid, grid, lastDays(2), all('source')],
      [grid, grid, lastDays(2)],
      [days, grid, fixed('web', 'source')],
      [grid, days],
      [monthly({ from }), grid, within(), all()],
    ];
    const keysTo = (spec: PartitionSpec, to: string): readonly string[] => {
      const found = keysOf(spec, { to }, 0);
      return 'keys' in found ? found.keys : [];
    };
    fc.assert(
      fc.property(fc.constantFrom(...pairs), fc.nat(), ([below, above, ...select], pick) => {
        const pairing = paired(below, above, ...select);
        const candidates = keysTo(above, '2026-02-15');
        const key = candidates[pick % candidates.length] ?? '';
        const found = keysBelow(pairing, below, key, now);
        const expected = keysTo(below, '2026-03-31').filter((one) => keysAbove(pairing, one).includes(key));
        expect(new Set(found.keys)).toEqual(new Set(expected));
        expect(found.open).toBe(false);
      }),
    );
  });

  test('one that is always the same is for all that are due', () => {
    const pairing = paired(days, undefined, fixed('model'));
    expect(keysBelow(pairing, days, 'model', now)).toEqual({
      keys: ['2026-01-01', '2026-01-02', '2026-01-03', '2026-01-04'],
      open: true,
    });
    expect(keysBelow(pairing, days, 'other', now).keys).toEqual([]);
  });
});
