// Multipart uploads: parts wait in the database until they are joined or given up.
import { createHash } from 'node:crypto';
import { isShape } from '../../field-reader.ts';
import type { OperationTable } from '../../operation-table.ts';
import { AwsError, type EngineContext, type Shape } from '../../service.ts';
import { uuid } from '../../uuid.ts';
import type { BodyFiles, BodyParts } from './body-files.ts';
import { bucketOf } from './buckets.ts';
import { checkDigests, checksumsOf, etagOf } from './checksums.ts';
import { copyRangeOf } from './conditions.ts';
import { checksumAsked, joinedChecksum, partChecksum } from './multipart-checksums.ts';
import type { ObjectTable } from './object-table.ts';
import { bodyOf, encryption, readSource, storedFields } from './objects.ts';
import type { ObjectWriter } from './write-object.ts';

const MOST_PARTS = 10_000;
const MIN_PART_BYTES = 5 * 1024 * 1024; // all but the last

interface Part {
  readonly number: number;
  readonly etag: string;
  readonly bytes: number;
}

const numberIn = (input: Shape): number => {
  const number = Number(input.PartNumber);
  if (Number.isInteger(number) && number >= 1 && number <= MOST_PARTS) return number;
  throw new AwsError('InvalidArgument', `Part number must be an integer between 1 and ${MOST_PARTS}, inclusive`);
};

export const multipartOperations = (
  context: EngineContext,
  table: ObjectTable,
  files: BodyFiles,
  write: ObjectWriter,
): OperationTable => {
  const { database, clock } = context;
  database.exec(`
    CREATE TABLE IF NOT EXISTS s3_uploads
      (id TEXT PRIMARY KEY, bucket TEXT NOT NULL, key TEXT NOT NULL, fields TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS s3_parts
      (upload TEXT NOT NULL, number INTEGER NOT NULL, etag TEXT NOT NULL, body BLOB NOT NULL,
       PRIMARY KEY (upload, number));`);
  const putUpload = database.prepare('INSERT INTO s3_uploads VALUES (?, ?, ?, ?)');
  const oneUpload = database.prepare('SELECT fields FROM s3_uploads WHERE id = ? AND bucket = ? AND key = ?');
  const removeUpload = database.prepare('DELETE FROM s3_uploads WHERE id = ?');
  const putPart = database.prepare('INSERT OR REPLACE INTO s3_parts VALUES (?, ?, ?, ?)');
  const onePart = database.prepare('SELECT etag, length(body) AS bytes FROM s3_parts WHERE upload = ? AND number = ?');
  const bodyOfPart = database.prepare('SELECT body FROM s3_parts WHERE upload = ? AND number = ? AND etag = ?');
  const removeParts = database.prepare('DELETE FROM s3_parts WHERE upload = ?');

  const uploadOf = (input: Shape): { id: string; fields: Shape } => {
    const id = String(input.UploadId ?? '');
    const row = oneUpload.get(id, String(input.Bucket), String(input.Key));
    if (row === undefined) throw new AwsError('NoSuchUpload', 'The specified multipart upload does not exist.', 404);
    return { id, fields: JSON.parse(String(row.fields)) };
  };

  const forget = (id: string): void => {
    removeParts.run(id);
    removeUpload.run(id);
  };

  const partOf = (upload: string, asked: Shape): Part => {
    const number = Number(asked.PartNumber);
    const row = onePart.get(upload, number);
    const etag = String(asked.ETag ?? '').replaceAll('"', '');
    if (row === undefined || row.etag !== etag)
      throw new AwsError('InvalidPart', `Part ${String(asked.PartNumber)} was not uploaded or has another ETag.`);
    return { number, etag, bytes: Number(row.bytes) };
  };

  const joined = (upload: string, parts: readonly Part[]): BodyParts => ({
    length: parts.reduce((sum, { bytes }) => sum + bytes, 0),
    *[Symbol.iterator]() {
      for (const { number, etag } of parts) {
        const { body } = bodyOfPart.get(upload, number, etag) ?? {};
        if (!(body instanceof Uint8Array))
          throw new AwsError('InvalidPart', `Part ${number} was replaced or given up while it was joined.`);
        yield body;
      }
    },
  });

  const partsAsked = ({ MultipartUpload: list }: Shape): readonly Shape[] =>
    isShape(list) && Array.isArray(list.Parts) ? list.Parts.filter(isShape) : [];

  const partsOf = (upload: string, asked: readonly Shape[]): readonly Part[] => {
    if (asked.length === 0) throw new AwsError('MalformedXML', 'A multipart upload needs at least one part.');
    const numbers = asked.map((part) => Number(part.PartNumber));
    if (numbers.some((number, place) => number <= (numbers[place - 1] ?? 0)))
      throw new AwsError('InvalidPartOrder', 'The list of parts was not in ascending order.');
    const parts = asked.map((part) => partOf(upload, part));
    if (parts.slice(0, -1).some(({ bytes }) => bytes < MIN_PART_BYTES))
      throw new AwsError('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size');
    return parts;
  };

  return {
    CreateMultipartUpload: (input) => {
      const { name } = bucketOf(table, input);
      const id = uuid(context.random).replaceAll('-', '');
      const checksum = checksumAsked(input);
      putUpload.run(id, name, String(input.Key), JSON.stringify({ ...storedFields(input), ...checksum }));
      return { Bucket: name, Key: input.Key, UploadId: id, ...checksum };
    },
    UploadPart: (input) => {
      const { id } = uploadOf(input);
      const body = bodyOf(input);
      checkDigests(input, body);
      const etag = etagOf(body);
      putPart.run(id, numberIn(input), etag, body);
      return { ETag: `"${etag}"`, ...checksumsOf(input), ...encryption };
    },
    UploadPartCopy: async (input) => {
      const range = (size: number) => copyRangeOf(input.CopySourceRange, size);
      const { body } = await readSource({ table, files }, input, clock.now(), range);
      const { id, fields } = uploadOf(input); // not before: it may have been given up meanwhile
      const etag = etagOf(body);
      putPart.run(id, numberIn(input), etag, body);
      const LastModified = new Date(clock.now()).toISOString();
      const checksum = partChecksum(fields, body);
      return { CopyPartResult: { ETag: `"${etag}"`, LastModified, ...checksum }, ...encryption };
    },
    CompleteMultipartUpload: async (input) => {
      const { id, fields: stored } = uploadOf(input);
      const { ChecksumAlgorithm, ChecksumType, ...plain } = stored;
      const asked = partsAsked(input);
      const parts = partsOf(id, asked);
      const sum = { ChecksumAlgorithm, ChecksumType };
      const checksum = await joinedChecksum(sum, input, asked, joined(id, parts));
      const fields = { ...plain, ...checksum };
      const sums = Buffer.concat(parts.map(({ etag }) => Buffer.from(etag, 'hex')));
      const etag = `${createHash('md5').update(sums).digest('hex')}-${parts.length}`;
      await write(input, { body: joined(id, parts), etag, fields, reason: 'CompleteMultipartUpload' });
      forget(id);
      const { Bucket, Key } = input;
      return {
        Location: `${context.endpoint()}/${String(Bucket)}/${String(Key)}`,
        Bucket,
        Key,
        ETag: `"${etag}"`,
        ...checksum,
      };
    },
    AbortMultipartUpload: (input) => {
      forget(uploadOf(input).id);
      return {};
    },
  };
};
