// What lies in S3 of a bench. What is put there twice stays as it was the first time: lists of objects tell when each was written.
import type { RowsBucket } from '../definition/index.ts';
import { indexOutputs } from '../ledger/index.ts';
import type { Services as Engine } from '../local/index.ts';
import type { Services } from '../operators/index.ts';
import type { Json, MapResults } from '../records/index.ts';
import { invariant } from '../support/invariant.ts';
import { bucketName } from './deploy.ts';

export interface RowsText {
  readonly bucket: RowsBucket;
  readonly key: string;
  readonly text: string;
}

export interface Stored {
  put(files: readonly RowsText[]): Promise<void>;
  /** The objects under a prefix, as a map over them gets them. Where there are none, some are put there. */
  list(bucket: RowsBucket, prefix: string): Promise<readonly Json[]>;
  /** Stores what a map gives, for who reads it as a stream; gives its index. */
  index(pipeline: string, given: { readonly outputs: readonly Json[]; readonly failed: number }): Promise<MapResults>;
}

/** As S3 lists it. */
interface Listed {
  readonly Key: string;
  readonly ETag: string;
  readonly Size: number;
  readonly LastModified: unknown;
  readonly StorageClass: string;
}

const usualObjects = 3;

export const openStored = (engine: () => Engine, services: () => Services): Stored => {
  const known = new Map<string, string>();

  const put: Stored['put'] = async (files) => {
    for (const { bucket, key, text } of files) {
      const name = bucketName(bucket);
      if (known.get(`${name}/${key}`) === text) continue;
      const stored = await services().aws.object('PUT', name, key, { body: text });
      invariant(stored.ok, `the file ${key} could not be stored: HTTP ${stored.status}`);
      known.set(`${name}/${key}`, text);
    }
  };

  const listed = async (bucket: RowsBucket, Prefix: string): Promise<readonly Json[]> => {
    const found: Json[] = [];
    let token: unknown;
    do {
      const asked = {
        Bucket: bucketName(bucket),
        Prefix,
        ...(token === undefined ? {} : { ContinuationToken: token }),
      };
      const { Contents = [], NextContinuationToken } = await engine().service('s3').call('ListObjectsV2', asked);
      for (const { Key, ETag, Size, LastModified, StorageClass } of Contents as readonly Listed[]) {
        const seconds = Math.floor(Date.parse(String(LastModified)) / 1_000);
        found.push({ Key, Size, Etag: ETag, StorageClass, LastModified: seconds });
      }
      token = NextContinuationToken;
    } while (token !== undefined);
    return found;
  };

  return {
    put,
    list: async (bucket, prefix) => {
      const found = await listed(bucket, prefix);
      if (found.length > 0) return found;
      await put(
        Array.from({ length: usualObjects }, (_, n) => ({ bucket, key: `${prefix}${n}`, text: `object ${n}` })),
      );
      return listed(bucket, prefix);
    },
    index: async (pipeline, given) => {
      const { payloads } = services().ledger;
      return { bucket: payloads.bucket, ...(await indexOutputs(payloads, pipeline, given)) };
    },
  };
};
