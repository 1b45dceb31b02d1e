// Maps in executions of their own, over lists and over files: run for real, in virtual time.
import { gzipSync } from 'node:zlib';
import { afterEach, expect, test } from '@jest/globals';
import * as z from 'zod';
import { definePipeline, defineStage, fromS3, listS3, type RowsFormat } from '../../lib/definition/index.ts';
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
  expect(
    await works.ledger.stages.listBatches({ pipeline: 'rows', run: 'r1', stage: 'square', spread: undefined }, false),
  ).toHaveLength(2);
});

test('lines that are no JSON are dead letters, by their numbers; the rest goes on', async () => {
  const pipeline = overFile('jsonl', { batch: 5, tolerate: { count: 3 } });
  works = await openWorks([pipeline], handlers);
  await put(
    `${upTo(10)
      .map((n) => (n === 3 ? '{"n":' : n === 8 ? 'nothing' : JSON.stringify({ n })))
      .join('\n')}\n`,
  );
  const ran = await works.run(pipeline, {});
  expect(ran.run).toMatchObject({ status: 'completed', deadLetters: 3 });
  expect(ran.deadLetters.map(({ item, cause }) => [item, cause.slice(0, 41)])).toEqual([
    [3, 'HDL733 line 4 of the file is no JSON: Unexpected'.slice(0, 41)],
    [7, 'seven'],
    [8, 'HDL733 line 9 of the file is no JSON: Unexpected'.slice(0, 41)],
  ]);
  const good = [0, 1, 2, 4, 5, 6, 9].map((n) => ({ n: n * n }));
  expect(await ran.output()).toEqual({ outputs: good, count: 7, failed: 3 });
  expect(mapRuns(ran)).toBe(2);
});

test('…also in a file among others under a prefix, one of them packed', async () => {
  const pipeline = definePipeline('rows', { input: z.object({}) }, (flow) => {
    const rows = fromS3({ bucket: 'inbox', prefix: 'drops/', format: 'jsonl', row: z.object({ n: z.unknown() }) });
    return flow.map(square, rows, (row) => ({ n: row.n }), { batch: 2, tolerate: { count: 3 } });
  });
  works = await openWorks([pipeline], handlers);
  const s3 = works.services.service('s3');
  const dropped = {
    'drops/1.jsonl.gz': gzipSync('{"n":1}\n{"n":'),
    'drops/1.jsonl': Buffer.from('{"n":0}'),
    'drops/2.jsonl': Buffer.from(`{"n":3}\n\nno\n{"n":"${'x'.repeat(300_000)}"}\n{"n":4}`),
  };
  for (const [Key, Body] of Object.entries(dropped)) await s3.call('PutObject', { Bucket: 'inbox', Key, Body });
  const ran = await works.run(pipeline, {});
  expect(ran.deadLetters.map(({ item, cause }) => [item, cause.slice(0, 49)])).toEqual([
    [2, 'HDL733 line 2 of drops/1.jsonl.gz is no JSON: Une'],
    [4, 'HDL733 line 3 of drops/2.jsonl is no JSON: Unexpe'],
    [5, 'HDL733 line 4 of drops/2.jsonl is too large: it h'],
  ]);
  expect(await ran.output()).toEqual({ outputs: [0, 1, 9, 16].map((n) => ({ n })), count: 4, failed: 3 });
});

test('a row that is larger than the input of a state is a dead letter, and the rest goes on', async () => {
  const pipeline = overFile('jsonl');
  works = await openWorks([pipeline], handlers);
  await put(`{"n":1}\n{"n":"${'x'.repeat(300_000)}"}\n{"n":4}`);
  const ran = await works.run(pipeline, {});
  const cause = 'HDL733 line 2 of the file is too large: it has 300008 bytes, a row 180000 at most';
  expect(ran.deadLetters).toMatchObject([{ item: 1, cause }]);
  expect(await ran.output()).toEqual({ outputs: [{ n: 1 }, { n: 16 }], count: 2, failed: 1 });
});

test.each<[RowsFormat, string, string]>([
  ['json', '[1,\n2,\n]', 'HDL732 s3://inbox/numbers: line 3: '],
  ['json', '{"n":1}', 'HDL732 s3://inbox/numbers: it is JSON, but no list. Fix: '],
  ['csv', 'n,n\n1,2\n', 'HDL732 s3://inbox/numbers: its header on line 1 has "n" twice. Fix: '],
])('a %s file that is none fails the stage and says where', async (format, text, cause) => {
  const pipeline = overFile(format);
  works = await openWorks([pipeline], handlers);
  await put(text);
  const ran = await works.run(pipeline, {});
  expect(ran.deadLetters).toMatchObject([{ stage: 'square', error: 'States.ItemReaderFailed' }]);
  expect(ran.deadLetters[0]?.cause.slice(0, cause.length)).toBe(cause);
});

test('the objects under a prefix, and the rows in them', async () => {
  const prefix = 'drops/';
  const length = defineStage('length', { input: z.object({ key: z.string() }), output: z.object({ key: z.string() }) });
  const pipeline = definePipeline('listed', { input: z.object({}) }, (flow) => {
    const files = flow.map(length, listS3({ bucket: 'inbox', prefix }), (object) => ({ key: object.Key }));
    const row = z.object({ n: z.unknown() });
    const rows = fromS3({ bucket: 'inbox', prefix, format: 'csv', row });
    return { files: files.outputs, rows: flow.map(square, rows, ({ n }) => ({ n })).outputs };
  });
  works = await openWorks([pipeline], { ...handlers, length: ({ input }) => input });
  for (const n of [1, 2, 3])
    await works.services
      .service('s3')
      .call('PutObject', { Bucket: 'inbox', Key: `drops/${n}.csv`, Body: Buffer.from(`n\n${n}\n`) });
  const ran = await works.run(pipeline, {});
  expect(await ran.output()).toEqual({
    files: [1, 2, 3].map((n) => ({ key: `drops/${n}.csv` })),
    rows: [1, 4, 9].map((n) => ({ n })),
  });
});

test('the objects of an inventory, in a bucket of the user', async () => {
  const length = defineStage('length', { input: z.object({ bytes: z.coerce.number() }), output: z.number() });
  const pipeline = definePipeline('inventory', { input: z.object({}) }, (flow) => {
    const row = z.object({ Key: z.string(), Size: z.string() });
    const rows = fromS3({ bucket: { name: 'inventories' }, key: 'manifest.json', format: 'inventory', row });
    return flow.map(length, rows, ({ Size }) => ({ bytes: Size }), { batch: 100, batchBytes: 200 });
  });
  works = await openWorks([pipeline], { ...handlers, length: ({ input }) => input.bytes });
  const s3 = works.services.service('s3');
  await s3.call('CreateBucket', { Bucket: 'inventories' });
  const lines = upTo(10).map((n) => `"shop","photos/${n}.jpg","${n}"\n`);
  await s3.call('PutObject', { Bucket: 'inventories', Key: 'data.csv.gz', Body: gzipSync(lines.join('')) });
  const manifest = {
    destinationBucket: 'arn:aws:s3:::inventories',
    fileSchema: 'Bucket, Key, Size',
    files: [{ key: 'data.csv.gz' }],
  };
  await s3.call('PutObject', {
    Bucket: 'inventories',
    Key: 'manifest.json',
    Body: Buffer.from(JSON.stringify(manifest)),
  });
  const ran = await works.run(pipeline, {});
  expect(await ran.output()).toEqual({ outputs: upTo(10), count: 10, failed: 0 });
  // Two rows of 70 bytes fit into a batch.
  const at = { pipeline: 'inventory', run: 'r1', stage: 'length', spread: undefined };
  expect(await works.ledger.stages.listBatches(at, false)).toHaveLength(5);
});

test.each([
  ['{"files":[]}', /^HDL732 s3:\/\/inbox\/m.json: it is not an inventory's manifest/],
  [
    '{"fileSchema":"Key","destinationBucket":"arn:aws:s3:::inbox","files":[{"key":"gone.csv"}]}',
    /^HDL731 s3:\/\/inbox\/gone.csv which s3:\/\/inbox\/m.json names, cannot be read: HTTP 404/,
  ],
])('an inventory that cannot be read says why: %s', async (manifest, cause) => {
  const pipeline = definePipeline('inventory', { input: z.object({}) }, (flow) => {
    const rows = fromS3({ bucket: 'inbox', key: 'm.json', format: 'inventory', row: z.object({ Key: z.string() }) });
    return flow.map(square, rows, ({ Key }) => ({ n: Key }));
  });
  works = await openWorks([pipeline], handlers);
  const Body = Buffer.from(manifest);
  await works.services.service('s3').call('PutObject', { Bucket: 'inbox', Key: 'm.json', Body });
  const ran = await works.run(pipeline, {});
  expect(ran.deadLetters).toMatchObject([{ stage: 'square', cause: expect.stringMatching(cause) }]);
});

test('a file that is not there fails the stage, with a dead letter that names it', async () => {
  const pipeline = overFile('jsonl');
  works = await openWorks([pipeline], handlers);
  const ran = await works.run(pipeline, {});
  expect(ran.run).toMatchObject({ status: 'failed' });
  expect(ran.deadLetters).toMatchObject([
    {
      stage: 'square',
      error: 'States.ItemReaderFailed',
      cause: expect.stringMatching(/^HDL731 s3:\/\/inbox\/numbers cannot be read: HTTP 404\. Fix: put it there/),
      input: { json: '"numbers"' },
    },
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
