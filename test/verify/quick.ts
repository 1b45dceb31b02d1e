// An Express pipeline: a map, stages beside each other, a wait, a branch.
import * as z from 'zod';
import { definePipeline, defineStage, gt } from '../../lib/definition/index.ts';

const text = z.object({ text: z.string() });
const list = defineStage('list', { input: text, output: z.object({ items: z.array(text) }) });
const clean = defineStage('clean', { input: text, output: text, retry: { attempts: 2 } });
const judge = defineStage('judge', { input: text, output: z.object({ score: z.int().min(1).max(9) }) });
const spare = defineStage('spare', { input: text, output: z.object({ score: z.int().min(1).max(9) }) });
const total = defineStage('total', {
  input: z.object({ all: z.array(text).readonly(), score: z.number() }),
  output: text,
});

export const quick = definePipeline('quick', { input: text, type: 'express' }, (flow) => {
  const { items } = flow.task(list, { text: flow.input.text });
  const cleaned = flow.map(clean, items, ({ text }) => ({ text }), { tolerate: { count: 1 }, batch: 2 });
  const cooled = flow.wait('cool', { for: '20s' });
  const judged = flow.task(judge, { text: flow.input.text }, { fallback: spare, after: [cooled] });
  return flow.choose(
    gt(judged.score, 0),
    () => flow.task(total, { all: cleaned.outputs, score: judged.score }).text,
    () => '',
    { id: 'any' },
  );
});
