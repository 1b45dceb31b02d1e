/** A JSON text, held in the record itself or, when long, in the payload bucket under a key made from its hash. */
export type StoredPayload =
  | { readonly kind: 'inline'; readonly json: string }
  | { readonly kind: 'object'; readonly key: string; readonly bytes: number };

/** Of its JSON. */
export const bytesOf = (payload: StoredPayload): number =>
  payload.kind === 'inline' ? Buffer.byteLength(payload.json) : payload.bytes;

/** Bytes of JSON above which a payload goes to S3: well under DynamoDB's 400 KB item, and cheap to write twice. */
export const inlineLimitBytes = 64 * 1024;

/**
 * The same for the results of a batch: DynamoDB bills a kilobyte of a write as a put of S3 an eighth of, all batches of a run share a
 * partition of 1,000 units a second, and whoever counts them reads them all.
 */
export const batchInlineLimitBytes = 4 * 1024;
