import { meanScore } from '../model/merge-scores.ts';
import type { ScoredReview } from '../sentiment/contracts.ts';
import { groupByDay } from '../terms/count-days.ts';
import type { MoodOfDay } from './contracts.ts';

/** Each day of each source that has scores, by day, then source. */
export const moodByDay = (scored: readonly ScoredReview[]): MoodOfDay[] =>
  groupByDay(scored).map(({ day, source, own }) => {
    const positive = own.filter(({ verdict }) => verdict === 'positive').length / own.length;
    return { day, source, reviews: own.length, mean: meanScore(own), positive: Math.round(positive * 1000) / 1000 };
  });
