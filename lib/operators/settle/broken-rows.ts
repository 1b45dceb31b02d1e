// What is wrong with rows that Step Functions could not read; and a copy of them that it can.
import { addressOf, type Scope, spreadOf } from '../../ledger/index.ts';
import { type MendedRows, mendedRows } from '../../records/index.ts';
import { AwsCallError } from '../../support/aws-call.ts';
import { listObjects } from '../../support/list-objects.ts';
import type { Services } from '../services.ts';
import type { Call } from './answer.ts';
import {
  filesOfInventory,
  inWords,
  markMalformed,
  problemOfList,
  problemOfTable,
  unpacked,
} from './problems-of-rows.ts';

/**
 * HDL731: a map is over an object of S3, or a bucket, that is not there or may not be read. Fix: put it there, or correct the key; then
 * `heddle resume`. HDL732 is of one that is there and cannot be read.
 */
const missing = (place: string, why: string): string =>
  `HDL731 ${place} ${why}. Fix: put it there, or correct what gives its key; then heddle resume`;

/**
 * HDL732: the object that a map is over is not what its format says: lines that are no JSON, no JSON list, a header of a table in which
 * a name is there twice. Fix: correct those lines, then `heddle resume`. Of JSON lines, up to 64 MB of them, only the lines named fail.
 */
const malformed = (place: string, problem: string): string =>
  `HDL732 ${place}: ${problem}. Fix: correct it, then heddle resume`;

/** Larger objects, and more of them, are not read into memory here: lines are parsed one by one, a list is as a whole, which takes many times its size. */
const mostBytes = (format: string): number => (format === 'jsonl' ? 64_000_000 : 8_000_000);
const mostObjects = 1_000;

export interface BrokenRows {
  /** What is wrong, in words for a person. */
  readonly cause?: string;
  readonly mended?: MendedRows;
}

type Aws = Services['aws'];

/** An object as it was read; without bytes, what is to be said of it instead. */
type Read = { readonly bytes: Buffer } | { readonly cause: string };

/** Undefined where the rows are not what broke the map, or nothing more is known than what Step Functions said. */
export const brokenRows = async (
  call: Call<'mapFailed'>,
  scope: Scope,
  { ledger, aws }: Services,
): Promise<BrokenRows | undefined> => {
  const { run, stage, items, rows, error } = call;
  if (!rows || error.Error !== 'States.ItemReaderFailed') return undefined;
  const key = await ledger.resolver().resolve(items, scope);
  const what = rows.under === 'prefix' ? 'the prefix of its files' : 'the key of its file';
  if (typeof key !== 'string' || (key === '' && rows.under === undefined))
    return { cause: missing(what, `is ${JSON.stringify(key)}`) };
  const listed =
    rows.under === 'prefix' ? await objectsUnder(aws, rows.bucket, key, mostBytes(rows.format)) : { keys: [key] };
  if (!listed || 'cause' in listed) return listed;

  const copies: { readonly key: string; readonly body: Buffer }[] = [];
  let cause: string | undefined;
  for (const one of rows.format === 'listing' ? [] : listed.keys) {
    const place = `s3://${rows.bucket}/${one}`;
    const read = await readObject(
      aws,
      rows.bucket,
      one,
      mostBytes(rows.format),
      `Step Functions cannot read it: ${error.Cause ?? ''}`,
    );
    if ('cause' in read) return read;
    if (rows.format === 'jsonl') {
      const { problems, copy } = markMalformed(read.bytes, rows.under ? one : undefined);
      // One that is unpacked is no longer a `.gz`.
      copies.push({ key: one.slice(key.length).replace(/\.gz$/, ''), body: copy });
      if (problems.length > 0) cause ??= malformed(place, inWords(problems));
    } else {
      const found =
        rows.format === 'inventory'
          ? await problemOfInventory(aws, place, read.bytes.toString())
          : problemIn(rows.format, place, read.bytes.toString());
      if (found !== undefined) return { cause: found };
    }
  }
  if (cause === undefined) return undefined;
  if (rows.mendIn === undefined || rows.mended || (await hasBegun(call, ledger))) return { cause };
  // What an earlier execution copied of other objects must not be among them.
  const { generation } = addressOf(run, stage);
  const mended = `${mendedRows(run.pipeline)}${run.id}/${stage}${rows.under ? `/${generation}/` : '.jsonl'}`;
  for (const { key: rest, body } of copies) {
    const stored = await aws.object('PUT', rows.mendIn, `${mended}${rest}`, { body: new Uint8Array(body) });
    await stored.body?.cancel();
    if (!stored.ok) return { cause };
  }
  return { cause, mended: { bucket: rows.mendIn, key: mended } };
};

/** The keys under a prefix; what is wrong where they cannot be listed; undefined where they are more than are looked at. */
const objectsUnder = async (
  aws: Aws,
  bucket: string,
  prefix: string,
  most: number,
): Promise<{ readonly keys: readonly string[] } | { readonly cause: string } | undefined> => {
  const keys: string[] = [];
  let bytes = 0;
  try {
    for await (const object of listObjects(aws, bucket, prefix)) {
      keys.push(object.key);
      bytes += object.bytes;
      if (keys.length > mostObjects || bytes > most) return undefined;
    }
    return { keys };
  } catch (thrown) {
    if (!(thrown instanceof AwsCallError)) throw thrown;
    return { cause: missing(`s3://${bucket}/${prefix}`, `cannot be listed: ${thrown.code}`) };
  }
};

const readObject = async (aws: Aws, bucket: string, key: string, most: number, otherwise: string): Promise<Read> => {
  const place = `s3://${bucket}/${key}`;
  const response = await aws.object('GET', bucket, key);
  if (!response.ok) {
    await response.body?.cancel();
    // Without the right to list a bucket, S3 says 403 of an object that is not there.
    return { cause: missing(place, `cannot be read: HTTP ${response.status}`) };
  }
  if (Number(response.headers.get('content-length') ?? 0) > most) {
    await response.body?.cancel();
    return { cause: malformed(place, otherwise) };
  }
  const bytes = Buffer.from(await response.arrayBuffer());
  const plain = key.endsWith('.gz') ? unpacked(bytes, most) : bytes;
  return 'problem' in plain ? { cause: malformed(place, plain.problem) } : { bytes: plain };
};

const problemIn = (format: string, place: string, text: string): string | undefined => {
  const problem = format === 'csv' ? problemOfTable(text) : problemOfList(text);
  return problem === undefined ? undefined : malformed(place, problem);
};

/** Of its manifest, or of the first of its files that cannot be read. */
const problemOfInventory = async (aws: Aws, place: string, text: string): Promise<string | undefined> => {
  const files = filesOfInventory(text);
  if ('problem' in files) return malformed(place, files.problem);
  for (const key of files.keys.slice(0, mostObjects)) {
    const response = await aws.object('GET', files.bucket, key, { headers: { range: 'bytes=0-0' } });
    await response.body?.cancel();
    if (!response.ok && response.status !== 416)
      return missing(`s3://${files.bucket}/${key}`, `which ${place} names, cannot be read: HTTP ${response.status}`);
  }
  return undefined;
};

/** Rows of another cut of the file must not be counted beside these. */
const hasBegun = async (
  { run, stage, spread }: Call<'mapFailed'>,
  { stages }: Services['ledger'],
): Promise<boolean> => {
  const at = addressOf(run, stage);
  const batches = { ...at, spread: spreadOf(await stages.get(at), spread) };
  for await (const page of stages.batchPages(batches)) if (page.length > 0) return true;
  return false;
};
