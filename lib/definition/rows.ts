// A file of rows in S3 as the items of a map: the map reads it as a stream, so that its rows need not be in the ledger.
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Bound } from './ref.ts';

/** Where a file of rows may lie: the bucket that objects are dropped into, or that of payloads and artifacts. */
export type RowsBucket = 'inbox' | 'artifacts';
/** One JSON value a line; a table with a header line, whose values are all text; or one JSON list. */
export type RowsFormat = 'jsonl' | 'csv' | 'json';

/** What is known of a file of rows before it is there. `row` is the contract of one row as it lies in the file. */
export interface RowsFile {
  readonly kind: 'rows';
  readonly bucket: RowsBucket;
  readonly format: RowsFormat;
  readonly row: StandardSchemaV1;
}

/** The rows of a file, for `flow.map`. */
export interface Rows<Item> extends RowsFile {
  readonly key: Bound<string>;
  readonly gives?: Item;
}

/**
 * The rows of an object in S3, read as a stream: a million of them pass through the map, none through the ledger. A row may
 * have up to 180 KB. `.gz` files are unpacked.
 *
 * @example
 * flow.map(score, fromS3({ bucket: 'inbox', key: flow.input.key, format: 'csv', row: z.object({ text: z.string() }) }),
 *   (row) => ({ text: row.text }), { batch: 500, concurrency: 200 });
 */
export const fromS3 = <Row extends StandardSchemaV1>(options: {
  readonly bucket: RowsBucket;
  readonly key: Bound<string>;
  readonly format: RowsFormat;
  readonly row: Row;
}): Rows<StandardSchemaV1.InferInput<Row>> => ({
  kind: 'rows',
  ...options,
});
