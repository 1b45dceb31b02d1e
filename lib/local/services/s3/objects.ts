// Operations on objects.
import { atomically } from '../../atomically.ts';
import { isShape } from '../../field-reader.ts';
import type { OperationTable } from '../../operation-table.ts';
import { AwsError, type EngineContext, notImplemented, type Shape } from '../../service.ts';
import type { BodyFiles } from './body-files.ts';
import { bucketOf } from './buckets.ts';
import { CHECKSUM_FIELDS, checkDigests, checksumsOf, copiedChecksums, etagOf } from './checksums.ts';
import { COPY_SOURCE, checkRead, checkWrite, noSuchKey, rangeOf } from './conditions.ts';
import { emitDeleted } from './object-events.ts';
import { type ObjectTable, type StoredObject, wholeSeconds } from './object-table.ts';
import type { ObjectWriter } from './write-object.ts';

const STORED_FIELDS = [
  'CacheControl',
  'ContentDisposition',
  'ContentEncoding',
  'ContentLanguage',
  'Expires',
  ...CHECKSUM_FIELDS,
];
const MOST_DELETED = 1000;
const DEFAULT_TYPE = 'binary/octet-stream'; // what S3 itself gives an object that came without one
/** S3 encrypts every object with keys of its own and says so; the engine only says so, to answer alike. */
export const encryption = { ServerSideEncryption: 'AES256' };

/** What of an upload's input is kept with the object and given back when it is read. */
export const storedFields = (input: Shape): Shape => ({
  ContentType: input.ContentType ?? DEFAULT_TYPE,
  ...Object.fromEntries(STORED_FIELDS.flatMap((field) => (input[field] === undefined ? [] : [[field, input[field]]]))),
  Metadata: input.Metadata ?? {},
});

/** The bytes of an upload. */
export const bodyOf = (input: Shape): Uint8Array => {
  const { Body: body } = input;
  if (body === undefined) return new Uint8Array();
  if (body instanceof Uint8Array) return body;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)); // Step Functions gives JSON values
};

/** The checksums that came with an object, and what they are of. */
const checked = (fields: Shape): Shape => {
  const checksums = checksumsOf(fields);
  return Object.keys(checksums).length === 0
    ? {}
    : { ...checksums, ChecksumType: fields.ChecksumType ?? 'FULL_OBJECT' };
};

const withoutChecksums = (fields: Shape): Shape =>
  Object.fromEntries(Object.entries(fields).filter(([field]) => !field.startsWith('Checksum')));

/** Fields of an answer that a read may have otherwise than they are stored, as the links do that S3 signs. */
const overrides = (input: Shape): Shape =>
  Object.fromEntries(
    Object.entries(input).flatMap(([field, value]) =>
      field.startsWith('Response') && value !== undefined ? [[field.slice('Response'.length), value]] : [],
    ),
  );

/** What is told of an object with its bytes, or without them. */
const headOf = (object: StoredObject, input: Shape): { readonly bytes: Bytes; readonly head: Shape } => {
  const range = rangeOf(input.Range, object.size);
  const bytes = range ?? { start: 0, end: object.size - 1 };
  const length = bytes.end - bytes.start + 1;
  const head = {
    ...withoutChecksums(object.fields),
    ...(input.ChecksumMode === 'ENABLED' && length === object.size && checked(object.fields)),
    AcceptRanges: 'bytes',
    ...encryption,
    ContentLength: length,
    ...(range !== undefined && { ContentRange: `bytes ${range.start}-${range.end}/${object.size}` }),
    ETag: `"${object.etag}"`,
    LastModified: wholeSeconds(object.modifiedMs),
    ...overrides(input),
  };
  return { bytes, head };
};

/** AWS: a bucket without versions has one of each object, which is called null. */
const checkVersion = (version: unknown): void => {
  if (version !== undefined && version !== null && version !== 'null')
    throw new AwsError('NoSuchVersion', 'The specified version does not exist.', 404);
};

/** Where objects are. */
export interface Stores {
  readonly table: ObjectTable;
  readonly files: BodyFiles;
}

/** From the first byte to the last, which belongs to them. */
interface Bytes {
  readonly start: number;
  readonly end: number;
}

// A writer may replace or delete the object, and remove its body, between the row and the file: then there is a newer row, or none.
const bytesOf = async (
  { table, files }: Stores,
  object: StoredObject,
  { start, end }: Bytes,
): Promise<Uint8Array | undefined> => {
  try {
    return await files.read(object.file, start, end - start + 1);
  } catch (error) {
    if (table.find(object.bucket, object.key)?.file === object.file) throw error;
    return undefined;
  }
};

/** The object that a copy is of, where the conditions on it hold. */
const sourceOf = (table: ObjectTable, input: Shape, nowMs: number): StoredObject => {
  const [place = '', version = 'null'] = String(input.CopySource ?? '').split('?versionId='); // a key has its ? encoded
  if (version !== 'null') throw notImplemented('s3', 'a copy of a version (versionId)');
  const path = decodeURIComponent(place).replace(/^\//, '');
  const slash = path.indexOf('/');
  const [bucket, key] = [path.slice(0, slash), path.slice(slash + 1)];
  const source = table.find(bucketOf(table, { Bucket: bucket }).name, key);
  if (source === undefined) throw noSuchKey(key);
  checkRead(input, source, nowMs, COPY_SOURCE);
  return source;
};

/** What a copy is of, and those bytes of it that `range` gives. */
export const readSource = async (
  stores: Stores,
  input: Shape,
  nowMs: number,
  range: (size: number) => Bytes = (size) => ({ start: 0, end: size - 1 }),
): Promise<{ readonly source: StoredObject; readonly body: Uint8Array }> => {
  const source = sourceOf(stores.table, input, nowMs);
  const body = await bytesOf(stores, source, range(source.size));
  return body === undefined ? readSource(stores, input, nowMs, range) : { source, body };
};

export const objectOperations = (
  context: EngineContext,
  table: ObjectTable,
  files: BodyFiles,
  write: ObjectWriter,
  nextSequencer: () => string,
): OperationTable => {
  const find = (input: Shape): StoredObject => {
    const key = String(input.Key ?? '');
    const object = table.find(bucketOf(table, input).name, key);
    if (object === undefined) throw noSuchKey(key);
    checkVersion(input.VersionId);
    checkRead(input, object, context.clock.now());
    return object;
  };

  const put = async (input: Shape): Promise<Shape> => {
    const body = bodyOf(input);
    checkDigests(input, body);
    const draft = { body, etag: etagOf(body), fields: storedFields(input), reason: 'PutObject' };
    const { etag, fields } = await write(input, draft);
    return { ETag: `"${etag}"`, ...encryption, ...checked(fields) };
  };

  const get = async (input: Shape): Promise<Shape> => {
    const object = find(input);
    const { bytes, head } = headOf(object, input);
    const body = await bytesOf({ table, files }, object, bytes);
    return body === undefined ? get(input) : { ...head, Body: body };
  };

  const copy = async (input: Shape): Promise<Shape> => {
    const { source, body } = await readSource({ table, files }, input, context.clock.now());
    const isReplaced = input.MetadataDirective === 'REPLACE';
    const isSelf = source.bucket === input.Bucket && source.key === input.Key;
    if (isSelf && !isReplaced)
      throw new AwsError(
        'InvalidRequest',
        "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
      );
    const checksums = copiedChecksums(input, source.fields, body);
    const fields = { ...withoutChecksums(isReplaced ? storedFields(input) : source.fields), ...checksums };
    const { etag, modifiedMs } = await write(input, { body, etag: etagOf(body), fields, reason: 'CopyObject' });
    const LastModified = new Date(modifiedMs).toISOString();
    return { CopyObjectResult: { ETag: `"${etag}"`, LastModified, ...checked(fields) }, ...encryption };
  };

  // Deleting what is not there succeeds and tells nobody.
  const remove = async (input: Shape): Promise<void> => {
    const { name, sendsEvents } = bucketOf(table, input);
    const object = table.find(name, String(input.Key ?? ''));
    if (object === undefined) return;
    checkWrite(input, object);
    atomically(context.database, () => {
      table.remove(name, object.key);
      if (sendsEvents) emitDeleted(context, name, object.key, nextSequencer());
    });
    await files.remove(object.file);
  };

  const removeMany = async (input: Shape): Promise<Shape> => {
    const { Delete: list } = input;
    const objects = isShape(list) && Array.isArray(list.Objects) ? list.Objects.filter(isShape) : [];
    if (objects.length > MOST_DELETED)
      throw new AwsError('MalformedXML', `A request deletes at most ${MOST_DELETED} objects; found ${objects.length}.`);
    const Deleted: Shape[] = [];
    const Errors: Shape[] = [];
    for (const { Key, ETag, VersionId } of objects) {
      try {
        checkVersion(VersionId);
        await remove({ Bucket: input.Bucket, Key, ...(ETag !== undefined && { IfMatch: ETag }) });
        Deleted.push({ Key });
      } catch (error) {
        if (!(error instanceof AwsError) || error.code === 'NoSuchBucket') throw error;
        Errors.push({ Key, ...(VersionId !== undefined && { VersionId }), Code: error.code, Message: error.message });
      }
    }
    const isQuiet = isShape(list) && list.Quiet === true;
    return { ...(!isQuiet && { Deleted }), ...(Errors.length > 0 && { Errors }) };
  };

  return {
    PutObject: put,
    GetObject: get,
    HeadObject: (input) => {
      try {
        return headOf(find(input), input).head;
      } catch (error) {
        // A HEAD has no body to name the cause in: S3 says 404 and no more.
        if (error instanceof AwsError && error.status === 404) throw new AwsError('NotFound', 'Not Found', 404);
        throw error;
      }
    },
    CopyObject: copy,
    DeleteObject: async (input) => {
      await remove(input);
      return {};
    },
    DeleteObjects: removeMany,
  };
};
