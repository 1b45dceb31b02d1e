// A pipeline with all that reaches outside of it: another pipeline that it runs, a call of AWS, the rows of a file.
import * as z from 'zod';
import { daily, definePipeline, defineStage, from, fromS3, gt, lastDays } from '../../lib/definition/index.ts';

const text = z.object({ text: z.string() });
const number = z.object({ n: z.int().min(0).max(9) });
const inner = defineStage('inner', { input: text, output: number });
const doubled = defineStage('doubled', { input: number, output: number });

/** What `outside` runs. */
export const child = definePipeline('child', { input: text }, (flow) => {
  const { n } = flow.task(inner, { text: flow.input.text });
  return flow.task(doubled, { n });
});

const list = defineStage('list', {
  input: text,
  output: z.object({ key: z.string().max(1_024), rows: z.int().min(1) }),
});
const clean = defineStage('clean', { input: text, output: text, retry: { attempts: 2 } });
const total = defineStage('total', {
  input: z.object({ all: z.array(text).readonly(), n: z.number(), id: z.string() }),
  output: text,
});

export const outside = definePipeline('outside', { input: text }, (flow) => {
  const listed = flow.task(list, { text: flow.input.text });
  const scored = flow.run(child, { text: listed.key });
  const sent = flow.service('send', {
    service: 'sqs:sendMessage',
    arguments: { QueueUrl: 'http://127.0.0.1/1/q', MessageBody: { rows: listed.rows } },
    resources: ['arn:aws:sqs:us-east-1:123456789012:q'],
    output: z.object({ MessageId: z.string() }),
    retry: { attempts: 2 },
  });
  const cleaned = flow.map(
    clean,
    fromS3({ bucket: 'inbox', key: listed.key, format: 'csv', row: text }),
    (row) => ({ text: row.text }),
    { tolerate: { count: 1 }, batch: 2 },
  );
  return flow.choose(
    gt(scored.n, 100),
    () => ({ text: 'never' }),
    () => ({ text: flow.task(total, { all: cleaned.outputs, n: scored.n, id: sent.MessageId }).text }),
    { id: 'many' },
  );
});

const days = daily({ from: '2026-01-01' });
const day = z.object({ day: z.iso.date() });
const measure = defineStage('measure', { input: day, output: number });
const sum = defineStage('sum', {
  input: z.object({ week: z.array(z.any()).readonly(), n: z.number(), day: z.string() }),
  output: number,
});

const measured = definePipeline('measured', { input: day, partitions: days }, (flow) =>
  flow.task(measure, { day: flow.input.day }),
);
const summed = definePipeline(
  'summed',
  { input: day, partitions: days, upstream: { today: measured, week: from(measured, { map: lastDays(3) }) } },
  (flow) => flow.task(sum, { week: flow.upstream.week, n: flow.upstream.today.n, day: flow.partition.key }),
);

/** It runs one that reads upstream pipelines, for its own partition and for one that a stage names. */
export const reader = definePipeline('reader', { input: day, partitions: days }, (flow) => {
  const own = flow.run(summed, { day: flow.input.day }, { id: 'own' });
  const picked = flow.task(defineStage('pick', { input: day, output: day }), { day: flow.input.day });
  const other = flow.run(summed, { day: flow.input.day }, { id: 'other', partition: picked.day });
  return { own: own.n, other: other.n };
});
