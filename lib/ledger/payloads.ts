// Payloads: JSON kept in the record while small, else in S3 under a key made from its hash, so that writing twice is harmless.
import { batchInlineLimitBytes, type ItemResult, inlineLimitBytes, type StoredPayload } from '../records/index.ts';
import type { Aws } from '../support/aws-call.ts';
import { sha256 } from '../support/sha256.ts';

export interface Payloads {
  /** `pipeline` decides the prefix, which the stages' roles are limited to. */
  store(pipeline: string, value: unknown): Promise<StoredPayload>;
  /** Always in S3: for what stands in a record that is written often. */
  storeApart(pipeline: string, value: unknown): Promise<StoredPayload>;
  /** The outcomes of a batch, which go to S3 sooner. */
  storeResults(pipeline: string, results: readonly ItemResult[]): Promise<StoredPayload>;
  /** Text in S3, under a key made from its hash, which it gives. */
  storeText(pipeline: string, text: string): Promise<string>;
  /** The bucket of what is in S3. */
  readonly bucket: string;
  /** Throws PayloadGoneError. */
  load(payload: StoredPayload): Promise<unknown>;
  /** False for a payload whose object is gone from the bucket. */
  exists(payload: StoredPayload): Promise<boolean>;
}

/** The object of a payload is not in the bucket any more. */
export class PayloadGoneError extends Error {
  override readonly name = 'PayloadGoneError';
}

/** Parsed payloads of S3 that a warm Lambda keeps: their keys are hashes, so they cannot go stale. */
const cachedPayloads = 4;

/** Parsed payloads by key. */
export type PayloadCache = Map<string, Promise<unknown>>;
export const newPayloadCache = (): PayloadCache => new Map();

/** Without the right to list a bucket, S3 says 403 of an object that is not there. */
const isGone = ({ status }: Response): boolean => status === 404 || status === 403;

export const openPayloads = (aws: Aws, bucket: string, cache: PayloadCache): Payloads => {
  const fetchObject = async (key: string): Promise<unknown> => {
    const response = await aws.object('GET', bucket, key);
    if (isGone(response)) {
      const or = response.status === 403 ? ', or may not be read' : '';
      throw new PayloadGoneError(`s3://${bucket}/${key} is gone${or}`);
    }
    if (!response.ok) throw new Error(`the payload s3://${bucket}/${key} could not be read: HTTP ${response.status}`);
    return response.json();
  };

  const store = async (pipeline: string, value: unknown, limitBytes: number): Promise<StoredPayload> => {
    const json = JSON.stringify(value);
    const bytes = Buffer.byteLength(json);
    if (bytes <= limitBytes) return { kind: 'inline', json };
    return { kind: 'object', key: await storeText(pipeline, json), bytes };
  };

  const storeText = async (pipeline: string, text: string): Promise<string> => {
    const key = `payloads/${pipeline}/${sha256(text)}.json`;
    const response = await aws.object('PUT', bucket, key, {
      body: text,
      headers: { 'content-type': 'application/json' },
    });
    await response.arrayBuffer();
    if (!response.ok)
      throw new Error(`the payload s3://${bucket}/${key} could not be written: HTTP ${response.status}`);
    return key;
  };

  return {
    bucket,
    storeText,
    store: (pipeline, value) => store(pipeline, value, inlineLimitBytes),
    storeApart: (pipeline, value) => store(pipeline, value, 0),
    storeResults: (pipeline, results) => store(pipeline, results, batchInlineLimitBytes),

    exists: async (payload) => {
      if (payload.kind === 'inline') return true;
      const response = await aws.object('GET', bucket, payload.key, { headers: { range: 'bytes=0-0' } });
      await response.arrayBuffer();
      if (isGone(response)) return false;
      if (response.ok) return true;
      throw new Error(`the payload s3://${bucket}/${payload.key} could not be looked at: HTTP ${response.status}`);
    },

    load: (payload) => {
      if (payload.kind === 'inline') return Promise.resolve(JSON.parse(payload.json));
      const known = cache.get(payload.key);
      if (known) return known;
      const loading = fetchObject(payload.key);
      cache.set(payload.key, loading);
      loading.catch(() => cache.delete(payload.key));
      const oldest = cache.keys().next();
      if (cache.size > cachedPayloads && !oldest.done) cache.delete(oldest.value);
      return loading;
    },
  };
};
