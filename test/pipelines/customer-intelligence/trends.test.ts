import { describe, expect, test } from '@jest/globals';
import type { ScoredReview } from '../../../lib/pipelines/customer-intelligence/sentiment/contracts.ts';
import { countTerms, rankTerms, supportFor } from '../../../lib/pipelines/customer-intelligence/terms/count-terms.ts';
import { countByDay } from '../../../lib/pipelines/customer-intelligence/terms/daily.ts';
import { findMovers } from '../../../lib/pipelines/customer-intelligence/terms/find-movers.ts';
import { wordsIn } from '../../../lib/pipelines/customer-intelligence/terms/words-in.ts';

const scored = (line: number, text: string, score: number, date = '2026-01-05', source = 'shop'): ScoredReview => ({
  ...{ line, text, score, date, source },
  confidence: 1,
  verdict: score > 0 ? 'positive' : 'negative',
  model: 'lexicon',
});

test('days are counted by source, in order', () => {
  expect(
    countByDay([
      scored(1, 'a', 0.5, '2026-01-06'),
      scored(2, 'b', 0.5, '2026-01-05', 'web'),
      scored(3, 'c', -0.1, '2026-01-06'),
      scored(4, 'd', -0.2, '2026-01-06'),
    ]),
  ).toEqual([
    { day: '2026-01-05', source: 'web', reviews: 1, mean: 0.5, positive: 1 },
    { day: '2026-01-06', source: 'shop', reviews: 3, mean: 0.067, positive: 0.333 },
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
      scored(1, 'camera camera cameras, Vegas', 0.5),
      scored(2, 'cameras in Vegas', 0.5),
      scored(3, 'batteries, Vegas', -1, '2026-01-06'),
      scored(4, 'a camera, a battery', 0.2),
    ]);
    expect(terms).toEqual([
      { term: 'camera', reviews: 3, mean: 0.4, perDay: { '2026-01-05': 3 } },
      { term: 'vegas', reviews: 3, mean: 0, perDay: { '2026-01-05': 2, '2026-01-06': 1 } },
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

  test('a ranking has what lies far from the usual mood, much-mentioned terms first', () => {
    const term = (name: string, reviews: number, mean: number) => ({ term: name, reviews, mean, perDay: {} });
    const ranking = rankTerms(
      [
        term('battery', 100, 0.4),
        term('case', 4, 0.9),
        term('plug', 100, 0.1),
        term('price', 50, -0.5),
        term('tip', 9, -0.6),
      ],
      0.05,
      2,
    );
    expect(ranking.praised.map(({ term: name }) => name)).toEqual(['battery', 'case']);
    expect(ranking.criticised.map(({ term: name }) => name)).toEqual(['price', 'tip']);
    expect(ranking.common.map(({ term: name }) => name)).toEqual(['battery', 'case']);
  });
});

describe('movers', () => {
  const days = ['2026-01-05', '2026-01-06', '2026-01-07', '2026-01-08'].map((day) => ({
    ...{ day, source: 'shop', reviews: 100, mean: 0, positive: 0.5 },
  }));
  const term = (name: string, before: number, after: number) => ({
    term: name,
    reviews: before + after,
    mean: 0,
    perDay: { '2026-01-06': before, '2026-01-07': after },
  });

  test('a share that doubled rises, one that halved falls, noise stays out', () => {
    const moved = findMovers(days, [term('up', 20, 40), term('down', 40, 20), term('noise', 20, 25)], 6);
    expect(moved).toEqual({
      middle: '2026-01-07',
      risers: [{ term: 'up', reviews: 60, mean: 0, before: 0.1, after: 0.2, z: 2.8 }],
      fallers: [{ term: 'down', reviews: 60, mean: 0, before: 0.2, after: 0.1, z: -2.8 }],
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
