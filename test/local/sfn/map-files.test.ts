import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { distributedMap } from './distributed-map.ts';
import { engineWithFiles } from './with-files.ts';

let stateDir: string;
beforeAll(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'sfn-files-'));
});
afterAll(() => rmSync(stateDir, { recursive: true }));

const states = {
  C: { Type: 'Choice', Choices: [{ Condition: "{% $states.input = 'bad' %}", Next: 'F' }], Default: 'P' },
  F: { Type: 'Fail', Error: 'Bad' },
  P: { Type: 'Pass', End: true },
};
const machine = (more: object) => distributedMap(states, more);
const reader = (InputType: string, Key: string, config: object = {}) => ({
  ItemReader: {
    Resource: 'arn:aws:states:::s3:getObject',
    ReaderConfig: { InputType, ...config },
    Arguments: { Bucket: 'files', Key },
  },
});

const files = {
  'a.json': '{"in":{"side":[1,2]}}',
  'a.jsonl': '{"a":1}\n\n{"a":2}\n',
  'a.csv': 'x|"y ""z"""\n1|"2\n3"\n',
  'many/1': '1\n2\n',
  'many/2': '3\n4\n',
  'broken.jsonl': '{"a":1}\n\n{"a":',
  'packed.jsonl.gz': gzipSync('1\n2\n'),
  'packed.csv.zst': zstdCompressSync('n\n1\n2\n'),
  'query-manifest.csv': 's3://files/many/1\ns3://files/many/2\n',
  'orc.json': JSON.stringify({ fileFormat: 'ORC', fileSchema: 'struct<bucket:string>', files: [] }),
  'manifest.json': JSON.stringify({
    destinationBucket: 'arn:aws:s3:::files',
    fileSchema: 'Bucket, Key, Size',
    files: [{ key: 'data/1.csv.gz' }, { key: 'data/2.csv.gz' }],
  }),
  'data/1.csv.gz': gzipSync('"b","k1","1"\n"b","k2","2"\n'),
  'data/2.csv.gz': gzipSync('"b","k3","3"\n'),
  'list/1': '',
  'list/2': '',
  'cut.jsonl.gz': gzipSync('1\n').subarray(0, 12),
};

// https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html
test.each<[string, object, unknown]>([
  ['JSON with a pointer', reader('JSON', 'a.json', { ItemsPointer: '/in/side' }), [1, 2]],
  [
    'the pairs of an object that a pointer names',
    { ...reader('JSON', 'a.json', { ItemsPointer: '/in' }), ItemSelector: '{% $states.context.Map.Item.Key %}' },
    ['side'],
  ],
  ['JSON Lines', reader('JSONL', 'a.jsonl'), [{ a: 1 }, { a: 2 }]],
  [
    'CSV with quotes and a delimiter',
    reader('CSV', 'a.csv', { CSVHeaderLocation: 'FIRST_ROW', CSVDelimiter: 'PIPE' }),
    [{ x: '1', 'y "z"': '2\n3' }],
  ],
  [
    'CSV with given headers',
    reader('CSV', 'a.csv', { CSVHeaderLocation: 'GIVEN', CSVHeaders: ['h'], MaxItems: 1 }),
    [{ h: 'x|"y "z""' }],
  ],
  ['what is packed', reader('JSONL', 'packed.jsonl.gz'), [1, 2]],
  [
    'what is packed otherwise',
    reader('CSV', 'packed.csv.zst', { CSVHeaderLocation: 'FIRST_ROW' }),
    [{ n: '1' }, { n: '2' }],
  ],
  [
    'the files that a query of Athena wrote, each item with its source',
    {
      ...reader('JSONL', 'query-manifest.csv', { ManifestType: 'ATHENA_DATA' }),
      ItemSelector: '{% [$states.context.Map.Item.Value, $states.context.Map.Item.Source] %}',
    },
    [1, 2, 3, 4].map((n) => [n, `S3://files/many/${n < 3 ? 1 : 2}`]),
  ],
  [
    'the files of an inventory that is named as such',
    {
      ItemReader: {
        Resource: 'arn:aws:states:::s3:getObject',
        ReaderConfig: { ManifestType: 'S3_INVENTORY', MaxItems: 1 },
        Arguments: { Bucket: 'files', Key: 'manifest.json' },
      },
    },
    [{ Bucket: 'b', Key: 'k1', Size: '1' }],
  ],
  [
    'the files that an inventory names',
    reader('MANIFEST', 'manifest.json'),
    [1, 2, 3].map((n) => ({ Bucket: 'b', Key: `k${n}`, Size: String(n) })),
  ],
  [
    'a list of objects',
    {
      ItemReader: { Resource: 'arn:aws:states:::s3:listObjectsV2', Arguments: { Bucket: 'files', Prefix: 'list/' } },
      ItemSelector: '{% $states.context.Map.Item.Value.Key %}',
    },
    ['list/1', 'list/2'],
  ],
  [
    'a list of objects, each as AWS spells it',
    { ItemReader: { Resource: 'arn:aws:states:::s3:listObjectsV2', Arguments: { Bucket: 'files', Prefix: 'list/1' } } },
    [
      {
        Etag: '"d41d8cd98f00b204e9800998ecf8427e"',
        Key: 'list/1',
        LastModified: Date.parse('2026-01-01T00:00:00Z') / 1000,
        Size: 0,
        StorageClass: 'STANDARD',
      },
    ],
  ],
  [
    'what is in the objects listed',
    {
      ItemReader: {
        Resource: 'arn:aws:states:::s3:listObjectsV2',
        ReaderConfig: { InputType: 'JSONL', Transformation: 'LOAD_AND_FLATTEN', MaxItems: 3 },
        Arguments: { Bucket: 'files', Prefix: 'many/' },
      },
    },
    [1, 2, 3],
  ],
])('a distributed map reads %s', async (_name, more, output) => {
  const { run } = await engineWithFiles({ stateDir }, files);
  expect(await run(machine(more))).toMatchObject({ status: 'SUCCEEDED', output });
});

test.each([
  ['a file that is not there', reader('JSON', 'absent'), 'The specified key does not exist.'],
  ['a file that is not what it should be', reader('JSONL', 'broken.jsonl'), expect.stringContaining('line 3: ')],
  [
    'a bucket that is no name',
    { ItemReader: { ...reader('JSON', '').ItemReader, Arguments: { Bucket: { toString: 1 }, Key: 'a.json' } } },
    expect.any(String),
  ],
  ['an inventory in another format', reader('MANIFEST', 'orc.json'), expect.stringContaining('the format ORC')],
  [
    'a manifest of Athena that is none',
    reader('JSONL', 'a.csv', { ManifestType: 'ATHENA_DATA' }),
    expect.stringContaining('\'x|"y'),
  ],
  ['a packed file that is cut off', reader('JSONL', 'cut.jsonl.gz'), expect.stringContaining('unexpected end of file')],
])('%s fails the map by name', async (_name, more, cause) => {
  const { run } = await engineWithFiles({ stateDir }, files);
  expect(await run(machine(more))).toMatchObject({ status: 'FAILED', error: 'States.ItemReaderFailed', cause });
});

test('a file larger than what is read at a time, in batches; only so many are begun at once', async () => {
  const lines = Array.from({ length: 40_000 }, (_, n) => `${n},${'ä'.repeat(20)}`);
  const { run } = await engineWithFiles({ stateDir }, { 'large.csv': ['n,text', ...lines].join('\n') });
  const ended = await run(
    machine({
      ...reader('CSV', 'large.csv', { CSVHeaderLocation: 'FIRST_ROW' }),
      ItemBatcher: { MaxItemsPerBatch: 3_000 },
      MaxConcurrency: 2,
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'EXPRESS' },
        StartAt: 'P',
        States: {
          P: {
            Type: 'Pass',
            Output:
              '{% [$number($states.input.Items[0].n), $count($states.input.Items), $length($states.input.Items[-1].text)] %}',
            End: true,
          },
        },
      },
    }),
  );
  const firsts = Array.from({ length: 14 }, (_, batch) => [batch * 3_000, batch === 13 ? 1_000 : 3_000, 20]);
  expect(ended).toMatchObject({ status: 'SUCCEEDED', output: firsts });
});

// https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html; recorded on AWS
test('what an SDK integration uploads is JSON, a string with its quotes, and has its CRC32', async () => {
  const { run, read } = await engineWithFiles({ stateDir }, {});
  const Arguments = { Bucket: 'files', Key: 'k', Body: 'text data' };
  const put = { Type: 'Task', Resource: 'arn:aws:states:::aws-sdk:s3:putObject', Arguments, End: true };
  expect(await run({ QueryLanguage: 'JSONata', StartAt: 'Put', States: { Put: put } })).toMatchObject({
    output: { ChecksumCRC32: 'KUmHvQ==', ChecksumType: 'FULL_OBJECT', ETag: '"2b5df3712557f503a9977a8ea893b2c9"' },
  });
  expect(await read('k')).toBe('text data');
});
