// Trends: what people talk about, how many do on which day, and what changed over the period. How they feel is sentiment's.
import * as z from 'zod';
import { defineStage } from '../../../definition/index.ts';
import { review } from '../collect/contracts.ts';

/** One day of one source. */
export const dayOfSource = z.object({ day: z.iso.date(), source: z.string(), reviews: z.int() });
export type DayOfSource = z.infer<typeof dayOfSource>;

/** A word that enough reviews use, each review counted once. `perDay` holds the reviews that use it by day, `lines` which they are. */
export const term = z.object({
  term: z.string(),
  reviews: z.int(),
  perDay: z.record(z.string(), z.int()),
  lines: z.array(z.int()),
});
export type Term = z.infer<typeof term>;

/** A term whose share of the reviews changed. `before` and `after` are shares of all reviews in a half of the period. */
export const mover = z.object({
  term: z.string(),
  reviews: z.int(),
  before: z.number(),
  after: z.number(),
  /** Standard errors between the two shares: 2 is rare by chance for one term, not for hundreds of them. */
  z: z.number(),
});
export type Mover = z.infer<typeof mover>;

const collected = z.object({ reviews: z.array(review).readonly() });

export const daily = defineStage('daily', {
  input: collected,
  output: z.object({ days: z.array(dayOfSource), from: z.iso.date(), to: z.iso.date() }),
});

export const terms = defineStage('terms', { input: collected, output: z.object({ terms: z.array(term) }) });

export const movers = defineStage('movers', {
  input: z.object({ days: z.array(dayOfSource), terms: z.array(term) }),
  output: z.object({
    /** The first day of the second half. */
    middle: z.iso.date(),
    risers: z.array(mover),
    fallers: z.array(mover),
  }),
});
