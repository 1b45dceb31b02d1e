// The SDK metadata that optimized integrations add to a result.
import type { JsonObject } from '../json.ts';

/** `SdkHttpMetadata` and `SdkResponseMetadata` of a call that answered 200 with a body of `length` bytes. */
export const sdkMetadata = (requestId: string, length: number, type = 'application/x-amz-json-1.0'): JsonObject => ({
  SdkHttpMetadata: {
    AllHttpHeaders: {
      'x-amzn-RequestId': [requestId],
      'Content-Length': [String(length)],
      'Content-Type': [type],
    },
    HttpHeaders: { 'Content-Length': String(length), 'Content-Type': type, 'x-amzn-RequestId': requestId },
    HttpStatusCode: 200,
  },
  SdkResponseMetadata: { RequestId: requestId },
});
