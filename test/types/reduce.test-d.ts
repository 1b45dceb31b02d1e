// What TypeScript must refuse of flow.reduce, and what it must not.
import * as z from 'zod';
import { definePipeline, defineStage, type Ref } from '../../lib/definition/index.ts';

const row = z.object({ text: z.string() });
const score = defineStage('score', { input: row, output: z.object({ score: z.number() }) });
const part = z.object({ n: z.number() });
const sum = defineStage('sum', { input: z.object({ parts: z.array(part) }), output: part });
const mean = defineStage('mean', { input: z.object({ parts: z.array(part) }), output: z.object({ mean: z.number() }) });

definePipeline('p', { input: z.object({ rows: z.array(row) }) }, (flow) => {
  const scored = flow.map(score, flow.input.rows, (one) => ({ text: one.text }));
  const made: Ref<{ n: number }> = flow.reduce(sum, scored, (one) => ({ n: one.score }), { empty: { n: 0 } });
  // @ts-expect-error a part is made of what the map gives, which has no such field
  flow.reduce(sum, scored, (one) => ({ n: one.text }), { empty: { n: 0 } });
  // @ts-expect-error `empty` is a part
  flow.reduce(sum, scored, (one) => ({ n: one.score }), { empty: { m: 0 } });
  // @ts-expect-error what the stage gives is not one of its parts, so it could not be folded again
  flow.reduce(mean, scored, (one) => ({ n: one.score }), { empty: { mean: 0 } });
  // @ts-expect-error the stage takes no parts
  flow.reduce(score, scored, (one) => ({ n: one.score }), { empty: { score: 0 } });
  // @ts-expect-error a field of what the map gives is not the map
  flow.reduce(sum, scored.outputs, (one) => ({ n: one.score }), { empty: { n: 0 } });
  return made;
});
