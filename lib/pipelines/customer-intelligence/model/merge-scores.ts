import type { Review } from '../collect/contracts.ts';
import type { Model, Score, ScoredReview } from '../sentiment/contracts.ts';
import { verdictOf } from './judgement.ts';

/** Each review with its last score: the second model's where there is one. */
export const mergeScores = (
  reviews: readonly Review[],
  first: readonly Score[],
  second: readonly Score[],
): ScoredReview[] => {
  const byLine = new Map([...first.map(by('lexicon')), ...second.map(by('careful'))]);
  return reviews.flatMap((review) => {
    const scored = byLine.get(review.line);
    if (!scored) return [];
    const { score, confidence, model } = scored;
    return [{ ...review, score, confidence, verdict: verdictOf(score), model }];
  });
};

const by =
  (model: Model) =>
  (score: Score): [number, Score & { readonly model: Model }] => [score.line, { ...score, model }];

/** The mean of the scores to three decimals; 0 for none. */
export const meanScore = (scores: readonly { readonly score: number }[]): number =>
  scores.length === 0
    ? 0
    : Math.round((scores.reduce((sum, { score }) => sum + score, 0) / scores.length) * 1000) / 1000;
