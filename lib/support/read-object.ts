// The bytes of an object of S3 as they come: memory holds the piece that is worked on and the one after it.
import type { Aws } from './aws-call.ts';
import { s3Error } from './s3-error.ts';

export interface ObjectPieces {
  /** Of all of it. */
  readonly bytes: number;
  readonly pieces: AsyncIterable<Buffer>;
}

export const usualPieceBytes = 2 * 1_048_576;
/** Of a piece whose connection ends within it. */
const mostTries = 3;

interface Piece {
  readonly bytes: Buffer;
  readonly total: number;
  readonly etag?: string;
}

/** Throws AwsCallError, as the pieces do: also of an object that is written anew while it is read. */
export const readObject = async (
  aws: Aws,
  bucket: string,
  key: string,
  atOnce = usualPieceBytes,
): Promise<ObjectPieces> => {
  const get = async (from: number, etag?: string): Promise<Piece> => {
    const headers = { range: `bytes=${from}-${from + atOnce - 1}`, ...(etag ? { 'if-match': etag } : {}) };
    for (let tries = 1; ; tries++) {
      const response = await aws.object('GET', bucket, key, { headers });
      try {
        const bytes = Buffer.from(await response.arrayBuffer());
        if (response.status === 416 && from === 0) return { bytes: Buffer.alloc(0), total: 0 }; // it is empty
        if (!response.ok) throw s3Error(response.status, bytes.toString(), `s3://${bucket}/${key}`);
        const total = Number(response.headers.get('content-range')?.split('/').at(-1) ?? bytes.length);
        return { bytes, total, etag: response.headers.get('etag') ?? '' };
      } catch (error) {
        if (!response.ok || tries === mostTries) throw error;
      }
    }
  };
  const first = await get(0);
  return { bytes: first.total, pieces: following(first, get) };
};

async function* following(first: Piece, get: (from: number, etag?: string) => Promise<Piece>): AsyncGenerator<Buffer> {
  let piece = first;
  for (let read = piece.bytes.length; ; read += piece.bytes.length) {
    const next = read < first.total ? get(read, first.etag) : undefined;
    next?.catch(() => undefined); // it is waited for below, unless who reads has had enough
    if (piece.bytes.length > 0) yield piece.bytes;
    if (!next) return;
    piece = await next;
  }
}
