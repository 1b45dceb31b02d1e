/** A JSON text, held in the record itself or, when long, in the payload bucket under a key made from its hash. */
export type StoredPayload =
  | { readonly kind: 'inline'; readonly json: string }
  | { readonly kind: 'object'; readonly key: string; readonly bytes: number };

/** Of its JSON. */
export const bytesOf = (payload: StoredPayload): number =>
  payload.kind === 'inline' ? Buffer.byteLength(payload.json) : payload.bytes;

/** Bytes of JSON above which a payload goes to S3: well under DynamoDB's 400 KB item, and cheap to write twice. */
export const inlineLimitBytes = 64 * 1024;
