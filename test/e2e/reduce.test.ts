// All that a map gave, made into one value: run for real, in virtual time.
import { afterEach, expect, test } from '@jest/globals';
import * as z from 'zod';
import { definePipeline, defineStage, fromS3 } from '../../lib/definition/index.ts';
import { PermanentError } from '../../lib/runtime/index.ts';
import { type Handlers, openWorks, type Works } from '../run-pipelines.ts';

const number = z.object({ n: z.coerce.number() });
const square = defineStage('square', { input: number, output: z.object({ n: z.number() }) });
const part = z.object({ sum: z.number(), text: z.string() });
const total = defineStage('total', { input: z.object({ parts: z.array(part) }), output: part });
const empty = { sum: 0, text: '' };
const upTo = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => i);

let groups: number[] = [];
const handlers: Handlers = {
  square: ({ input: { n } }) => {
    if (n % 100 === 7) throw new PermanentError('seven');
    return { n: n * n };
  },
  total: ({ input: { parts } }) => {
    groups.push(parts.length);
    return {
      sum: parts.reduce((sum: number, one: { sum: number }) => sum + one.sum, 0),
      text: parts.map((one: { text: string }) => one.text).join(''),
    };
  },
};

let works: Works;
afterEach(() => works.close());

const overRows = definePipeline('rows', { input: z.object({}) }, (flow) => {
  const rows = fromS3({ bucket: 'inbox', key: 'rows', format: 'csv', row: z.object({ n: z.string() }) });
  const squared = flow.map(square, rows, ({ n }) => ({ n }), { batch: 100, tolerate: { percent: 2 } });
  return flow.reduce(total, squared, ({ n }) => ({ sum: n, text: 'x' }), { empty });
});
const putRows = (count: number) => {
  const Body = Buffer.from(`n\n${upTo(count).join('\n')}\n`);
  return works.services.service('s3').call('PutObject', { Bucket: 'inbox', Key: 'rows', Body });
};

test('thousands of rows, in portions side by side, without those that failed', async () => {
  groups = [];
  works = await openWorks([overRows], handlers);
  await putRows(5_000);
  const ran = await works.run(overRows, {});
  const good = upTo(5_000).filter((n) => n % 100 !== 7);
  expect(await ran.output()).toEqual({ sum: good.reduce((sum, n) => sum + n * n, 0), text: 'x'.repeat(4_950) });
  expect(ran.run).toMatchObject({ status: 'completed', deadLetters: 50 });
  // 50 batches are folded in portions of seven, and those at once.
  expect(ran.stages.get('totalPortions')?.items).toEqual({ total: 8, completed: 8, failed: 0 });
  expect(groups).toHaveLength(9);
  expect(Math.max(...groups)).toBeLessThanOrEqual(7 * 99);
});

test('no rows at all give what is empty', async () => {
  works = await openWorks([overRows], handlers);
  await putRows(0);
  const ran = await works.run(overRows, {});
  expect(await ran.output()).toEqual(empty);
});

const overList = (options: object = {}) =>
  definePipeline('list', { input: z.object({ list: z.array(number) }) }, (flow) => {
    const squared = flow.map(square, flow.input.list, ({ n }) => ({ n }), { batch: 2, ...options });
    return { total: flow.reduce(total, squared, ({ n }) => ({ sum: n, text: flow.run.id }), { empty }) };
  });

test('a list in the ledger; a part may read other values too', async () => {
  const pipeline = overList();
  works = await openWorks([pipeline], handlers);
  const ran = await works.run(pipeline, { list: upTo(5).map((n) => ({ n })) });
  expect(await ran.output()).toEqual({ total: { sum: 30, text: 'r1'.repeat(5) } });
});

test('the value of onFailure is reduced like what the map would have given', async () => {
  const pipeline = overList({ onFailure: { value: [{ n: 1 }, { n: 2 }] } });
  works = await openWorks([pipeline], handlers);
  const ran = await works.run(pipeline, { list: [{ n: 7 }] });
  expect(await ran.output()).toEqual({ total: { sum: 3, text: 'r1r1' } });
});

test('a map that failed is not reduced', async () => {
  const pipeline = overList();
  works = await openWorks([pipeline], handlers);
  const ran = await works.run(pipeline, { list: [{ n: 7 }] });
  expect(ran.run.status).toBe('failed');
  expect(ran.stages.get('total')).toMatchObject({ status: 'skipped' });
});
