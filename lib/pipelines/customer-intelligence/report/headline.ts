import type { ShownTerm } from './contracts.ts';
import { count, percent } from './numbers.ts';

interface HeadlineFacts {
  readonly reviews: number;
  readonly positive: number;
  readonly praised: readonly ShownTerm[];
  readonly criticised: readonly ShownTerm[];
}

/** One or two sentences for somebody who reads no further. */
export const headlineOf = ({ reviews, positive, praised, criticised }: HeadlineFacts): string => {
  const share = positive / Math.max(1, reviews);
  const mood = `${percent(share)} of ${count(reviews)} ${reviews === 1 ? 'review is' : 'reviews are'} positive.`;
  const liked = listed(praised);
  const disliked = listed(criticised);
  if (liked && disliked) return `${mood} People are happiest about ${liked}, and unhappiest about ${disliked}.`;
  if (liked) return `${mood} People are happiest about ${liked}.`;
  if (disliked) return `${mood} People are unhappiest about ${disliked}.`;
  return mood;
};

const listed = (terms: readonly ShownTerm[]): string => {
  const words = terms.slice(0, 3).map(({ term }) => `\u201c${term}\u201d`);
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
};
