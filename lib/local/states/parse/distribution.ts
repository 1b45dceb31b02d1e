// What a Distributed Map adds: a reader of items, batches, a writer of results, tolerated failures.
import { isObject } from '../json.ts';
import { template } from './data-flow.ts';
import type { Fields } from './fields.ts';
import type { Distribution, ItemBatcher, ItemReader, ResultWriter } from './machine.ts';
import { numberField } from './numbers.ts';

const argumentsOf = (fields: Fields) => template(fields, fields.language === 'JSONata' ? 'Arguments' : 'Parameters');

const reader = (fields: Fields): ItemReader => {
  fields.require('Resource');
  const config = fields.object('ReaderConfig');
  return {
    resource: fields.text('Resource') ?? '',
    parameters: argumentsOf(fields) ?? (() => ({})),
    config: isObject(config?.json) ? config.json : {},
    maxItems: config && numberField(config, 'MaxItems', { minimum: 0 }),
  };
};

const batcher = (fields: Fields): ItemBatcher => ({
  maxItems: numberField(fields, 'MaxItemsPerBatch', { minimum: 1 }),
  maxBytes: numberField(fields, 'MaxInputBytesPerBatch', { minimum: 1 }),
  batchInput: template(fields, 'BatchInput'),
});

const writer = (fields: Fields): ResultWriter => {
  const config = fields.object('WriterConfig');
  const transformation = config?.text('Transformation');
  return {
    resource: fields.text('Resource'),
    parameters: argumentsOf(fields),
    transformation: transformation === 'COMPACT' || transformation === 'FLATTEN' ? transformation : 'NONE',
    outputType: config?.text('OutputType') === 'JSONL' ? 'JSONL' : 'JSON',
  };
};

export const parseDistribution = (fields: Fields, config: Fields): Distribution => {
  const read = fields.object('ItemReader');
  const batch = fields.object('ItemBatcher');
  const write = fields.object('ResultWriter');
  return {
    express: config.get('ExecutionType') === 'EXPRESS',
    label: fields.text('Label'),
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
