import { expect, test } from '@jest/globals';
import { calendar, legend } from '../../lib/cli/partition-calendar.ts';
import { by, daily, hourly, keys, monthly, weekly } from '../../lib/definition/index.ts';
import { keysOf, type PartitionSpec, type PartitionStanding, partitionStates } from '../../lib/records/index.ts';

const plain = (_: unknown, text: string): string => text;

/** The states one after the other, again and again. */
const standings = (spec: PartitionSpec, from?: string, to?: string): readonly PartitionStanding[] => {
  const found = keysOf(spec, { from, to }, 0);
  if ('problem' in found) throw new Error(found.problem);
  return found.keys.map((partition, index) => ({
    partition,
    state: partitionStates[index % partitionStates.length] ?? 'missing',
  }));
};
const drawn = (spec: PartitionSpec, from?: string, to?: string): string =>
  calendar(spec, standings(spec, from, to), plain).join('\n');

const from = '2026-01-01';

test('days stand in their weeks', () => {
  expect(drawn(daily({ from }), '2026-01-01', '2026-01-13')).toBe(
    `
            Mon  Tue  Wed  Thu  Fri  Sat  Sun
2025-12-29                  ·    ▸    ✓    ✗
2026-01-05   ↻    –    ·    ▸    ✓    ✗    ↻
2026-01-12   –    ·`.slice(1),
  );
});

test('hours stand in their days, one that comes twice with both', () => {
  const lines = drawn(hourly({ from, timeZone: 'Europe/Berlin' }), '2026-10-25T00', '2026-10-25T05').split('\n');
  expect(lines[0]).toMatch(/^ {12}00 {2}01 {2}02 {2}02b {2}03 {2}04 {2}05 {2}06/);
  expect(lines[1]).toBe('2026-10-25   ·   ▸   ✓   ✗    ↻   –   ·');
});

test('weeks stand in quarters, months in years', () => {
  expect(drawn(weekly({ from }), '2026-W12', '2026-W15')).toBe(
    `
          01  02  03  04  05  06  07  08  09  10  11  12  13
2026-W01                                               ·   ▸
2026-W14   ✓   ✗`.slice(1),
  );
  expect(drawn(monthly({ from }), '2026-11', '2027-02')).toBe(
    `
      Jan  Feb  Mar  Apr  May  Jun  Jul  Aug  Sep  Oct  Nov  Dec
2026                                                     ·    ▸
2027   ✓    ✗`.slice(1),
  );
});

test('two dimensions are a grid, keys a list', () => {
  expect(drawn(by({ day: daily({ from }), source: keys(['web', 'shop']) }), from, '2026-01-03')).toBe(
    `
day         web  shop
2026-01-01   ·     ▸
2026-01-02   ✓     ✗
2026-01-03   ↻     –`.slice(1),
  );
  expect(drawn(keys(['web', 'shop']))).toBe('web   ·\nshop  ▸');
});

test('the legend counts what there is, in words too', () => {
  expect(legend(standings(daily({ from }), from, '2026-01-08'), plain)).toBe(
    '· 2 missing   ▸ 2 running   ✓ 1 completed   ✗ 1 failed   ↻ 1 stale   – 1 skipped',
  );
});
