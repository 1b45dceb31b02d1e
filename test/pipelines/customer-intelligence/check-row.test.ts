import { describe, expect, test } from '@jest/globals';
import { checkRow } from '../../../lib/pipelines/customer-intelligence/reading/check-row.ts';
import { rejectionsIn, summariseSources } from '../../../lib/pipelines/customer-intelligence/reading/split-reviews.ts';

const good = { text: 'Good', date: '2026-01-05', source: 'shop' };
const check = (fields: Record<string, unknown>) => checkRow({ line: 17, fields: { ...good, ...fields } });

describe('a good row', () => {
  test.each<[string, Record<string, unknown>, object]>([
    ['as it is', {}, good],
    ['space around', { text: ' Good \n', source: ' shop ' }, good],
    ['a full time keeps its day', { date: '2026-01-05T23:59:00-08:00' }, good],
    ['a leap day', { date: '2028-02-29' }, { ...good, date: '2028-02-29' }],
    ['a label', { label: 'Positive' }, { ...good, label: 'positive' }],
    ['no label', { label: '' }, good],
    ['a null label', { label: null }, good],
  ])('%s', (_, fields, review) => {
    expect(check(fields)).toEqual({ ok: true, value: { line: 17, ...review } });
  });
});

describe('a bad row says its line, what was found and what was expected', () => {
  test.each<[Record<string, unknown>, string]>([
    [{ date: 'yesterday' }, 'line 17: date is "yesterday"; expected YYYY-MM-DD, such as 2026-01-31'],
    [{ date: '05/01/2026' }, 'line 17: date is "05/01/2026"; expected YYYY-MM-DD, such as 2026-01-31'],
    [{ date: '2026-02-30' }, 'line 17: date is "2026-02-30"; expected YYYY-MM-DD, such as 2026-01-31'],
    [{ date: 20260105 }, 'line 17: date is 20260105; expected YYYY-MM-DD, such as 2026-01-31'],
    [{ date: undefined }, 'line 17: date is missing; expected YYYY-MM-DD, such as 2026-01-31'],
    [{ text: '  ' }, 'line 17: text is empty; expected the words of the review'],
    [{ text: 5 }, 'line 17: text is 5; expected the words of the review'],
    [{ source: null }, 'line 17: source is empty; expected where the review comes from, such as "shop"'],
    [{ label: '5 stars' }, 'line 17: label is "5 stars"; expected positive, negative or nothing'],
    [
      { text: undefined, date: 'x'.repeat(80) },
      `line 17: text is missing; expected the words of the review. Also: date is "${'x'.repeat(56)}...; expected YYYY-MM-DD, such as 2026-01-31`,
    ],
  ])('%j', (fields, problem) => {
    expect(check(fields)).toEqual({ ok: false, problem });
  });

  test('a row that could not be read', () => {
    const row = { line: 4, fields: {}, problem: 'there are 2 columns; expected 3, as in the header' };
    expect(checkRow(row)).toEqual({ ok: false, problem: 'line 4: there are 2 columns; expected 3, as in the header' });
  });
});

test('sources are counted, the largest first', () => {
  const review = { line: 1, text: 'Good', date: '2026-01-05', source: 'shop' };
  expect(
    summariseSources([
      review,
      { ...review, line: 2, source: 'web', date: '2026-01-09' },
      { ...review, line: 3, source: 'web', date: '2026-01-07', label: 'positive' },
    ]),
  ).toEqual([
    { source: 'web', reviews: 2, labelled: 1, from: '2026-01-07', to: '2026-01-09' },
    { source: 'shop', reviews: 1, labelled: 0, from: '2026-01-05', to: '2026-01-05' },
  ]);
});

test('rejections are the rows that gave no review', () => {
  const rows = [
    { line: 1, fields: good },
    { line: 2, fields: { ...good, text: '' } },
    { line: 3, fields: good },
  ];
  expect(rejectionsIn(rows, [{ line: 1, ...good }])).toEqual([
    { line: 2, why: 'line 2: text is empty; expected the words of the review' },
    { line: 3, why: 'line 3: its check could not run' },
  ]);
});
