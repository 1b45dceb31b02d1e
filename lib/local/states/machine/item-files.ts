// What is in a file of items, in groups, as it is read: memory holds a piece of the file and what came of it.
import { zlib } from '../../late-modules.ts';
import { StateError } from '../errors.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { CsvRows, DELIMITERS, toObject } from './csv.ts';
import { type Items, itemsIn } from './map-items.ts';
import type { MapRuns } from './map-run.ts';

/** Rows or lines in groups, in their order. */
type Rows = AsyncIterable<readonly Json[]>;

const PIECE_BYTES = 1_048_576;

export const readerFailed = (cause: string): StateError => new StateError('States.ItemReaderFailed', cause);

const because = (thrown: unknown): StateError =>
  thrown instanceof StateError ? thrown : readerFailed(thrown instanceof Error ? thrown.message : String(thrown));

export const s3Call = async (runs: MapRuns, operation: string, input: JsonObject): Promise<JsonObject> => {
  try {
    return (await runs.s3(operation, input)) as JsonObject; // what S3 answers, but for bodies
  } catch (thrown) {
    throw because(thrown);
  }
};

/** An object in S3: the parameters of GetObject. */
export type Place = JsonObject;

async function* bytesOf(runs: MapRuns, place: Place): AsyncGenerator<Uint8Array> {
  const get = async (more: JsonObject) =>
    (await s3Call(runs, 'GetObject', { ...place, ...more })) as unknown as { Body: Uint8Array };
  // Only a GET says why there is no such object.
  const head = await runs.s3('HeadObject', place).catch(() => undefined);
  if (!head) yield (await get({})).Body;
  else {
    const size = Number(head.ContentLength);
    for (let start = 0; start < size; start += PIECE_BYTES) {
      const Range = `bytes=${start}-${Math.min(start + PIECE_BYTES, size) - 1}`;
      yield (await get({ Range, IfMatch: String(head.ETag) })).Body;
    }
  }
}

/** What unpacks an object of that name. */
const unpackerOf = (key: string) => {
  if (key.endsWith('.gz')) return zlib().createGunzip();
  return /\.zstd?$/.test(key) ? zlib().createZstdDecompress() : undefined;
};

/** The text of an object, in pieces; what its name says is packed is unpacked. */
async function* textOf(runs: MapRuns, place: Place): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf8', { ignoreBOM: true });
  const bytes = bytesOf(runs, place);
  const unpacked = unpackerOf(String(place.Key));
  // What the packed bytes fail with, the unpacked ones do.
  if (unpacked) process.getBuiltinModule('node:stream').pipeline(bytes, unpacked, () => undefined);
  const pieces: AsyncIterator<Uint8Array> = (unpacked ?? bytes)[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { value, done } = await runs.untimed(() => pieces.next());
      if (done === true) break;
      yield decoder.decode(value, { stream: true });
    }
  } finally {
    await pieces.return?.();
  }
  yield decoder.decode();
}

async function* csvItems(texts: AsyncIterable<string>, config: JsonObject): Rows {
  const given = config.CSVHeaderLocation === 'GIVEN' && Array.isArray(config.CSVHeaders);
  let headers = given ? (config.CSVHeaders as readonly Json[]).map(String) : undefined;
  const rows = new CsvRows(DELIMITERS[String(config.CSVDelimiter ?? 'COMMA')] ?? ',');
  const itemsOf = (group: readonly string[][]): readonly Json[] => {
    const isFirst = headers === undefined;
    headers ??= group[0];
    if (headers && isFirst) checkHeaders(headers);
    return (isFirst ? group.slice(1) : group).map((cells) => toObject(headers ?? [], cells));
  };
  if (headers) checkHeaders(headers);
  for await (const text of texts) yield itemsOf(rows.push(text));
  yield itemsOf(rows.end());
}

/** AWS: headers of a text file have at most this size. */
const MOST_HEADER_BYTES = 10_240;

const checkHeaders = (headers: readonly string[]): void => {
  if (Buffer.byteLength(headers.join('')) > MOST_HEADER_BYTES)
    throw readerFailed(`CSV headers cannot have more than ${MOST_HEADER_BYTES} bytes.`);
  if (new Set(headers).size !== headers.length) throw readerFailed('CSV headers cannot contain duplicates.');
};

async function* lineItems(texts: AsyncIterable<string>): Rows {
  let line = 0;
  const parsed = (text: string): readonly Json[] => {
    line++;
    if (text.trim() === '') return [];
    try {
      return [JSON.parse(text) as Json];
    } catch (thrown) {
      throw readerFailed(`line ${line}: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    }
  };
  let rest = '';
  for await (const text of texts) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    yield lines.flatMap(parsed);
  }
  yield parsed(rest);
}

/** `ItemsPointer`: a JSON pointer to the array inside the document. */
export const follow = (document: Json, pointer: Json | undefined): Json => {
  if (typeof pointer !== 'string' || pointer === '') return document;
  let value: Json | undefined = document;
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    value = Array.isArray(value) ? (value as readonly Json[])[Number(key)] : isObject(value) ? value[key] : undefined;
  }
  return value ?? null;
};

const whole = async (texts: AsyncIterable<string>): Promise<Json> => {
  let text = '';
  for await (const piece of texts) text += piece;
  return JSON.parse(text) as Json;
};

const jsonItems = async (texts: AsyncIterable<string>, pointer: Json | undefined): Promise<Items> => {
  const items = follow(await whole(texts), pointer);
  if (Array.isArray(items) || (isObject(items) && pointer !== undefined)) return itemsIn(items);
  throw readerFailed('Attempting to map over non-iterable node.');
};

/** The objects that an S3 inventory manifest lists: CSV files without a header, compressed. */
async function* inventoryItems(runs: MapRuns, texts: AsyncIterable<string>, config: JsonObject): Rows {
  const manifest = (await whole(texts)) as JsonObject;
  if (!isObject(manifest) || !Array.isArray(manifest.files) || typeof manifest.fileSchema !== 'string')
    throw readerFailed('The manifest of the S3 inventory has no fileSchema or files.');
  const { fileFormat = 'CSV' } = manifest;
  if (fileFormat !== 'CSV') throw readerFailed(`The S3 inventory has the format ${fileFormat}; only CSV is supported.`);
  const CSVHeaders = manifest.fileSchema.split(',').map((header) => header.trim());
  const Bucket = String(manifest.destinationBucket ?? '').replace(/^arn:aws:s3:::/, '');
  for (const file of manifest.files as readonly JsonObject[])
    yield* csvItems(textOf(runs, { Bucket, Key: file.key ?? null }), {
      ...config,
      CSVHeaderLocation: 'GIVEN',
      CSVHeaders,
    });
}

const rowsOf = (type: string, runs: MapRuns, texts: AsyncIterable<string>, config: JsonObject): Rows => {
  if (type === 'CSV') return csvItems(texts, config);
  if (type === 'JSONL') return lineItems(texts);
  if (type === 'MANIFEST') return inventoryItems(runs, texts, config);
  throw readerFailed(`HDL521 the local engine does not read items of type ${type}`);
};

/** The files that Athena's manifest of an UNLOAD lists, one a line. Throws States.ItemReaderFailed. */
export async function* unloadedFiles(runs: MapRuns, place: Place): AsyncGenerator<Place> {
  const fileIn = ([uri = '']: readonly string[]): Place => {
    const [, Bucket, Key] = /^s3:\/\/([^/]+)\/(.+)$/i.exec(uri) ?? [];
    if (Bucket === undefined || Key === undefined)
      throw readerFailed(`'${uri}' in the manifest is no address of a file; s3://bucket/key is expected.`);
    return { Bucket, Key };
  };
  const rows = new CsvRows(',');
  try {
    for await (const text of textOf(runs, place)) yield* rows.push(text).map(fileIn);
    yield* rows.end().map(fileIn);
  } catch (thrown) {
    throw because(thrown);
  }
}

/** The items in a file of a type. Throws States.ItemReaderFailed for one that is not there, or is not what its type says. */
export async function* itemsInFile(runs: MapRuns, config: JsonObject, place: Place): AsyncGenerator<Items> {
  const type = config.ManifestType === 'S3_INVENTORY' ? 'MANIFEST' : String(config.InputType ?? 'JSON');
  const texts = textOf(runs, place);
  try {
    if (type === 'JSON') yield await jsonItems(texts, config.ItemsPointer);
    else for await (const items of rowsOf(type, runs, texts, config)) yield { items };
  } catch (thrown) {
    throw because(thrown);
  }
}
