// The second model: slower, for what the lexicon is unsure of. It reads by clause, so that it knows how far a "not" and a
// "very" reach, weighs what comes after a "but" above what came before, and knows phrases and the words of reviews.
// Its lists and weights were developed on the odd lines of the demo drop alone; see `evenLines` of the quality figures.
import { type Clause, clausesOf, type Word } from './clauses.ts';
import type { Judgement } from './judgement.ts';
import { longestPhrase, phrases } from './phrases.ts';
import { weighRating } from './rating.ts';
import { intensifiers, isNegator } from './shifters.ts';
import { squash } from './squash.ts';
import { weightOf } from './words.ts';

const softness = 12;
/** A negated word is weaker than its opposite: "not good" is milder than "bad". */
const negated = -0.8;
/** Words that a negator reaches, at most. */
const reach = 5;
/** A negation that finds nothing to turn round: people say what is missing more often to complain. */
const bareNegation = -1.2;
const beforeContrast = 0.5;
const afterContrast = 1.4;
const shouting = 1.3;
const exclaiming = 1.15;
/** Where nothing speaks, people are more often explaining what went wrong than praising. */
const silence = -0.5;

export const judgeCarefully = (text: string): Judgement => {
  const clauses = clausesOf(text);
  const turn = clauses.findLastIndex(({ contrast }) => contrast);
  const sums = clauses.map((clause, index) => {
    const factor = turn <= 0 ? 1 : index < turn ? beforeContrast : afterContrast;
    return factor * weighClause(clause);
  });
  const sum = sums.reduce((total, weight) => total + weight, 0) * (/!/.test(text) ? exclaiming : 1);
  const score = squash(sum + weighRating(text) + silence, softness);
  return { score, confidence: Math.abs(score) };
};

/** The sum of a clause's weights, negators and intensifiers applied. */
const weighClause = ({ words: found }: Clause): number => {
  let sum = 0;
  let reached = 0;
  let turned = true;
  let factor = 1;
  for (let index = 0; index < found.length; ) {
    const phrase = phraseAt(found, index);
    if (phrase) {
      const turns = reached > 0 && !phrase.negates;
      sum += phrase.weight * factor * (turns ? negated : 1);
      if (turns) turned = true;
      index += phrase.length;
      factor = 1;
      continue;
    }
    const word = found[index];
    index += 1;
    if (!word) break;
    if (isNegator(word.text)) {
      reached = reach;
      turned = false;
      continue;
    }
    const intensity = intensifiers[word.text];
    if (intensity !== undefined) {
      factor *= intensity;
      continue;
    }
    const weight = weigh(word) * factor;
    sum += reached > 0 ? weight * negated : weight;
    if (weight !== 0) turned = true;
    factor = 1;
    reached -= 1;
  }
  return turned ? sum : sum + bareNegation;
};

interface FoundPhrase {
  readonly weight: number;
  readonly length: number;
  /** Holds its own "not", so that one before it says nothing about it. */
  readonly negates: boolean;
}

const phraseAt = (found: readonly Word[], index: number): FoundPhrase | undefined => {
  for (let length = Math.min(longestPhrase, found.length - index); length > 1; length -= 1) {
    const phrase = found.slice(index, index + length).map(({ text }) => text);
    const weight = phrases.get(phrase.join(' '));
    if (weight !== undefined) return { weight, length, negates: phrase.some(isNegator) };
  }
  return undefined;
};

const weigh = ({ text, shouted }: Word): number => weightOf(text) * (shouted ? shouting : 1);
