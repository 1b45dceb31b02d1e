import type { Review } from '../collect/contracts.ts';
import type { Score } from '../sentiment/contracts.ts';

/** Of the demo drop's odd lines the lexicon gets 93% right from here up, and 40% below. */
export const sureFrom = 0.5;

/** The reviews that the first model is unsure of. One that it failed on waits among the dead letters. */
export const unsureOf = (reviews: readonly Review[], scores: readonly Score[]): Review[] => {
  const unsure = new Set(scores.filter(({ confidence }) => confidence < sureFrom).map(({ line }) => line));
  return reviews.filter(({ line }) => unsure.has(line));
};
