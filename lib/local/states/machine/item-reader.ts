// ItemReader of a Distributed Map: the items come from S3. Every failure is States.ItemReaderFailed.
// https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html
import { zlib } from '../../late-modules.ts';
import { StateError } from '../errors.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import type { ItemReader, MapState } from '../parse/machine.ts';
import { DELIMITERS, parseCsv, toObjects } from './csv.ts';
import type { MapRuns } from './map-run.ts';
import type { Visit } from './visit.ts';

const failed = (cause: string): StateError => new StateError('States.ItemReaderFailed', cause);

const bodyOf = async (runs: MapRuns, bucket: Json | undefined, key: Json | undefined): Promise<Buffer> => {
  try {
    const answer = await runs.s3('GetObject', { Bucket: bucket, Key: key });
    return Buffer.from(answer.Body as Uint8Array);
  } catch (thrown) {
    throw failed(thrown instanceof Error ? thrown.message : String(thrown));
  }
};

/** `ItemsPointer`: a JSON pointer to the array inside the document. */
const follow = (document: Json, pointer: Json | undefined): Json => {
  if (typeof pointer !== 'string' || pointer === '') return document;
  let value: Json | undefined = document;
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    value = Array.isArray(value) ? (value as readonly Json[])[Number(key)] : isObject(value) ? value[key] : undefined;
  }
  return value ?? null;
};

const jsonItems = (text: string, pointer: Json | undefined): readonly Json[] => {
  let document: Json;
  try {
    document = JSON.parse(text) as Json;
  } catch (thrown) {
    throw failed(thrown instanceof Error ? thrown.message : String(thrown));
  }
  const items = follow(document, pointer);
  if (Array.isArray(items)) return items as readonly Json[];
  if (isObject(items) && pointer !== undefined) return Object.entries(items).map(([Key, Value]) => ({ Key, Value }));
  throw failed('Attempting to map over non-iterable node.');
};

const csvItems = (text: string, config: JsonObject): readonly Json[] => {
  const rows = parseCsv(text, DELIMITERS[String(config.CSVDelimiter ?? 'COMMA')] ?? ',');
  const given = config.CSVHeaderLocation === 'GIVEN';
  const headers = given && Array.isArray(config.CSVHeaders) ? config.CSVHeaders.map(String) : (rows[0] ?? []);
  if (new Set(headers).size !== headers.length) throw failed('CSV headers cannot contain duplicates.');
  return toObjects(headers, given ? rows : rows.slice(1));
};

const lines = (text: string): readonly Json[] =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as Json);

/** The objects that an S3 inventory manifest lists: CSV files without a header, compressed. */
const inventory = async (runs: MapRuns, text: string): Promise<readonly Json[]> => {
  const manifest = JSON.parse(text) as JsonObject;
  const headers = String(manifest.fileSchema ?? '')
    .split(',')
    .map((header) => header.trim());
  const bucket = String(manifest.destinationBucket ?? '').replace(/^arn:aws:s3:::/, '');
  const files = Array.isArray(manifest.files) ? (manifest.files as readonly JsonObject[]) : [];
  const items: Json[] = [];
  for (const file of files) {
    const body = await bodyOf(runs, bucket, file.key);
    const csv = String(file.key).endsWith('.gz') ? zlib().gunzipSync(body) : body;
    items.push(...toObjects(headers, parseCsv(csv.toString('utf8'), ',')));
  }
  return items;
};

/** An object of a list as Step Functions spells it: `Etag`, and the time in seconds. */
const listedObject = ({ ETag, Key, LastModified, Size, StorageClass }: JsonObject): Json => ({
  Etag: ETag ?? null,
  Key: Key ?? null,
  LastModified: Math.floor(Date.parse(String(LastModified)) / 1000),
  Size: Size ?? null,
  StorageClass: StorageClass ?? null,
});

const listed = async (runs: MapRuns, parameters: JsonObject, most: number): Promise<readonly Json[]> => {
  const items: Json[] = [];
  let token: unknown;
  do {
    const answer = await runs
      .s3('ListObjectsV2', { ...parameters, ...(token !== undefined && { ContinuationToken: token }) })
      .catch((thrown: unknown) => {
        throw failed(thrown instanceof Error ? thrown.message : String(thrown));
      });
    items.push(...((answer.Contents ?? []) as Json[]));
    token = answer.NextContinuationToken;
  } while (token !== undefined && items.length < most);
  return items.map((item) => (isObject(item) ? listedObject(item) : item));
};

const inFile = async (runs: MapRuns, config: JsonObject, bucket: Json, key: Json): Promise<readonly Json[]> => {
  const type = String(config.InputType ?? 'JSON');
  const body = await bodyOf(runs, bucket, key);
  const text = (String(key).endsWith('.gz') ? zlib().gunzipSync(body) : body).toString('utf8');
  if (type === 'JSON') return jsonItems(text, config.ItemsPointer);
  if (type === 'CSV') return csvItems(text, config);
  if (type === 'JSONL') return lines(text);
  if (type === 'MANIFEST') return inventory(runs, text);
  throw failed(`HDL521 the local engine does not read items of type ${type}`);
};

/** `LOAD_AND_FLATTEN`: the items in all the objects that are listed, one after the other. */
const inListed = async (runs: MapRuns, config: JsonObject, parameters: JsonObject, most: number): Promise<Json[]> => {
  const items: Json[] = [];
  for (const object of await listed(runs, parameters, Number.POSITIVE_INFINITY)) {
    if (items.length >= most) break;
    if (isObject(object)) items.push(...(await inFile(runs, config, parameters.Bucket ?? null, object.Key ?? null)));
  }
  return items;
};

const read = async (
  runs: MapRuns,
  { resource, config }: ItemReader,
  parameters: JsonObject,
  most: number,
): Promise<readonly Json[]> => {
  try {
    if (!resource.endsWith(':s3:listObjectsV2'))
      return await inFile(runs, config, parameters.Bucket ?? null, parameters.Key ?? null);
    if (config.Transformation === 'LOAD_AND_FLATTEN') return await inListed(runs, config, parameters, most);
    return await listed(runs, parameters, most);
  } catch (thrown) {
    // A file that is not what its InputType says.
    throw thrown instanceof StateError ? thrown : failed(thrown instanceof Error ? thrown.message : String(thrown));
  }
};

/** All items, at most MaxItems of them (0: all). */
export const readItems = async (
  visit: Visit<MapState>,
  reader: ItemReader,
  effective: Json,
): Promise<readonly Json[]> => {
  const { mapRuns } = visit.frame.execution.host;
  const scope = visit.scope(effective);
  const parameters = await reader.parameters(scope);
  const most = (await reader.maxItems?.(scope)) || Number.POSITIVE_INFINITY;
  const items = await read(mapRuns, reader, isObject(parameters) ? parameters : {}, most);
  return items.length > most ? items.slice(0, most) : items;
};
