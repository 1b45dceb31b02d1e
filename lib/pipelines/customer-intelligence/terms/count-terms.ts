import { meanScore } from '../model/merge-scores.ts';
import type { ScoredReview } from '../sentiment/contracts.ts';
import type { Term, TermRanking } from '../trends/contracts.ts';
import { foldPlural } from './fold-plural.ts';
import { wordsIn } from './words-in.ts';

/** Reviews that must use a term before it counts: 0.4% of them, and never fewer than three. */
export const supportFor = (reviews: number): number => Math.max(3, Math.ceil(reviews * 0.004));

/** Terms with enough support, the most used first. */
export const countTerms = (scored: readonly ScoredReview[]): Term[] => {
  const spoken = scored.map((review) => ({ review, words: wordsIn(review.text) }));
  const vocabulary = new Set(spoken.flatMap(({ words }) => [...words]));
  const users = new Map<string, ScoredReview[]>();
  for (const { review, words } of spoken) {
    for (const word of new Set([...words].map((one) => foldPlural(one, vocabulary)))) {
      const known = users.get(word);
      if (known) known.push(review);
      else users.set(word, [review]);
    }
  }
  const support = supportFor(scored.length);
  return [...users]
    .filter(([, reviews]) => reviews.length >= support)
    .map(([term, reviews]) => ({ term, reviews: reviews.length, mean: meanScore(reviews), perDay: perDay(reviews) }))
    .toSorted((a, b) => b.reviews - a.reviews || (a.term < b.term ? -1 : 1));
};

const perDay = (reviews: readonly ScoredReview[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { date } of reviews) counts[date] = (counts[date] ?? 0) + 1;
  return counts;
};

/** How far a term's mean score must lie from the mean of all. */
const noticeable = 0.2;

/**
 * Terms whose reviews are far better or worse than usual, weighed by how many there are (the distance of their mean from
 * the mean of all, in standard errors up to a constant). `usual` is the mean score of all reviews.
 */
export const rankTerms = (terms: readonly Term[], usual: number, shown: number): TermRanking => {
  const pull = ({ mean, reviews }: Term) => (mean - usual) * Math.sqrt(reviews);
  const apart = ({ mean }: Term) => Math.abs(mean - usual) >= noticeable;
  const ranked = terms.toSorted((a, b) => pull(b) - pull(a));
  return {
    praised: ranked.filter((term) => apart(term) && term.mean > 0 && pull(term) > 0).slice(0, shown),
    criticised: ranked
      .filter((term) => apart(term) && term.mean < 0 && pull(term) < 0)
      .slice(-shown)
      .reverse(),
    common: terms.slice(0, shown),
  };
};
