// ItemReader and ResultWriter, field by field. Each row has the files that are in the bucket `files`.
import { expect } from '@jest/globals';
import { distributed, failed, GUIDE, jsonata, jsonPath, pass, type Row, succeeded } from './row.ts';

const READER = `${GUIDE}/input-output-itemreader.html`;
const OBJECT = 'arn:aws:states:::s3:getObject';
const LIST = 'arn:aws:states:::s3:listObjectsV2';

export interface RowWithFiles extends Row {
  readonly files: Readonly<Record<string, string>>;
}

const reading = (ReaderConfig: object, more: object, Resource = OBJECT, map: object = {}) =>
  jsonata({
    M: distributed(
      { P: pass() },
      { ItemReader: { Resource, ReaderConfig, Arguments: { Bucket: 'files', ...more } }, ...map },
    ),
  });
const keys = { ItemSelector: '{% $states.context.Map.Item.Value.Key %}' };
const abc = { 'l/a': '', 'l/b': '', 'l/c': '', other: '' };
const csv = { 'x.csv': 'a|b,c\n1|2,3\n' };

export const cornersOfReaders: readonly RowWithFiles[] = [
  {
    section: READER,
    name: 'a bucket without versions has the version null of an object',
    files: { 'a.json': '[1]' },
    definition: reading({ InputType: 'JSON' }, { Key: 'a.json', VersionId: 'null' }),
    expected: succeeded([1]),
  },
  {
    section: READER,
    name: 'and no other',
    files: { 'a.json': '[1]' },
    definition: reading({ InputType: 'JSON' }, { Key: 'a.json', VersionId: 'BcK42coT2jE1234VHLUvBV1yLNod2OEt' }),
    expected: failed('States.ItemReaderFailed', 'The specified version does not exist.'),
  },
  {
    section: READER,
    name: 'what the engine would not hear is refused by name',
    files: { 'a.json': '[1]' },
    definition: reading({ InputType: 'JSON' }, { Key: 'a.json', Range: 'bytes=0-1' }),
    expected: failed(
      'States.ItemReaderFailed',
      expect.stringContaining('HDL521 the local engine does not read with Range'),
    ),
  },
  {
    section: `${READER}#itemreader-field-contents`,
    name: 'a pointer with escapes, into an array',
    files: { 'a.json': '{"a/b":[{"~":[7]}]}' },
    definition: reading({ InputType: 'JSON', ItemsPointer: '/a~1b/0/~0' }, { Key: 'a.json' }),
    expected: succeeded([7]),
  },
  ...(
    [
      ['COMMA', { 'a|b': '1|2', c: '3' }],
      ['PIPE', { a: '1', 'b,c': '2,3' }],
    ] as const
  ).map(([CSVDelimiter, item]) => ({
    section: `${READER}#itemreader-field-contents`,
    name: `cells that end at a ${CSVDelimiter}`,
    files: csv,
    definition: reading({ InputType: 'CSV', CSVHeaderLocation: 'FIRST_ROW', CSVDelimiter }, { Key: 'x.csv' }),
    expected: succeeded([item]),
  })),
  {
    section: `${READER}#itemreader-field-contents`,
    name: 'headers have at most 10 KiB',
    files: { 'x.csv': `${'a'.repeat(10_241)}\n1` },
    definition: reading({ InputType: 'CSV', CSVHeaderLocation: 'FIRST_ROW' }, { Key: 'x.csv' }),
    expected: failed('States.ItemReaderFailed', 'CSV headers cannot have more than 10240 bytes.'),
  },
  {
    section: `${READER}#itemreader-field-contents`,
    name: 'an inventory whose cells end otherwise',
    files: {
      'manifest.json': JSON.stringify({
        destinationBucket: 'arn:aws:s3:::files',
        fileSchema: 'Bucket, Key',
        files: [{ key: 'i' }],
      }),
      i: 'b;k\n',
    },
    definition: reading({ InputType: 'MANIFEST', CSVDelimiter: 'SEMICOLON' }, { Key: 'manifest.json' }),
    expected: succeeded([{ Bucket: 'b', Key: 'k' }]),
  },
  {
    section: `${READER}#itemreader-field-contents`,
    name: 'as many items as a path says',
    files: { 'a.json': '[1,2,3]' },
    definition: jsonPath({
      M: {
        ...distributed({ P: pass() }),
        ItemReader: {
          Resource: OBJECT,
          ReaderConfig: { InputType: 'JSON', MaxItemsPath: '$.most' },
          Parameters: { Bucket: 'files', 'Key.$': '$.key' },
        },
      },
    }),
    input: { most: 2, key: 'a.json' },
    expected: succeeded([1, 2]),
  },
  {
    section: `${READER}#itemreader-field-contents`,
    name: 'as many items as an expression says',
    files: { 'a.jsonl': '1\n2\n3\n' },
    definition: reading({ InputType: 'JSONL', MaxItems: '{% $states.input.most %}' }, { Key: 'a.jsonl' }),
    input: { most: 2 },
    expected: succeeded([1, 2]),
  },
  {
    section: READER,
    name: 'Parquet is refused by name',
    files: { a: '' },
    definition: reading({ InputType: 'PARQUET' }, { Key: 'a' }),
    expected: failed('States.ItemReaderFailed', 'HDL521 the local engine does not read items of type PARQUET'),
  },
  {
    section: 'https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html',
    name: 'a list from a key on, over all its pages',
    files: abc,
    definition: reading({}, { Prefix: 'l/', StartAfter: 'l/a', MaxKeys: 1 }, LIST, keys),
    expected: succeeded(['l/b', 'l/c']),
  },
  {
    section: `${READER}#itemreader-field-contents`,
    name: 'so many of a list',
    files: abc,
    definition: reading({ MaxItems: 2 }, { Prefix: 'l/' }, LIST, keys),
    expected: succeeded(['l/a', 'l/b']),
  },
  {
    section: READER,
    name: 'a list of nothing is a map over nothing',
    files: abc,
    definition: reading({}, { Prefix: 'm/' }, LIST),
    expected: succeeded([]),
  },
  {
    section: READER,
    name: 'what is in the objects listed, in batches',
    files: { 'l/1': 'a\n1\n2\n', 'l/2': 'a\n3\n' },
    definition: reading(
      { InputType: 'CSV', CSVHeaderLocation: 'FIRST_ROW', Transformation: 'LOAD_AND_FLATTEN' },
      { Prefix: 'l/' },
      LIST,
      { ItemBatcher: { MaxItemsPerBatch: 2 } },
    ),
    expected: succeeded([{ Items: [{ a: '1' }, { a: '2' }] }, { Items: [{ a: '3' }] }]),
  },
];
