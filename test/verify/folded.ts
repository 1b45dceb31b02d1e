// Reduces of maps over what lies in S3: under a prefix of a bucket of the user's, in an inventory.
import * as z from 'zod';
import { definePipeline, defineStage, fromS3 } from '../../lib/definition/index.ts';

const text = z.object({ text: z.string() });
const clean = defineStage('clean', { input: text, output: text, retry: { attempts: 2 } });
const look = defineStage('look', { input: z.object({ key: z.string() }), output: text, retry: { attempts: 1 } });
const join = defineStage('join', { input: z.object({ parts: z.array(text) }), output: text, retry: { attempts: 2 } });

const index = z.object({ bucket: z.string(), key: z.string(), count: z.number(), failed: z.number() });
const tell = defineStage('tell', { input: z.object({ cleaned: index }), output: text, retry: { attempts: 1 } });

export const folded = definePipeline('folded', { input: text }, (flow) => {
  const rows = fromS3({ bucket: { name: 'of-the-user' }, prefix: 'drops/', format: 'jsonl', row: text });
  const cleaned = flow.map(clean, rows, (row) => ({ text: row.text }), { batch: 1, tolerate: { count: 1 } });
  const listed = fromS3({
    bucket: 'inbox',
    key: 'manifest.json',
    format: 'inventory',
    row: z.object({ Key: z.string() }),
  });
  flow.task(tell, { cleaned: cleaned.results });
  const looked = flow.map(look, listed, (object) => ({ key: object.Key }), {
    onFailure: { value: [{ text: 'none' }] },
  });
  return {
    index: cleaned.results,
    cleaned: flow.reduce(join, cleaned, ({ text: one }) => ({ text: one }), { empty: { text: '' } }).text,
    looked: flow.reduce(join, looked, ({ text: one }) => ({ text: one }), { empty: { text: '' }, id: 'joinLooks' })
      .text,
  };
});
