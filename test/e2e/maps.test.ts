// Maps in executions of their own, over lists and over files: run for real, in virtual time.
import { afterEach, expect, test } from '@jest/globals';
import * as z from 'zod';
import { definePipeline, defineStage, fromS3, type RowsFormat } from '../../lib/definition/index.ts';
import { PermanentError } from '../../lib/runtime/index.ts';
import { type Handlers, openWorks, type Ran, type Works } from '../run-pipelines.ts';

const number = z.object({ n: z.coerce.number() });
const square = defineStage('square', { input: number, output: z.object({ n: z.number() }) });
const find = defineStage('find', { input: z.object({}), output: z.object({ key: z.string() }) });
const quick = defineStage('square', {
  input: square.input,
  output: square.output,
  timeout: '10s',
  retry: { attempts: 2, throttled: { attempts: 2 }, exhausted: { attempts: 1 } },
});

const handlers: Handlers = {
  square: ({ input: { n } }) => {
    if (n === 7) throw new PermanentError('seven');
    return { n: n * n };
  },
  find: () => ({ key: 'numbers' }),
};

let works: Works;
afterEach(() => works.close());
const upTo = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => i);
const squares = (n: number): readonly object[] => upTo(n).flatMap((i) => (i === 7 ? [] : [{ n: i * i }]));
const mapRuns = ({ history }: Ran): number => history.filter(({ type }) => type === 'MapRunStarted').length;

test.each([
  ['standard', square],
  ['express', quick],
] as const)(
  'a list in %s child executions: the outputs in order, a dead letter for the item that failed',
  async (_, stage) => {
    const pipeline = definePipeline('p', { input: z.object({ list: z.array(number) }) }, (flow) => {
      const options = { batch: 3, concurrency: 50, tolerate: { percent: 5 } };
      return flow.map(stage, flow.input.list, ({ n }) => ({ n }), options);
    });
    works = await openWorks([pipeline], handlers);
    const ran = await works.run(pipeline, { list: upTo(100).map((n) => ({ n })) });
    expect(ran.run).toMatchObject({ status: 'completed', deadLetters: 1 });
    expect(await ran.output()).toEqual({ outputs: squares(100), count: 99, failed: 1 });
    expect(mapRuns(ran)).toBe(1);
    expect(ran.history.length).toBeLessThan(40);
  },
);

const files: { readonly [format in RowsFormat]: string } = {
  jsonl: upTo(20)
    .map((n) => `{"n":${n}}\n`)
    .join(''),
  csv: `n,note\n${upTo(20)
    .map((n) => `${n},"a, b"\n`)
    .join('')}`,
  json: JSON.stringify(upTo(20).map((n) => ({ n }))),
};
const overFile = (format: RowsFormat, options: object = {}) =>
  definePipeline('rows', { input: z.object({}) }, (flow) => {
    const { key } = flow.task(find, {});
    const rows = fromS3({ bucket: 'inbox', key, format, row: z.object({ n: z.unknown() }) });
    return flow.map(square, rows, (row) => ({ n: row.n }), { batch: 19, tolerate: { count: 1 }, ...options });
  });
const put = (Body: string) =>
  works.services.service('s3').call('PutObject', { Bucket: 'inbox', Key: 'numbers', Body: Buffer.from(Body) });

test.each(Object.entries(files) as [RowsFormat, string][])('the rows of a %s file', async (format, text) => {
  const pipeline = overFile(format);
  works = await openWorks([pipeline], handlers);
  await put(text);
  const ran = await works.run(pipeline, {});
  expect(ran.run).toMatchObject({ status: 'completed', deadLetters: 1 });
  expect(ran.deadLetters).toMatchObject([{ stage: 'square', item: 7, cause: 'seven' }]);
  expect(await ran.output()).toEqual({ outputs: squares(20), count: 19, failed: 1 });
  expect(await works.ledger.stages.listBatches({ pipeline: 'rows', run: 'r1', stage: 'square' }, false)).toHaveLength(
    2,
  );
});

test('a file that is not there fails the stage, with a dead letter that names it', async () => {
  const pipeline = overFile('jsonl');
  works = await openWorks([pipeline], handlers);
  const ran = await works.run(pipeline, {});
  expect(ran.run).toMatchObject({ status: 'failed' });
  expect(ran.deadLetters).toMatchObject([
    { stage: 'square', error: 'States.ItemReaderFailed', input: { json: '"numbers"' } },
  ]);
});

test('…or gives what its onFailure says', async () => {
  const pipeline = overFile('jsonl', { onFailure: { value: [{ n: 1 }] } });
  works = await openWorks([pipeline], handlers);
  const ran = await works.run(pipeline, {});
  expect(await ran.output()).toEqual({ outputs: [{ n: 1 }], count: 1, failed: 0 });
});

test('a map whose key never comes is skipped', async () => {
  const pipeline = overFile('jsonl');
  works = await openWorks([pipeline], {
    ...handlers,
    find: () => {
      throw new PermanentError('nothing here');
    },
  });
  const ran = await works.run(pipeline, {});
  expect(ran.stages.get('square')).toMatchObject({ status: 'skipped', reason: 'find is failed' });
  expect(ran.deadLetters).toMatchObject([{ stage: 'find' }]);
});
