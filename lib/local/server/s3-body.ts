// The body of an S3 upload: plain, or `aws-chunked` as SDKs send a stream with its checksum behind it.
import { AwsError } from '../service.ts';
import { header, type WireRequest } from './wire.ts';

/** The object's own bytes, and the headers that came after them. */
export interface UploadBody {
  readonly bytes: Uint8Array;
  readonly trailers: Readonly<Record<string, string>>;
}

const incomplete = (): AwsError =>
  new AwsError('IncompleteBody', 'The request body terminated unexpectedly: it is not complete aws-chunked content');

const lineEnd = (body: Buffer, from: number): number => {
  const end = body.indexOf('\r\n', from, 'latin1');
  if (end < 0) throw incomplete();
  return end;
};

const trailersOf = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    text
      .split('\r\n')
      .filter((line) => line.includes(':'))
      .map((line) => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
      }),
  );

const unchunk = (body: Buffer): UploadBody => {
  const parts: Buffer[] = [];
  let at = 0;
  while (true) {
    const end = lineEnd(body, at);
    const size = Number.parseInt(body.toString('latin1', at, end), 16); // `1f;chunk-signature=…`: parseInt stops at `;`
    const start = end + 2;
    if (Number.isNaN(size) || start + size > body.length) throw incomplete();
    if (size === 0) return { bytes: Buffer.concat(parts), trailers: trailersOf(body.toString('latin1', start)) };
    parts.push(body.subarray(start, start + size));
    at = start + size + 2;
  }
};

/** The upload in `request`. */
export const uploadBody = (request: WireRequest): UploadBody => {
  const isChunked =
    header(request, 'content-encoding')?.includes('aws-chunked') === true ||
    header(request, 'x-amz-content-sha256')?.startsWith('STREAMING-') === true;
  return isChunked ? unchunk(request.body) : { bytes: request.body, trailers: {} };
};
