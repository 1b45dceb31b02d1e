// The app that the console's pictures are of: reviews are collected each day, classified with a model, released by a person, and reported.
// Its handlers never run; what the pictures show is written into the ledger (history.ts).
import * as z from 'zod';
import { daily, definePipeline, definePool, defineStage, gte } from '../../lib/definition/index.ts';

const rows = z.object({ rows: z.number() });
const review = z.object({ text: z.string() });
const judged = z.object({ label: z.string(), score: z.number() });
const stage = <I extends z.ZodType, O extends z.ZodType>(name: string, input: I, output: O) =>
  defineStage(name, { input, output, retry: { attempts: 3 }, timeout: '5m' });

const read = stage('read', z.object({ day: z.string() }), z.object({ reviews: z.array(review), rows: z.number() }));
const clean = stage('clean', z.object({ rows: z.number() }), rows);
const describe = stage('describe', z.object({ rows: z.number() }), rows);
const split = stage('split', rows, z.object({ reviews: z.array(review) }));
const score = stage('score', review, judged);
const audit = stage('audit', z.object({ scored: z.number() }), z.object({ share: z.number() }));
const publish = stage('publish', z.object({ approved: z.boolean() }), rows);
const count = stage('count', rows, rows);
const compare = stage('compare', rows, rows);
const compose = stage('compose', rows, z.object({ url: z.string() }));
const judge = stage('judge', z.object({ url: z.string() }), rows);
const send = stage('send', z.object({ url: z.string() }), rows);
const triage = stage('triage', review, judged);

const from = '2026-01-01';
const model = definePool('model', { slots: 4, rate: { per: '1m', calls: 600 }, priority: true });

export const collect = definePipeline(
  'collect',
  { description: 'Reads the reviews of a day.', input: z.object({ day: z.string() }), partitions: daily({ from }) },
  (flow) => {
    const found = flow.task(read, { day: flow.input.day });
    const cleaned = flow.task(clean, { rows: found.rows });
    flow.task(describe, { rows: found.rows });
    return cleaned;
  },
);

export const classify = definePipeline(
  'classify',
  { description: 'What each review says.', input: z.object({}), partitions: daily({ from }), upstream: { collect } },
  (flow) => {
    const { reviews } = flow.task(split, { rows: flow.upstream.collect.rows });
    const scored = flow.map(score, reviews, (one) => ({ text: one.text }), {
      batch: 50,
      pool: model,
      tolerate: { percent: 5 },
    });
    const audited = flow.task(audit, { scored: scored.count });
    flow.check('enoughSure', gte(audited.share, 0.85), { severity: 'warn', message: 'many reviews are unclear' });
    const { approved } = flow.approve('release', {
      prompt: 'Publish the labels of this day?',
      show: { share: audited.share, failed: scored.failed },
      answer: z.object({ approved: z.boolean() }),
      timeout: '3d',
    });
    return flow.task(publish, { approved });
  },
);

export const trends = definePipeline(
  'trends',
  { description: 'What is said more often.', input: z.object({}), partitions: daily({ from }), upstream: { classify } },
  (flow) => flow.task(compare, { rows: flow.task(count, { rows: flow.upstream.classify.rows }).rows }),
);

export const report = definePipeline(
  'report',
  {
    description: 'The page of a day.',
    input: z.object({}),
    partitions: daily({ from }),
    upstream: { classify, trends },
  },
  (flow) => {
    const { url } = flow.task(compose, { rows: flow.upstream.trends.rows });
    const judgement = flow.task(judge, { url });
    return flow.task(send, { url }, { after: [judgement] });
  },
);

/** A long name, for what does not fit. */
export const escalations = definePipeline(
  'customerEscalations',
  { description: 'Reviews that somebody must answer.', input: review },
  (flow) => flow.task(triage, { text: flow.input.text }),
);

export const pipelines = [collect, classify, trends, report, escalations];
/** By the folders of their handlers. */
export const stageNames: { readonly [pipeline: string]: readonly string[] } = {
  collect: ['read', 'clean', 'describe'],
  classify: ['split', 'score', 'audit', 'publish'],
  trends: ['count', 'compare'],
  report: ['compose', 'judge', 'send'],
  'customer-escalations': ['triage'],
};
