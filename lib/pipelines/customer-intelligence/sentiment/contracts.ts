// Sentiment: every review gets a score; a cheap model first, a more careful one where the first is unsure.
import * as z from 'zod';
import { definePool, defineStage } from '../../../definition/index.ts';
import { label, review } from '../collect/contracts.ts';

export const model = z.enum(['lexicon', 'careful']);
export type Model = z.infer<typeof model>;

/** A verdict is a label, or `undecided` where the text gives a model nothing to go by. */
export const verdict = z.enum(['positive', 'negative', 'undecided']);
export type Verdict = z.infer<typeof verdict>;

/** `score` runs from -1 (bad) to 1 (good), `confidence` from 0 to 1. */
export const score = z.object({
  line: z.int(),
  score: z.number().min(-1).max(1),
  confidence: z.number().min(0).max(1),
});
export type Score = z.infer<typeof score>;

/** A review with the verdict of the last model that read it. */
export const scoredReview = review.extend({
  score: score.shape.score,
  confidence: score.shape.confidence,
  verdict,
  model,
});
export type ScoredReview = z.infer<typeof scoredReview>;

/** How verdicts compare with labels. `accuracy` is right / labelled, so that an undecided review counts as wrong. */
export const tally = z.object({ labelled: z.int(), right: z.int(), undecided: z.int(), accuracy: z.number() });
export type Tally = z.infer<typeof tally>;

export const quality = z.object({
  all: tally,
  /**
   * The even lines of the drop. The careful model's words and weights were developed on the odd lines of the demo drop
   * alone, so that for that drop this is the figure to believe.
   */
  evenLines: tally,
  /** The even lines again, had the first model decided all of them: what routing to the second one is worth. */
  evenLinesLexiconAlone: tally,
  byModel: z.record(model, tally),
  /** Reviews by what a person said, then by what the models said. */
  confusion: z.record(label, z.record(verdict, z.int())),
});
export type Quality = z.infer<typeof quality>;

export const scoreReview = defineStage('score', { input: review, output: score });

export const route = defineStage('route', {
  input: z.object({ reviews: z.array(review).readonly(), scores: z.array(score).readonly() }),
  output: z.object({ unsure: z.array(review), unsureCount: z.int(), sureCount: z.int() }),
});

/** What the careful model bears, of all days and sources together: those of today before those of a backfill. */
export const carefulModel = definePool('carefulModel', {
  slots: 8,
  rate: { per: '1m', calls: 30_000 },
  priority: true,
});

export const rescore = defineStage('rescore', { input: review, output: score });

export const summarise = defineStage('summarise', {
  input: z.object({
    reviews: z.array(review).readonly(),
    first: z.array(score).readonly(),
    second: z.array(score).readonly(),
  }),
  output: z.object({
    scored: z.array(scoredReview),
    models: z.record(model, z.int()),
    mean: z.number(),
    /** Null when no review has a label. */
    quality: quality.nullable(),
  }),
});
