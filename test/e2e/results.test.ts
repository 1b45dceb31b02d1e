// What a map gave, read as a stream by a stage that has its index: run for real, in virtual time.
import { afterEach, expect, test } from '@jest/globals';
import * as z from 'zod';
import { definePipeline, defineStage, fromS3, type MapOptions } from '../../lib/definition/index.ts';
import { PermanentError } from '../../lib/runtime/index.ts';
import { openWorks, type Works } from '../run-pipelines.ts';

const row = z.object({ n: z.string() });
const index = z.object({ bucket: z.string(), key: z.string(), count: z.number(), failed: z.number() });
const square = defineStage('square', { input: row, output: z.object({ n: z.number(), text: z.string() }) });
const total = defineStage('total', {
  input: z.object({ squared: index }),
  output: z.object({ sum: z.number(), inOrder: z.boolean(), count: z.number(), failed: z.number() }),
});

let works: Works;
afterEach(() => works.close());

const rowsPipeline = (options: MapOptions<typeof square>) =>
  definePipeline('rows', { input: z.object({}) }, (flow) => {
    const rows = fromS3({ bucket: 'inbox', key: 'rows.csv', format: 'csv', row });
    const squared = flow.map(square, rows, ({ n }) => ({ n }), options);
    return { told: flow.task(total, { squared: squared.results }), index: squared.results };
  });

const open = async (pipeline: ReturnType<typeof rowsPipeline>, count: number, text: string) => {
  let objects = 0;
  works = await openWorks([pipeline], {
    square: ({ input: { n } }) => {
      if (Number(n) % 100 === 7) throw new PermanentError('seven');
      return { n: Number(n) ** 2, text };
    },
    total: async ({ input: { squared }, store }) => {
      let [sum, before, inOrder] = [0, -1, true];
      for await (const { n } of store.results(square, squared)) {
        sum += n;
        inOrder &&= n > before;
        before = n;
      }
      const { Body } = await works.services
        .service('s3')
        .call('GetObject', { Bucket: squared.bucket, Key: squared.key });
      objects = String(Body).trim().split('\n').length;
      return { sum, inOrder, count: squared.count, failed: squared.failed };
    },
  });
  const lines = Array.from({ length: count }, (_, n) => `${n}\n`);
  const Body = Buffer.from(`n\n${lines.join('')}`);
  await works.services.service('s3').call('PutObject', { Bucket: 'inbox', Key: 'rows.csv', Body });
  const ran = await works.run(pipeline, {});
  return { ran, objects: () => objects };
};
const sumBelow = (count: number): number =>
  Array.from({ length: count }, (_, n) => (n % 100 === 7 ? 0 : n * n)).reduce((sum, n) => sum + n, 0);

test.each([
  ['in the records of the batches: they are gathered', '', 1],
  ['in objects of their own: they are named as they are', 'x'.repeat(100), 10],
])('outcomes that are %s', async (_, text, parts) => {
  const { ran, objects } = await open(rowsPipeline({ batch: 50, tolerate: { percent: 2 } }), 500, text);
  expect(ran.run).toMatchObject({ status: 'completed', deadLetters: 5 });
  const output = (await ran.output()) as { readonly told: object; readonly index: object };
  expect(output.told).toEqual({ sum: sumBelow(500), inOrder: true, count: 495, failed: 5 });
  expect(output.index).toEqual({
    bucket: 'payloads',
    key: ran.stages.get('square')?.results?.key,
    count: 495,
    failed: 5,
  });
  expect(objects()).toBe(parts);
});

test('no rows at all', async () => {
  const { ran } = await open(rowsPipeline({}), 0, '');
  expect((await ran.output()) as object).toMatchObject({ told: { sum: 0, count: 0, failed: 0 } });
});

test('the list that onFailure gives instead', async () => {
  const value = [
    { n: 1, text: '' },
    { n: 4, text: '' },
  ];
  const { ran } = await open(rowsPipeline({ onFailure: { value } }), 10, '');
  expect((await ran.output()) as object).toMatchObject({ told: { sum: 5, count: 2, failed: 1 } });
});
