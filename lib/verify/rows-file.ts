// The file that a map over rows reads, with made rows, in the form that it is to have.
import type { MapNode, RowsBucket } from '../definition/index.ts';
import type { Stubs } from './stubs.ts';

export interface RowsText {
  readonly bucket: RowsBucket;
  readonly key: string;
  readonly text: string;
}

export const fileOf = (node: MapNode, key: string, stubs: Stubs): RowsText => {
  const { bucket, format } = node.rows ?? { bucket: 'inbox', format: 'json' };
  const rows = stubs.rows(node);
  const names = Object.keys((rows[0] ?? {}) as object);
  const line = (values: readonly unknown[]): string =>
    values.map((value) => `"${String(value).replaceAll('"', '""')}"`).join(',');
  const texts = {
    json: () => JSON.stringify(rows),
    jsonl: () => rows.map((row) => JSON.stringify(row)).join('\n'),
    csv: () => [names, ...rows.map((row) => Object.values(row as object))].map(line).join('\n'),
  };
  return { bucket, key, text: texts[format]() };
};
