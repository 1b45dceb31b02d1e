import type { Review } from '../collect/contracts.ts';
import type { Term } from '../trends/contracts.ts';
import { foldPlural } from './fold-plural.ts';
import { wordsIn } from './words-in.ts';

/** Reviews that must use a term before it counts: 0.4% of them, and never fewer than three. */
export const supportFor = (reviews: number): number => Math.max(3, Math.ceil(reviews * 0.004));

/** Terms with enough support, the most used first. */
export const countTerms = (reviews: readonly Review[]): Term[] => {
  const spoken = reviews.map((review) => ({ review, words: wordsIn(review.text) }));
  const vocabulary = new Set(spoken.flatMap(({ words }) => [...words]));
  const users = new Map<string, Review[]>();
  for (const { review, words } of spoken) {
    for (const word of new Set([...words].map((one) => foldPlural(one, vocabulary)))) {
      const known = users.get(word);
      if (known) known.push(review);
      else users.set(word, [review]);
    }
  }
  const support = supportFor(reviews.length);
  return [...users]
    .filter(([, own]) => own.length >= support)
    .map(([term, own]) => ({ term, reviews: own.length, perDay: perDay(own), lines: own.map(({ line }) => line) }))
    .toSorted((a, b) => b.reviews - a.reviews || (a.term < b.term ? -1 : 1));
};

const perDay = (reviews: readonly Review[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { date } of reviews) counts[date] = (counts[date] ?? 0) + 1;
  return counts;
};
