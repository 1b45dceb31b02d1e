import type { Verdict } from '../sentiment/contracts.ts';

/** What a model makes of a text. `score` from -1 (bad) to 1 (good), `confidence` from 0 to 1. */
export interface Judgement {
  readonly score: number;
  readonly confidence: number;
}

/** A verdict for a score. Zero is a model's way of saying that it found nothing. */
export const verdictOf = (score: number): Verdict => (score > 0 ? 'positive' : score < 0 ? 'negative' : 'undecided');
