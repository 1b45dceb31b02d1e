// Report: one model of what there is to say, rendered as Markdown and as HTML.
import * as z from 'zod';
import { defineStage } from '../../../definition/index.ts';
import { label, rejection, sourceSummary } from '../collect/contracts.ts';
import { model, quality, scoredReview, verdict } from '../sentiment/contracts.ts';
import { dayOfSource, mover, term } from '../trends/contracts.ts';

const drop = z.object({
  run: z.string(),
  file: z.string(),
  notes: z.array(z.string()),
  rows: z.int(),
  sources: z.array(sourceSummary),
  rejected: z.array(rejection),
  rejectedCount: z.int(),
});

const scoring = z.object({
  run: z.string(),
  scored: z.array(scoredReview),
  models: z.record(model, z.int()),
  mean: z.number(),
  quality: quality.nullable(),
});

const trending = z.object({
  run: z.string(),
  from: z.iso.date(),
  to: z.iso.date(),
  terms: z.array(term),
  middle: z.iso.date(),
  risers: z.array(mover),
  fallers: z.array(mover),
});

/** A source as the report shows it. `positive` is a share; `accuracy` is null without labels. */
export const sourceLine = sourceSummary.extend({
  mean: z.number(),
  positive: z.number(),
  accuracy: z.number().nullable(),
});
export type SourceLine = z.infer<typeof sourceLine>;

/** A review worth quoting. */
export const quote = z.object({
  line: z.int(),
  text: z.string(),
  source: z.string(),
  date: z.iso.date(),
  score: z.number(),
  verdict,
  model,
  label: label.optional(),
});
export type Quote = z.infer<typeof quote>;

/** One day of one source. `mean` is the mean score, -1 to 1; `positive` the share of positive verdicts, 0 to 1. */
const moodOfDay = dayOfSource.extend({ mean: z.number(), positive: z.number() });
export type MoodOfDay = z.infer<typeof moodOfDay>;

/** A term with the mean score of the reviews that use it. */
const shownTerm = term.pick({ term: true, reviews: true }).extend({ mean: z.number() });
export type ShownTerm = z.infer<typeof shownTerm>;

/** `mean` is null where no review that uses it has a score. */
const shownMover = mover.extend({ mean: z.number().nullable() });
export type ShownMover = z.infer<typeof shownMover>;

/** All that the report says, as data. Shares and accuracies run from 0 to 1, scores from -1 to 1. */
export const reportModel = z.object({
  title: z.string(),
  partition: z.string(),
  file: z.string(),
  headline: z.string(),
  notes: z.array(z.string()),
  from: z.iso.date(),
  to: z.iso.date(),
  reviews: z.int(),
  verdicts: z.record(verdict, z.int()),
  mean: z.number(),
  sources: z.array(sourceLine),
  days: z.array(moodOfDay),
  praised: z.array(shownTerm),
  criticised: z.array(shownTerm),
  middle: z.iso.date(),
  risers: z.array(shownMover),
  fallers: z.array(shownMover),
  best: z.array(quote),
  worst: z.array(quote),
  mistaken: z.array(quote),
  quality: quality.nullable(),
  models: z.record(model, z.int()),
  rows: z.int(),
  rejected: z.array(rejection),
  rejectedCount: z.int(),
  runs: z.array(z.object({ pipeline: z.string(), run: z.string() })),
});
export type ReportModel = z.infer<typeof reportModel>;

export const artifact = z.object({ bucket: z.string(), key: z.string(), bytes: z.int() });
export type Artifact = z.infer<typeof artifact>;

export const compose = defineStage('compose', {
  input: z.object({ collect: drop, sentiment: scoring, trends: trending }),
  output: reportModel,
});
export type ComposeInput = z.infer<typeof compose.input>;

export const markdown = defineStage('markdown', {
  input: reportModel,
  output: artifact,
  access: { artifacts: 'write' },
});

export const html = defineStage('html', { input: reportModel, output: artifact, access: { artifacts: 'write' } });

export const publish = defineStage('publish', {
  input: z.object({ title: z.string(), headline: z.string(), markdown: artifact, html: artifact }),
  output: z.object({
    title: z.string(),
    headline: z.string(),
    index: artifact,
    artifacts: z.array(artifact.extend({ name: z.string() })),
  }),
  access: { artifacts: 'write' },
});
