// The one way in which an object comes to be: body first, then its row, then the event, then the old body goes.
import { atomically } from '../../atomically.ts';
import { AwsError, type EngineContext, type Shape } from '../../service.ts';
import type { BodyFiles, BodyParts } from './body-files.ts';
import { bucketOf } from './buckets.ts';
import { checkWrite, checkWriteConditions } from './conditions.ts';
import { emitCreated } from './object-events.ts';
import type { ObjectTable, StoredObject } from './object-table.ts';

const MAX_KEY_BYTES = 1024;

/** What is to be stored, and why (`PutObject`, `CopyObject`, `CompleteMultipartUpload`). */
export interface ObjectDraft {
  readonly body: Uint8Array | BodyParts;
  readonly etag: string;
  readonly fields: Shape;
  readonly reason: string;
}

/** Stores an object under the Bucket and Key of `input` where its conditions hold. Throws AwsError. */
export type ObjectWriter = (input: Shape, draft: ObjectDraft) => Promise<StoredObject>;

/** Grows with every write and delete, and across restarts, as S3's own sequencer does. */
export const sequencers = (now: () => number): (() => string) => {
  let last = 0n;
  return () => {
    const next = BigInt(now()) << 20n;
    last = next > last ? next : last + 1n;
    return last.toString(16).toUpperCase().padStart(18, '0');
  };
};

const keyOf = (input: Shape): string => {
  const key = String(input.Key ?? '');
  if (key === '') throw new AwsError('InvalidArgument', 'Key must not be empty');
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) throw new AwsError('KeyTooLongError', 'Your key is too long');
  return key;
};

export const objectWriter = (
  context: EngineContext,
  table: ObjectTable,
  files: BodyFiles,
  nextSequencer: () => string,
): ObjectWriter => {
  return async (input, { body, etag, fields, reason }) => {
    const key = keyOf(input);
    checkWriteConditions(input);
    checkWrite(input, table.find(bucketOf(table, input).name, key)); // fail before the body is written
    const file = await files.write(body);
    // From here to the row nothing waits, so of two conditional writers one sees the other's object.
    let replaced: StoredObject | undefined;
    const object = (): StoredObject => ({
      bucket: String(input.Bucket),
      key,
      etag,
      size: body.length,
      modifiedMs: context.clock.now(),
      sequencer: nextSequencer(),
      file,
      fields,
    });
    try {
      const { name, sendsEvents } = bucketOf(table, input);
      replaced = table.find(name, key);
      checkWrite(input, replaced);
      const stored = object();
      // In one transaction: an object of which nobody was told stays untold.
      atomically(context.database, () => {
        table.put(stored);
        if (sendsEvents) emitCreated(context, stored, reason);
      });
      if (replaced !== undefined) await files.remove(replaced.file);
      return stored;
    } catch (error) {
      if (table.find(String(input.Bucket), key)?.file !== file) await files.remove(file);
      throw error;
    }
  };
};
