// Trends: what people say, how they feel about it, and what changed over the period.
import * as z from 'zod';
import { defineStage } from '../../../definition/index.ts';
import { scoredReview } from '../sentiment/contracts.ts';

/** One day of one source. `mean` is the mean score, -1 to 1; `positive` the share of positive verdicts, 0 to 1. */
export const dayOfSource = z.object({
  day: z.iso.date(),
  source: z.string(),
  reviews: z.int(),
  mean: z.number(),
  positive: z.number(),
});
export type DayOfSource = z.infer<typeof dayOfSource>;

/** A word that enough reviews use, each review counted once. `perDay` holds the reviews that use it by day. */
export const term = z.object({
  term: z.string(),
  reviews: z.int(),
  mean: z.number(),
  perDay: z.record(z.string(), z.int()),
});
export type Term = z.infer<typeof term>;

/** A term whose share of the reviews changed. `before` and `after` are shares of all reviews in a half of the period. */
export const mover = z.object({
  term: z.string(),
  reviews: z.int(),
  mean: z.number(),
  before: z.number(),
  after: z.number(),
  /** Standard errors between the two shares: 2 is rare by chance for one term, not for hundreds of them. */
  z: z.number(),
});
export type Mover = z.infer<typeof mover>;

/** Terms far from the usual mood, the farthest first. */
export const termRanking = z.object({ praised: z.array(term), criticised: z.array(term), common: z.array(term) });
export type TermRanking = z.infer<typeof termRanking>;

const scored = z.object({ scored: z.array(scoredReview) });

export const daily = defineStage('daily', {
  input: scored,
  output: z.object({ days: z.array(dayOfSource), from: z.iso.date(), to: z.iso.date() }),
});

export const terms = defineStage('terms', {
  input: scored,
  output: z.object({ terms: z.array(term), ranking: termRanking }),
});

export const movers = defineStage('movers', {
  input: z.object({ days: z.array(dayOfSource), terms: z.array(term) }),
  output: z.object({
    /** The first day of the second half. */
    middle: z.iso.date(),
    risers: z.array(mover),
    fallers: z.array(mover),
  }),
});
