import { describe, expect, test } from '@jest/globals';
import { ago, dollars, duration, oneLine, plain } from '../../lib/support/words.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

test.each([
  [0, '0 ms'],
  [99, '99 ms'],
  [100, '0.1 s'],
  [1_234, '1.2 s'],
  [9_949, '9.9 s'],
  [9_950, '10 s'],
  [59_499, '59 s'],
  [59_500, '1 m 0 s'],
  [3 * minute + 20 * second, '3 m 20 s'],
  [2 * hour + 5 * minute, '2 h 5 m'],
  [3 * day + 4 * hour, '3 d 4 h'],
])('%d ms is %s', (ms, expected) => {
  expect(duration(ms)).toBe(expected);
});

describe('how long ago', () => {
  const now = Date.parse('2026-11-24T12:00:00Z');
  test.each([
    [-5 * second, 'now'],
    [0, 'now'],
    [40 * second, '40 s ago'],
    [59 * minute, '59 m ago'],
    [3 * hour, '3 h ago'],
    [29 * day, '29 d ago'],
    [30 * day, '2026-10-25'],
  ])('%d ms before', (before, expected) => {
    expect(ago(new Date(now - before).toISOString(), now)).toBe(expected);
  });
});

test.each([
  [0, '$0.00000'],
  [0.000001, '<$0.00001'],
  [0.00041, '$0.00041'],
  [0.1234567, '$0.12346'],
  [12.3, '$12.30'],
])('%d dollars are %s', (amount, expected) => {
  expect(dollars(amount)).toBe(expected);
});

test.each([
  ['short', 10, 'short'],
  ['two\n  lines', 20, 'two lines'],
  ['\u001b[31mred', 20, '[31mred'],
  ['exactly ten', 10, 'exactly t…'],
])('%j in %d columns is %j', (text, width, expected) => {
  expect(oneLine(text, width)).toBe(expected);
});

test.each([
  [
    'the desk is on fire:\n  smoke \u001b[31meverywhere\u0007\r\n',
    2,
    'the desk is on fire:\n    smoke  [31meverywhere',
  ],
  ['one line', 2, 'one line'],
])('%j keeps its lines, indented by %d, and nothing that a terminal obeys', (text, indent, expected) => {
  expect(plain(text, indent)).toBe(expected);
});
