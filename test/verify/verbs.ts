// A pipeline with every verb and every option that says what a failure means.
import * as z from 'zod';
import { definePipeline, defineStage, eq, gte } from '../../lib/definition/index.ts';

const text = z.object({ text: z.string() });
const item = z.object({ key: z.string() });
const list = defineStage('list', {
  input: text,
  output: z.object({ items: z.array(item), rows: z.int().min(0).max(9) }),
});
const clean = defineStage('clean', { input: item, output: text, retry: { attempts: 2 } });
const total = defineStage('total', { input: z.object({ all: z.array(text).readonly() }), output: text });
const judge = defineStage('judge', { input: text, output: text, retry: { attempts: 1 } });
const plainJudge = defineStage('plainJudge', { input: text, output: text });
const enrich = defineStage('enrich', { input: text, output: z.object({ tags: z.array(z.string()) }) });
const tell = defineStage('tell', { input: text, output: text });
const draft = defineStage('draft', {
  input: text,
  output: z.object({ text: z.string(), score: z.number().min(0).max(1) }),
});
const publish = defineStage('publish', {
  input: z.object({ text: z.string(), tags: z.array(z.string()) }),
  output: z.object({ url: z.url() }),
});

export const verbs = definePipeline('verbs', { input: text }, (flow) => {
  const listed = flow.task(list, { text: flow.input.text });
  flow.check('enoughRows', gte(listed.rows, 3));
  const cleaned = flow.map(clean, listed.items, ({ key }) => ({ key }), { tolerate: { count: 1 }, batch: 2 });
  const summed = flow.task(total, { all: cleaned.outputs }, { cache: true }); // no cell takes over what another gave
  const judged = flow.task(judge, { text: summed.text }, { fallback: plainJudge });
  const enriched = flow.task(enrich, { text: summed.text }, { onFailure: { value: { tags: ['none'] } } });
  const told = flow.task(tell, { text: judged.text }, { onFailure: 'skip' });
  flow.wait('coolDown', { for: '1h' }, { after: [told] });
  const { approved } = flow.approve('release', {
    prompt: 'Publish?',
    show: { text: judged.text },
    answer: z.object({ approved: z.boolean() }),
    timeout: '3d',
    default: { approved: false },
  });
  const { reason } = flow.approve('reason', {
    prompt: 'Why?',
    answer: z.object({ reason: z.string() }),
    timeout: '1d',
  });
  const refined = flow.repeat(
    'refine',
    { initial: { text: judged.text, score: 0 }, until: ({ score }) => gte(score, 0.8), atMost: 2 },
    (state) => {
      const { text: better, score } = flow.task(draft, { text: state.text });
      return { text: better, score };
    },
  );
  const url = flow.choose(
    eq(approved, true),
    () => flow.task(publish, { text: refined.state.text, tags: enriched.tags }).url,
    () => '',
  );
  return { url, reason };
});

const pair = defineStage('pair', { input: z.object({ one: z.string(), other: z.string() }), output: text });

/** Stages for each item that no tree of sequences and Parallels says: `paired` needs both, `told` one. */
export const items = definePipeline('items', { input: text }, (flow) => {
  const { items } = flow.task(list, { text: flow.input.text });
  const paired = flow.each(
    items,
    ({ key }, each) => {
      const one = each.task(clean, { key }, { id: 'one' });
      const other = each.task(clean, { key }, { id: 'other' });
      each.task(tell, { text: one.text }, { id: 'told' });
      return each.task(pair, { one: one.text, other: other.text }, { id: 'paired' });
    },
    { tolerate: { count: 1 }, batch: 2 },
  );
  return flow.task(total, { all: paired.outputs });
});
