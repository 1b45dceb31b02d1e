// What the definition of a Distributed Map can get wrong about what it reads.
// https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html
import { expect, test } from '@jest/globals';
import { parseDefinition } from '../../../lib/local/states/parse/definition.ts';

const inner = { StartAt: 'P', States: { P: { Type: 'Pass', End: true } } };
const map = (more: object, QueryLanguage = 'JSONPath') => {
  const ItemProcessor = { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' }, ...inner };
  return { QueryLanguage, StartAt: 'S', States: { S: { Type: 'Map', ItemProcessor, End: true, ...more } } };
};
const reader = (ReaderConfig: object, action = 'getObject') =>
  map({ ItemReader: { Resource: `arn:aws:states:::s3:${action}`, ReaderConfig, Parameters: {} } });

test.each<[string, object, string, string]>([
  [
    'another type of file',
    reader({ InputType: 'XML' }),
    '/States/S/ItemReader/ReaderConfig/InputType',
    'Value should be one of the following: [CSV, JSON, JSONL, MANIFEST, PARQUET]',
  ],
  [
    'files of which the type is not said',
    reader({ Transformation: 'LOAD_AND_FLATTEN' }),
    '/States/S/ItemReader/ReaderConfig',
    'These fields are required: [InputType]',
  ],
  [
    'a manifest of files of which the type is not said',
    reader({ ManifestType: 'ATHENA_DATA' }),
    '/States/S/ItemReader/ReaderConfig',
    'These fields are required: [InputType]',
  ],
  [
    'an inventory with a type',
    reader({ ManifestType: 'S3_INVENTORY', InputType: 'CSV' }),
    '/States/S/ItemReader/ReaderConfig/InputType',
    'Field is not supported where ManifestType is S3_INVENTORY',
  ],
  [
    'headers given nowhere',
    reader({ InputType: 'CSV', CSVHeaderLocation: 'GIVEN' }),
    '/States/S/ItemReader/ReaderConfig',
    'These fields are required: [CSVHeaders]',
  ],
  [
    'more items than AWS reads',
    reader({ InputType: 'JSON', MaxItems: 100_000_001 }),
    '/States/S/ItemReader/ReaderConfig/MaxItems',
    'Maximum value is 100000000',
  ],
  [
    'no headers',
    reader({ InputType: 'CSV', CSVHeaderLocation: 'GIVEN', CSVHeaders: [] }),
    '/States/S/ItemReader/ReaderConfig/CSVHeaders',
    'Minimum number of items is 1',
  ],
  [
    'headers that would go unheard',
    reader({ InputType: 'CSV', CSVHeaders: ['a'] }),
    '/States/S/ItemReader/ReaderConfig/CSVHeaders',
    'Field is supported only where CSVHeaderLocation is GIVEN',
  ],
  [
    'a pointer that is none',
    reader({ InputType: 'JSON', ItemsPointer: 'items' }),
    '/States/S/ItemReader/ReaderConfig/ItemsPointer',
    'Value is not a valid JSON pointer',
  ],
  [
    'a list as a manifest',
    reader({ ManifestType: 'S3_INVENTORY' }, 'listObjectsV2'),
    '/States/S/ItemReader/ReaderConfig/ManifestType',
    'Field is not supported for s3:listObjectsV2',
  ],
  [
    'a path in JSONata',
    map(
      {
        ItemReader: {
          Resource: 'arn:aws:states:::s3:getObject',
          ReaderConfig: { InputType: 'JSON', MaxItemsPath: '$.n' },
          Arguments: {},
        },
      },
      'JSONata',
    ),
    '/States/S/ItemReader/ReaderConfig',
    "Field 'MaxItemsPath' is not supported",
  ],
  [
    'a path to the size of a batch in JSONata',
    map({ ItemBatcher: { MaxItemsPerBatchPath: '$.n' } }, 'JSONata'),
    '/States/S/ItemBatcher',
    "Field 'MaxItemsPerBatchPath' is not supported",
  ],
])('%s', (_name, definition, location, message) => {
  const parsed = parseDefinition(JSON.stringify(definition), {
    express: false,
    ambient: { now: () => 0, random: () => 0 },
  });
  expect(parsed.diagnostics).toMatchObject([
    { code: 'SCHEMA_VALIDATION_FAILED', location, message, severity: 'ERROR' },
  ]);
});

test('a pointer to the whole, and one with escapes, are sound', () => {
  for (const ItemsPointer of ['', '/a~1b/~0', '/a/0'])
    expect(
      parseDefinition(JSON.stringify(reader({ InputType: 'JSON', ItemsPointer })), {
        express: false,
        ambient: { now: () => 0, random: () => 0 },
      }).diagnostics,
    ).toEqual([]);
});
