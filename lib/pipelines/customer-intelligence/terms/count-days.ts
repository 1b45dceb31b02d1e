import { meanScore } from '../model/merge-scores.ts';
import type { ScoredReview } from '../sentiment/contracts.ts';
import type { DayOfSource } from '../trends/contracts.ts';

/** Each day of each source that has reviews, by day, then source. */
export const countByDay = (scored: readonly ScoredReview[]): DayOfSource[] =>
  [...Map.groupBy(scored, ({ date, source }) => `${date} ${source}`)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, own]) => {
      const [first] = own;
      if (!first) return [];
      const positive = own.filter(({ verdict }) => verdict === 'positive').length / own.length;
      return [
        {
          day: first.date,
          source: first.source,
          reviews: own.length,
          mean: meanScore(own),
          positive: Math.round(positive * 1000) / 1000,
        },
      ];
    });
