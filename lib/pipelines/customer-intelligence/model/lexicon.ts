// The first model: AFINN-165, as the npm package `sentiment` applies it (a word list, turned round by a negator right
// before the word). Microseconds a review, and unsure of a good third of them.
import english from 'sentiment/languages/en/index.js';
import tokenize from 'sentiment/lib/tokenize.js';
import type { Judgement } from './judgement.ts';
import { squash } from './squash.ts';

/** Sums from -5 to 5 a word; one strong word (3) gives about 0.61. */
const softness = 15;

/** Words of a review by their AFINN score, negators applied. */
export const weigh = (text: string): readonly number[] => {
  const tokens = tokenize(text);
  return tokens.flatMap((token, cursor) => {
    const label = Object.hasOwn(english.labels, token) ? english.labels[token] : undefined;
    return label === undefined ? [] : [english.scoringStrategy.apply(tokens, cursor, label)];
  });
};

/**
 * Confidence is how far the sum lies from nothing, less the share of words that pull the other way: a review that both
 * praises and complains is one for the careful model.
 */
export const judgeByLexicon = (text: string): Judgement => {
  const weights = weigh(text);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const pull = weights.reduce((total, weight) => total + Math.abs(weight), 0);
  const agreement = pull === 0 ? 0 : Math.abs(sum) / pull;
  return { score: squash(sum, softness), confidence: Math.abs(squash(sum, softness)) * agreement };
};
