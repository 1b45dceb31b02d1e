// How people feel about what they talk about: the terms that trends counted, by the scores that sentiment gave.
import { meanScore } from '../model/merge-scores.ts';
import type { ScoredReview } from '../sentiment/contracts.ts';
import type { Term } from '../trends/contracts.ts';
import type { ShownTerm } from './contracts.ts';

/** Each term with the mean score of the reviews that use it. One whose reviews have no score is left out. */
export const weighTerms = (terms: readonly Term[], scored: readonly ScoredReview[]): ShownTerm[] => {
  const byLine = new Map(scored.map((review) => [review.line, review]));
  return terms.flatMap(({ term, lines }) => {
    const own = lines.flatMap((line) => byLine.get(line) ?? []);
    return own.length === 0 ? [] : [{ term, reviews: own.length, mean: meanScore(own) }];
  });
};

/** How far a term's mean score must lie from the mean of all. */
const noticeable = 0.2;

/** Terms far from the usual mood, the farthest first. */
export interface TermRanking {
  readonly praised: ShownTerm[];
  readonly criticised: ShownTerm[];
}

/**
 * Terms whose reviews are far better or worse than usual, weighed by how many there are (the distance of their mean from
 * the mean of all, in standard errors up to a constant). `usual` is the mean score of all reviews.
 */
export const rankTerms = (terms: readonly ShownTerm[], usual: number, shown: number): TermRanking => {
  const pull = ({ mean, reviews }: ShownTerm) => (mean - usual) * Math.sqrt(reviews);
  const apart = ({ mean }: ShownTerm) => Math.abs(mean - usual) >= noticeable;
  const ranked = terms.toSorted((a, b) => pull(b) - pull(a));
  return {
    praised: ranked.filter((term) => apart(term) && term.mean > 0 && pull(term) > 0).slice(0, shown),
    criticised: ranked
      .filter((term) => apart(term) && term.mean < 0 && pull(term) < 0)
      .slice(-shown)
      .reverse(),
  };
};
