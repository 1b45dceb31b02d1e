// The file that a map over rows reads, with made rows, in the form that it is to have.
import type { MapNode, RowsFormat } from '../definition/index.ts';
import type { Json } from '../records/index.ts';
import { CannotVerifyError } from './refusals.ts';
import type { Stubs } from './stubs.ts';

export interface RowsText {
  readonly bucket: 'inbox' | 'artifacts';
  readonly key: string;
  readonly text: string;
}

const line = (values: readonly unknown[]): string =>
  values.map((value) => `"${String(value).replaceAll('"', '""')}"`).join(',');

const texts: { readonly [format in RowsFormat]: (rows: readonly Json[]) => string } = {
  json: (rows) => JSON.stringify(rows),
  jsonl: (rows) => rows.map((row) => JSON.stringify(row)).join('\n'),
  csv: (rows) =>
    [Object.keys((rows[0] ?? {}) as object), ...rows.map((row) => Object.values(row as object))].map(line).join('\n'),
};

export const fileOf = (node: MapNode, key: string, stubs: Stubs): RowsText => {
  const { bucket = 'inbox', format = 'json', under } = node.rows ?? {};
  if (typeof bucket !== 'string' || under || format === 'inventory' || format === 'listing')
    throw new CannotVerifyError(
      `${node.id} maps over objects that the matrix does not make: a list, an inventory, or a bucket of yours`,
    );
  return { bucket, key, text: texts[format](stubs.rows(node)) };
};
