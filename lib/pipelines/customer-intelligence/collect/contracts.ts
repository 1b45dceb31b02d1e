// Collect: one dropped file of reviews becomes checked reviews. Line numbers are the file's own, from 1.
import * as z from 'zod';
import { defineStage } from '../../../definition/index.ts';

/** One record of the drop before anybody checked it: `fields` holds what was found, `problem` why it could not be read. */
export const row = z.object({
  line: z.int().min(1),
  fields: z.record(z.string(), z.unknown()),
  problem: z.string().optional(),
});
export type Row = z.infer<typeof row>;

export const label = z.enum(['positive', 'negative']);
export type Label = z.infer<typeof label>;

/** A checked review. `date` is a day, `YYYY-MM-DD`; `label` is a person's verdict, where the drop has one. */
export const review = z.object({
  line: z.int().min(1),
  text: z.string().min(1),
  date: z.iso.date(),
  source: z.string().min(1),
  label: label.optional(),
});
export type Review = z.infer<typeof review>;

/** The reviews of one source. `from` and `to` are days, both included. */
export const sourceSummary = z.object({
  source: z.string(),
  reviews: z.int(),
  labelled: z.int(),
  from: z.iso.date(),
  to: z.iso.date(),
});
export type SourceSummary = z.infer<typeof sourceSummary>;

export const rejection = z.object({ line: z.int(), why: z.string() });
export type Rejection = z.infer<typeof rejection>;

export const droppedFile = z.object({ bucket: z.string(), key: z.string() });

export const read = defineStage('read', {
  input: droppedFile,
  output: z.object({ file: z.string(), rows: z.array(row), notes: z.array(z.string()) }),
  access: { inbox: 'read' },
  timeout: '2m',
  memoryMb: 1024,
});

export const validate = defineStage('validate', { input: row, output: review, timeout: '1m' });

export const split = defineStage('split', {
  input: z.object({ rows: z.array(row), reviews: z.array(review).readonly() }),
  output: z.object({
    rows: z.int(),
    reviews: z.int(),
    sources: z.array(sourceSummary),
    /** The first rejected rows, in line order. All of them are dead letters of `validate`. */
    rejected: z.array(rejection),
    rejectedCount: z.int(),
  }),
});
