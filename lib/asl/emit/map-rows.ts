// A map over what lies in S3: Step Functions reads it and hands out the rows themselves, a batch to each child.
import type { MapNode, RowsBucket, RowsFile } from '../../definition/index.ts';
import { type Json, mostRowBytes } from '../../records/index.ts';
import { expression } from '../control.ts';
import { mendRetry, overspent } from '../retry.ts';
import { caught, nothing, unchanged } from './flow-state.ts';
import { operator } from './operator.ts';
import { leadTo, type State } from './piece.ts';

/** What stands for the buckets in the definition. */
const bucketPlaceholders = { inbox: 'inboxBucket', artifacts: 'payloadBucket' } as const;

/** The name of a bucket, as text of the definition. */
export const bucketName = (bucket: RowsBucket): string =>
  typeof bucket === 'string' ? `\${${bucketPlaceholders[bucket]}}` : bucket.name;

const configs: { readonly [format in RowsFile['format']]: { readonly [field: string]: Json } } = {
  jsonl: { InputType: 'JSONL' },
  json: { InputType: 'JSON' },
  csv: { InputType: 'CSV', CSVHeaderLocation: 'FIRST_ROW' },
  inventory: { InputType: 'MANIFEST' },
  listing: {},
};

/** Rows of which one may be no JSON: their map is done over a copy without those, once. */
export const isMendable = ({ format }: RowsFile): boolean => format === 'jsonl';

/** The copy that was made in this execution; and the one that batches of an earlier one are of. */
const mendedOf = (id: string): string => `$states.input.mended.\`${id}\``;
const mendedBefore = (id: string): string => `$states.input.run.mended.\`${id}\``;

const readerOf = (node: MapNode, rows: RowsFile, first: string): State => {
  const key = expression(node.items);
  // Without a key nothing can be read: the map breaks off, and `settle` finds out why.
  const place = `$exists(${key}) ? ${key} : ''`;
  const bucket = bucketName(rows.bucket);
  const [mended, before] = [mendedOf(node.id), mendedBefore(first)];
  const ofCopy = (field: 'bucket' | 'key', otherwise: string): string =>
    `{% $exists(${mended}) ? ${mended}.${field} : $exists(${before}) ? ${before}.${field} : ${otherwise} %}`;
  const [Bucket, at] = isMendable(rows)
    ? [ofCopy('bucket', `'${bucket}'`), ofCopy('key', `(${place})`)]
    : [bucket, `{% ${place} %}`];
  if (rows.under === undefined)
    return {
      Resource: 'arn:aws:states:::s3:getObject',
      ReaderConfig: configs[rows.format],
      Arguments: { Bucket, Key: at },
    };
  return {
    Resource: 'arn:aws:states:::s3:listObjectsV2',
    ...(rows.format === 'listing'
      ? {}
      : { ReaderConfig: { ...configs[rows.format], Transformation: 'LOAD_AND_FLATTEN' } }),
    Arguments: { Bucket, Prefix: at },
  };
};

/** `first`: the stage of the Map in whose record a copy of the rows stands. */
export const rowsFields = (node: MapNode, rows: RowsFile, first: string): State => ({
  ItemReader: readerOf(node, rows, first),
  ItemSelector: {
    index: '{% $states.context.Map.Item.Index %}',
    value: '{% $states.context.Map.Item.Value %}',
  },
  ItemBatcher: {
    MaxItemsPerBatch: node.batch,
    MaxInputBytesPerBatch: Math.min(node.batchBytes ?? mostRowBytes, mostRowBytes),
    BatchInput: { run: '{% $states.input.run %}', chosen: '{% $states.input.chosen %}' },
  },
  // The outcomes are in the ledger. Without a writer the state would gather an answer of each child, 256 KiB at most.
  ResultWriter: {
    Resource: 'arn:aws:states:::s3:putObject',
    Arguments: { Bucket: '${payloadBucket}', Prefix: "{% 'map-runs/' & $states.input.run.pipeline %}" },
    WriterConfig: { Transformation: 'COMPACT', OutputType: 'JSON' },
  },
});

/** What is told of the rows of a map that broke off, to find out what is wrong with them. */
const rowsFacts = (node: MapNode, rows: RowsFile): State => ({
  bucket: bucketName(rows.bucket),
  format: rows.format,
  ...(rows.under ? { under: rows.under } : {}),
  ...(isMendable(rows) ? { mendIn: '${payloadBucket}', mended: `{% $exists(${mendedOf(node.id)}) %}` } : {}),
});

/** ASL: States.ALL leaves a row that is larger than the input of a state uncaught, and the whole execution fails. */
export const caughtTooLarge = (next: string): State => ({ ...caught(next), ErrorEquals: ['States.DataLimitExceeded'] });

/** `mend` has 15 minutes: it looks through up to 10 GB. */
const mendingSeconds = 960;

/**
 * The states after a map over rows broke off: `mend` finds out what is wrong with them; if it gives a copy of them that can be read, the
 * map has another go. Where that is more than it can do, `settle` records so.
 */
export const brokenStates = (
  node: MapNode,
  rows: RowsFile,
  broken: string,
  facts: State,
  output: string,
  next: string | null,
): { readonly [name: string]: State } => {
  const { id } = node;
  const [choice, end, unread] = [`${id}.mended`, `${id}.unmended`, `${id}.unread`];
  const told = rowsFacts(node, rows);
  const look = (to: string | null, given: string): State => ({
    ...operator('mend', { ...facts, rows: told }, given, to, mendRetry),
    TimeoutSeconds: mendingSeconds,
    Catch: [{ ErrorEquals: overspent, Output: unchanged, Next: unread }],
  });
  const givenUp = operator('settle', { ...facts, rows: { ...told, unread: true } }, output, next);
  if (!isMendable(rows)) return { [broken]: look(next, output), [unread]: givenUp };
  const mended = '$states.result.Payload.mended';
  const otherwise = output.slice('{% '.length, -' %}'.length);
  const given = `$merge([$states.input, {'mended': {${JSON.stringify(id)}: ${mended}}}])`;
  return {
    [broken]: look(choice, `{% $exists(${mended}) ? ${given} : ${otherwise} %}`),
    [choice]: {
      Type: 'Choice',
      Choices: [{ Condition: `{% $exists(${mendedOf(id)}) %}`, Next: id }],
      Default: next ?? end,
    },
    ...(next === null ? { [end]: { Type: 'Pass', Output: nothing, ...leadTo(null) } } : {}),
    [unread]: givenUp,
  };
};
