import { describe, expect, test } from '@jest/globals';
import type { Review } from '../../../lib/pipelines/customer-intelligence/collect/contracts.ts';
import { countDays } from '../../../lib/pipelines/customer-intelligence/terms/count-days.ts';
import { countTerms, supportFor } from '../../../lib/pipelines/customer-intelligence/terms/count-terms.ts';
import { findMovers } from '../../../lib/pipelines/customer-intelligence/terms/find-movers.ts';
import { wordsIn } from '../../../lib/pipelines/customer-intelligence/terms/words-in.ts';

const review = (line: number, text: string, date = '2026-01-05', source = 'shop'): Review => ({
  ...{ line, text, date, source },
});

test('days are counted by source, in order', () => {
  expect(
    countDays([
      review(1, 'a', '2026-01-06'),
      review(2, 'b', '2026-01-05', 'web'),
      review(3, 'c', '2026-01-06'),
      review(4, 'd', '2026-01-06'),
    ]),
  ).toEqual([
    { day: '2026-01-05', source: 'web', reviews: 1 },
    { day: '2026-01-06', source: 'shop', reviews: 3 },
  ]);
});

describe('topic words', () => {
  test.each([
    ["The battery's life, the Battery!", ['battery', 'life']],
    ['A terrible, terrible camera', ['camera']],
    ['It is so on us', []],
    ['Ein Café in Köln', ['ein', 'café', 'köln']],
    ['4 megapixels at 12:30', ['megapixels']],
  ])('%s', (text, words) => {
    expect([...wordsIn(text)]).toEqual(words);
  });
});

describe('terms', () => {
  test('a review counts once; a plural joins a singular that people use, and only then', () => {
    const terms = countTerms([
      review(1, 'camera camera cameras, Vegas'),
      review(2, 'cameras in Vegas'),
      review(3, 'batteries, Vegas', '2026-01-06'),
      review(4, 'a camera, a battery'),
    ]);
    expect(terms).toEqual([
      { term: 'camera', reviews: 3, perDay: { '2026-01-05': 3 }, lines: [1, 2, 4] },
      { term: 'vegas', reviews: 3, perDay: { '2026-01-05': 2, '2026-01-06': 1 }, lines: [1, 2, 3] },
    ]);
  });

  test.each([
    [10, 3],
    [750, 3],
    [751, 4],
    [3000, 12],
  ])('%d reviews ask for %d', (reviews, support) => {
    expect(supportFor(reviews)).toBe(support);
  });
});

describe('movers', () => {
  const days = ['2026-01-05', '2026-01-06', '2026-01-07', '2026-01-08'].map((day) => ({
    ...{ day, source: 'shop', reviews: 100 },
  }));
  const term = (name: string, before: number, after: number) => ({
    term: name,
    reviews: before + after,
    perDay: { '2026-01-06': before, '2026-01-07': after },
    lines: [],
  });

  test('a share that doubled rises, one that halved falls, noise stays out', () => {
    const moved = findMovers(days, [term('up', 20, 40), term('down', 40, 20), term('noise', 20, 25)], 6);
    expect(moved).toEqual({
      middle: '2026-01-07',
      risers: [{ term: 'up', reviews: 60, before: 0.1, after: 0.2, z: 2.8 }],
      fallers: [{ term: 'down', reviews: 60, before: 0.2, after: 0.1, z: -2.8 }],
    });
  });

  test('one day has no halves, so that nothing moves', () => {
    expect(findMovers(days.slice(0, 1), [term('up', 20, 40)], 6)).toEqual({
      middle: '2026-01-05',
      risers: [],
      fallers: [],
    });
  });
});
