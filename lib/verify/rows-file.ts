// The files that a map over rows reads, with made rows, in the form that they are to have.
import type { MapNode, RowsBucket, RowsFormat } from '../definition/index.ts';
import type { Json } from '../records/index.ts';
import type { RowsText } from './stored.ts';
import type { Stubs } from './stubs.ts';

const line = (values: readonly unknown[]): string =>
  values.map((value) => `"${String(value).replaceAll('"', '""')}"`).join(',');

const valuesOf = (rows: readonly Json[]): readonly string[] => rows.map((row) => line(Object.values(row as object)));
const namesOf = ([row]: readonly Json[]): readonly string[] => Object.keys((row ?? {}) as object);

const texts: { readonly [format in RowsFormat]: (rows: readonly Json[]) => string } = {
  json: (rows) => JSON.stringify(rows),
  jsonl: (rows) => rows.map((row) => JSON.stringify(row)).join('\n'),
  csv: (rows) => [line(namesOf(rows)), ...valuesOf(rows)].join('\n'),
};

/** S3's limit. */
export const longestKey = 1_024;

/** One object; under a prefix two, with a row in the first; of an inventory its manifest and a file that this names. */
export const filesOf = (
  node: MapNode,
  key: string,
  stubs: Stubs,
  nameOf: (bucket: RowsBucket) => string,
): readonly RowsText[] => {
  const { bucket = 'inbox', format = 'json', under } = node.rows ?? {};
  if (format === 'listing') return [{ bucket, key: `${key}0`, text: '' }];
  const rows = stubs.rows(node);
  if (format === 'inventory') {
    const data = `${key}.data.csv`;
    const manifest = {
      fileSchema: namesOf(rows).join(', '),
      destinationBucket: `arn:aws:s3:::${nameOf(bucket)}`,
      files: [{ key: data }],
    };
    return [
      { bucket, key: data, text: valuesOf(rows).join('\n') },
      { bucket, key, text: JSON.stringify(manifest) },
    ];
  }
  if (under === undefined) return [{ bucket, key, text: texts[format](rows) }];
  return [rows.slice(0, 1), rows.slice(1)].map((part, index) => ({
    bucket,
    key: `${key}${index}`,
    text: texts[format](part),
  }));
};
