// What lies in S3 as the items of a map: the map reads it as a stream, so that its rows need not be in the ledger.
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Bound } from './ref.ts';

/** Where rows may lie: the bucket that objects are dropped into, that of payloads and artifacts, or one of yours. */
export type RowsBucket = 'inbox' | 'artifacts' | { readonly name: string };
/** One JSON value a line; a table with a header line, whose values are all text; or one JSON list. */
export type RowsFormat = 'jsonl' | 'csv' | 'json';

/** What is known of rows before they are there. `row` is the contract of one row as it lies there. */
export interface RowsFile {
  readonly kind: 'rows';
  readonly bucket: RowsBucket;
  /** Of files, their format; of `inventory`, the rows of the files that its manifest names; of `listing`, the objects themselves. */
  readonly format: RowsFormat | 'inventory' | 'listing';
  /** Of all objects whose keys begin so, instead of one. */
  readonly under?: 'prefix';
  readonly row: StandardSchemaV1;
}

/** Rows, for `flow.map` and `flow.each`. */
export interface Rows<Item> extends RowsFile {
  /** Of the object; or what the keys of the objects begin with. */
  readonly key: Bound<string>;
  readonly gives?: Item;
}

type Place = { readonly key: Bound<string> } | { readonly prefix: Bound<string> };

/**
 * The rows of an object in S3, or of all objects under a prefix, read as a stream: a million of them pass through the map, none
 * through the ledger. A row may have up to 180 KB. `.gz` files are unpacked. Of an S3 inventory, `key` is that of its
 * `manifest.json`, and the rows are what it lists: text by the names of its columns.
 *
 * @example
 * flow.map(score, fromS3({ bucket: 'inbox', key: flow.input.key, format: 'csv', row: z.object({ text: z.string() }) }),
 *   (row) => ({ text: row.text }), { batch: 500, concurrency: 200 });
 * @example
 * fromS3({ bucket: { name: 'acme-inventories' }, key: flow.input.manifest, format: 'inventory', row: z.object({ Key: z.string() }) });
 */
export const fromS3 = <Row extends StandardSchemaV1>(
  options: { readonly bucket: RowsBucket; readonly row: Row } & (
    | ({ readonly format: RowsFormat } & Place)
    | { readonly format: 'inventory'; readonly key: Bound<string> }
  ),
): Rows<StandardSchemaV1.InferInput<Row>> => {
  const { bucket, format, row } = options;
  if ('key' in options) return { kind: 'rows', bucket, format, row, key: options.key };
  return { kind: 'rows', bucket, format, row, key: options.prefix, under: 'prefix' };
};

/** An object as S3 lists it. `LastModified` is seconds since 1970. */
export interface ListedObject {
  readonly Key: string;
  readonly Size: number;
  readonly Etag: string;
  readonly LastModified: number;
  readonly StorageClass: string;
}

/** Step Functions lists them: what it says of an object is taken for granted. */
const listedObject: StandardSchemaV1<ListedObject> & { readonly '~standard': { readonly jsonSchema: object } } = {
  '~standard': {
    version: 1,
    vendor: 'heddle',
    validate: (value) => ({ value: value as ListedObject }),
    jsonSchema: { input: () => listedSchema, output: () => listedSchema },
  },
};
const listedSchema = {
  type: 'object',
  properties: {
    Key: { type: 'string' },
    Size: { type: 'integer' },
    Etag: { type: 'string' },
    LastModified: { type: 'integer' },
    StorageClass: { type: 'string' },
  },
  required: ['Key', 'Size', 'Etag', 'LastModified', 'StorageClass'],
};

/**
 * The objects of a bucket whose keys begin with a prefix, as the items of a map: what S3 says of them, not what is in them.
 *
 * @example
 * flow.map(transcode, listS3({ bucket: 'inbox', prefix: 'videos/' }), (object) => ({ key: object.Key }), { batch: 1, concurrency: 100 });
 */
export const listS3 = ({
  bucket,
  prefix,
}: {
  readonly bucket: RowsBucket;
  readonly prefix: Bound<string>;
}): Rows<ListedObject> => ({
  kind: 'rows',
  bucket,
  format: 'listing',
  under: 'prefix',
  row: listedObject,
  key: prefix,
});
