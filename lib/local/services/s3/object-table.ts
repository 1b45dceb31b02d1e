// Buckets and what is known of each object, in the engine's database. Bodies are files, see body-files.ts.
import type { DatabaseSync } from 'node:sqlite';
import type { Shape } from '../../service.ts';

/** One stored object. Times are milliseconds since the epoch, sizes are bytes; `etag` is bare (no quotes). */
export interface StoredObject {
  readonly bucket: string;
  readonly key: string;
  readonly etag: string;
  readonly size: number;
  readonly modifiedMs: number;
  readonly sequencer: string;
  /** Name of the file that holds the body. */
  readonly file: string;
  /** Content type, other stored headers, checksums and user metadata, as output fields. */
  readonly fields: Shape;
}

/** A time as S3 tells of it, in lists as in headers: whole seconds. */
export const wholeSeconds = (ms: number): string => new Date(Math.floor(ms / 1000) * 1000).toISOString();

export interface Bucket {
  readonly name: string;
  readonly createdMs: number;
  readonly sendsEvents: boolean;
}

/** Keys after `after`, in the byte order of their UTF-8 text, that start with `prefix`. */
export interface KeyPage {
  readonly bucket: string;
  readonly prefix: string;
  readonly after: string;
  readonly limit: number;
}

export interface ObjectTable {
  bucket(name: string): Bucket | undefined;
  buckets(): readonly Bucket[];
  putBucket(bucket: Bucket): void;
  deleteBucket(name: string): void;
  isEmpty(bucket: string): boolean;
  find(bucket: string, key: string): StoredObject | undefined;
  put(object: StoredObject): void;
  remove(bucket: string, key: string): void;
  page(page: KeyPage): readonly StoredObject[];
  files(): ReadonlySet<string>;
}

type Row = Record<string, unknown>;

const objectOf = (row: Row): StoredObject => ({
  bucket: String(row.bucket),
  key: String(row.key),
  etag: String(row.etag),
  size: Number(row.size),
  modifiedMs: Number(row.modified_ms),
  sequencer: String(row.sequencer),
  file: String(row.file),
  fields: JSON.parse(String(row.fields)),
});

const bucketOf = (row: Row): Bucket => ({
  name: String(row.name),
  createdMs: Number(row.created_ms),
  sendsEvents: row.sends_events === 1,
});

const HIGHEST = '\u{10ffff}'; // sorts after every key that shares a prefix

/** Opens the tables, made where they are missing. */
export const objectTable = (database: DatabaseSync): ObjectTable => {
  database.exec(`
    CREATE TABLE IF NOT EXISTS s3_buckets
      (name TEXT PRIMARY KEY, created_ms INTEGER NOT NULL, sends_events INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS s3_objects
      (bucket TEXT NOT NULL, key TEXT NOT NULL, etag TEXT NOT NULL, size INTEGER NOT NULL, modified_ms INTEGER NOT NULL,
       sequencer TEXT NOT NULL, file TEXT NOT NULL, fields TEXT NOT NULL, PRIMARY KEY (bucket, key)) WITHOUT ROWID;`);
  const oneBucket = database.prepare('SELECT * FROM s3_buckets WHERE name = ?');
  const allBuckets = database.prepare('SELECT * FROM s3_buckets ORDER BY name');
  const putBucket = database.prepare('INSERT OR REPLACE INTO s3_buckets VALUES (?, ?, ?)');
  const deleteBucket = database.prepare('DELETE FROM s3_buckets WHERE name = ?');
  const anyObject = database.prepare('SELECT 1 FROM s3_objects WHERE bucket = ? LIMIT 1');
  const oneObject = database.prepare('SELECT * FROM s3_objects WHERE bucket = ? AND key = ?');
  const putObject = database.prepare('INSERT OR REPLACE INTO s3_objects VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  const removeObject = database.prepare('DELETE FROM s3_objects WHERE bucket = ? AND key = ?');
  const pageOf = database.prepare(
    'SELECT * FROM s3_objects WHERE bucket = ? AND key > ? AND key >= ? AND key < ? ORDER BY key LIMIT ?',
  );
  const allFiles = database.prepare('SELECT file FROM s3_objects');
  return {
    bucket: (name) => {
      const row = oneBucket.get(name);
      return row && bucketOf(row);
    },
    buckets: () => allBuckets.all().map(bucketOf),
    putBucket: ({ name, createdMs, sendsEvents }) => void putBucket.run(name, createdMs, sendsEvents ? 1 : 0),
    deleteBucket: (name) => void deleteBucket.run(name),
    isEmpty: (bucket) => anyObject.get(bucket) === undefined,
    find: (bucket, key) => {
      const row = oneObject.get(bucket, key);
      return row && objectOf(row);
    },
    put: ({ bucket, key, etag, size, modifiedMs, sequencer, file, fields }) =>
      void putObject.run(bucket, key, etag, size, modifiedMs, sequencer, file, JSON.stringify(fields)),
    remove: (bucket, key) => void removeObject.run(bucket, key),
    page: ({ bucket, prefix, after, limit }) =>
      pageOf.all(bucket, after, prefix, prefix + HIGHEST, limit).map(objectOf),
    files: () => new Set(allFiles.all().map((row) => String(row.file))),
  };
};
