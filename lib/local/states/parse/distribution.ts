// What a Distributed Map adds: a reader of items, batches, a writer of results, tolerated failures.
import { isObject } from '../json.ts';
import { template } from './data-flow.ts';
import type { Fields } from './fields.ts';
import type { Distribution, ItemBatcher, ItemReader, ResultWriter } from './machine.ts';
import { numberField } from './numbers.ts';
import { notRecognized } from './task.ts';

const MOST_ITEMS = 100_000_000; // AWS: no map reads more

const argumentsField = (fields: Fields) => (fields.language === 'JSONata' ? 'Arguments' : 'Parameters');
const argumentsOf = (fields: Fields) => template(fields, argumentsField(fields));

/** Fields of which JSONPath has a twin that names a path. */
const withPaths = ({ language }: Fields, fields: readonly string[]): readonly string[] =>
  language === 'JSONata' ? fields : [...fields, ...fields.map((field) => `${field}Path`)];

const READER = [
  'InputType',
  'CSVHeaderLocation',
  'CSVHeaders',
  'CSVDelimiter',
  'ItemsPointer',
  'ManifestType',
  'Transformation',
];

const POINTER = /^(\/([^~]|~[01])*)?$/;

/** What would go unheard: headers that are not asked for, a manifest of what is no file, a pointer that is none. */
const checkUse = (config: Fields, isList: boolean): void => {
  if (config.has('CSVHeaders') && config.texts('CSVHeaders').length === 0)
    config.wrong('CSVHeaders', 'Minimum number of items is 1');
  if (config.has('CSVHeaders') && config.get('CSVHeaderLocation') !== 'GIVEN')
    config.wrong('CSVHeaders', 'Field is supported only where CSVHeaderLocation is GIVEN');
  if (config.has('ManifestType') && isList) config.wrong('ManifestType', 'Field is not supported for s3:listObjectsV2');
  if (!POINTER.test(config.text('ItemsPointer') ?? ''))
    config.wrong('ItemsPointer', 'Value is not a valid JSON pointer');
};

const checkReader = (config: Fields): void => {
  config.only([...READER, ...withPaths(config, ['MaxItems'])]);
  config.exclusive('MaxItems', 'MaxItemsPath');
  config.word('InputType', 'CSV', 'JSON', 'JSONL', 'MANIFEST', 'PARQUET');
  config.word('CSVDelimiter', 'COMMA', 'PIPE', 'SEMICOLON', 'SPACE', 'TAB');
  // https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html: which of them need an InputType, and which has its own.
  if (config.word('Transformation', 'NONE', 'LOAD_AND_FLATTEN') === 'LOAD_AND_FLATTEN') config.require('InputType');
  if (config.word('ManifestType', 'ATHENA_DATA', 'S3_INVENTORY') === 'ATHENA_DATA') config.require('InputType');
  if (config.get('ManifestType') === 'S3_INVENTORY' && config.has('InputType'))
    config.wrong('InputType', 'Field is not supported where ManifestType is S3_INVENTORY');
  if (config.word('CSVHeaderLocation', 'FIRST_ROW', 'GIVEN') === 'GIVEN') config.require('CSVHeaders');
};

const checkResource = (fields: Fields, ...actions: readonly string[]): void => {
  const resource = fields.text('Resource');
  if (resource === undefined || actions.some((action) => resource.endsWith(`:states:::s3:${action}`))) return;
  fields.wrong('Resource', notRecognized(resource));
};

const reader = (fields: Fields): ItemReader => {
  fields.only(['Resource', 'ReaderConfig', argumentsField(fields)]);
  fields.require('Resource');
  checkResource(fields, 'getObject', 'listObjectsV2');
  const config = fields.object('ReaderConfig');
  const resource = fields.text('Resource') ?? '';
  if (config) {
    checkReader(config);
    checkUse(config, resource.endsWith(':s3:listObjectsV2'));
  }
  return {
    resource,
    parameters: argumentsOf(fields) ?? (() => ({})),
    config: isObject(config?.json) ? config.json : {},
    maxItems:
      config && numberField(config, 'MaxItems', { minimum: 0, ...(config.has('MaxItems') && { maximum: MOST_ITEMS }) }),
  };
};

const BATCH_LIMITS = ['MaxItemsPerBatch', 'MaxInputBytesPerBatch'];

const batcher = (fields: Fields): ItemBatcher => {
  fields.only([...withPaths(fields, BATCH_LIMITS), 'BatchInput']);
  for (const limit of BATCH_LIMITS) fields.exclusive(limit, `${limit}Path`);
  if (!BATCH_LIMITS.some((limit) => fields.has(limit) || fields.has(`${limit}Path`)))
    fields.wrong('', `At least one of these fields is required: [${BATCH_LIMITS.join(', ')}]`);
  return {
    maxItems: numberField(fields, 'MaxItemsPerBatch', { minimum: 1 }),
    maxBytes: numberField(fields, 'MaxInputBytesPerBatch', { minimum: 1 }),
    batchInput: template(fields, 'BatchInput'),
  };
};

const writer = (fields: Fields): ResultWriter => {
  fields.only(['Resource', 'WriterConfig', argumentsField(fields)]);
  checkResource(fields, 'putObject');
  if (!fields.has('Resource')) fields.require('WriterConfig');
  else fields.require(argumentsField(fields));
  const config = fields.object('WriterConfig');
  config?.only(['Transformation', 'OutputType']);
  return {
    resource: fields.text('Resource'),
    parameters: argumentsOf(fields),
    transformation: config?.word('Transformation', 'NONE', 'COMPACT', 'FLATTEN') ?? 'NONE',
    outputType: config?.word('OutputType', 'JSON', 'JSONL') ?? 'JSON',
  };
};

const LONGEST_LABEL = 40;
const NOT_IN_LABEL = /[\s?*<>{}[\]:;,\\|^~$#%&`"\p{Cc}]/u;

const labelOf = (fields: Fields): string | undefined => {
  const label = fields.text('Label');
  if (label === undefined) return undefined;
  const [odd] = NOT_IN_LABEL.exec(label) ?? [];
  if (label === '') fields.wrong('Label', 'Label cannot be empty');
  else if (label.length > LONGEST_LABEL) fields.wrong('Label', `Label cannot exceed ${LONGEST_LABEL} characters`);
  else if (odd !== undefined) fields.wrong('Label', `Label contains invalid character: '${odd}'`);
  return label;
};

export const parseDistribution = (fields: Fields, config: Fields): Distribution => {
  const read = fields.object('ItemReader');
  const batch = fields.object('ItemBatcher');
  const write = fields.object('ResultWriter');
  return {
    express: config.get('ExecutionType') === 'EXPRESS',
    label: labelOf(fields),
    reader: read && reader(read),
    batcher: batch && batcher(batch),
    writer: write && writer(write),
    toleratedCount: numberField(fields, 'ToleratedFailureCount', { minimum: 0 }),
    toleratedPercentage: numberField(fields, 'ToleratedFailurePercentage', {
      minimum: 0,
      maximum: 100,
      fraction: true,
    }),
  };
};
