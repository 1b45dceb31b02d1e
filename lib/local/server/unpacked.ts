// The body of a request as it was before a client packed it: SDKs gzip what is large of PutMetricData.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-compression.html
import { zlib } from '../late-modules.ts';
import { AwsError } from '../service.ts';
import { header, type WireRequest } from './wire.ts';

const MOST_BYTES = 64 * 1024 * 1024;

/** `request` with its body unpacked. Throws SerializationException, or RequestEntityTooLarge. */
export const unpacked = (request: WireRequest): WireRequest => {
  if (header(request, 'content-encoding') !== 'gzip') return request;
  try {
    return { ...request, body: zlib().gunzipSync(request.body, { maxOutputLength: MOST_BYTES }) };
  } catch (error) {
    if (error instanceof RangeError && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE')
      throw new AwsError(
        'RequestEntityTooLarge',
        `the body has more than ${MOST_BYTES} bytes once it is unpacked`,
        413,
      );
    const why = error instanceof Error ? error.message : String(error);
    throw new AwsError('SerializationException', `the body is not the gzip that Content-Encoding says: ${why}`);
  }
};
