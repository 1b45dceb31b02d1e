import { describe, expect, test } from '@jest/globals';
import { estimate } from '../../lib/asl/index.ts';
import { estimateReport } from '../../lib/cli/estimate-report.ts';
import { wrapped } from '../../lib/cli/wrapped.ts';
import { graphOf } from '../../lib/graph/index.ts';
import { price } from '../../lib/support/words.ts';
import { orders } from './orders.ts';

const report = (width: number) => estimateReport(estimate(graphOf(orders)), width);
const headingsIn = (lines: readonly string[]) => lines.find((line) => line.startsWith('stage'))?.split(/ {2,}/);

describe('a report on a narrow terminal leaves out what matters least', () => {
  test.each([
    [
      200,
      ['stage', 'map', 'transitions', 'events', 'Lambda', '$/1,000', '│', 'transitions', 'events', 'Lambda', '$/1,000'],
    ],
    [90, ['stage', 'map', 'transitions', 'events', 'Lambda', '$/1,000', '│', 'transitions', '$/1,000']],
    [50, ['stage', 'map', '$/1,000', '│', '$/1,000']],
    [30, ['stage', '$/1,000', '│', '$/1,000']],
    [24, ['stage', '$/1,000', 'worst']],
  ])('%i columns', (width, headings) => {
    expect(headingsIn(report(width))).toEqual(headings);
  });
  test.each([200, 100, 80, 60, 45, 40])('no line is longer than %i columns', (width) => {
    for (const line of report(width)) expect(line.length).toBeLessThanOrEqual(width);
  });
});

test.each([
  [0, '0'],
  [0.00001, '<0.0001'],
  [0.04123, '0.0412'],
  [5.3, '5.30'],
  [1240.4, '1,240'],
])('%d dollars are %s', (amount, text) => {
  expect(price(amount)).toBe(text);
});

test.each([
  ['one line', 20, ['- one line']],
  ['two lines of text', 10, ['- two', '  lines of', '  text']],
  ['averylongword stays', 8, ['- averylongword', '  stays']],
])('%s in %i columns', (text, width, lines) => {
  expect(wrapped(text, width, '- ', '  ')).toEqual(lines);
});
