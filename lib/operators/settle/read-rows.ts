// The files of a map's rows, as they come: unpacked, and no more of them than there is time for.
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { mostRowBytes } from '../../records/index.ts';
import { AwsCallError } from '../../support/aws-call.ts';
import { readObject, usualPieceBytes } from '../../support/read-object.ts';
import type { Services } from '../services.ts';
import { type LineLimits, usualLineLimits } from './mend-lines.ts';

export interface RowsLimits {
  /** Of all files of a map, unpacked. AWS reads no larger one. */
  readonly bytes: number;
  readonly objects: number;
  /** `mend` has 15 minutes. */
  readonly ms: number;
  readonly atOnce: number;
  readonly pieceBytes?: number;
  readonly partBytes?: number;
  readonly line: LineLimits;
}

export const usualLimits: RowsLimits = {
  ...{ bytes: 10_000_000_000, objects: 5_000, ms: 12 * 60_000, atOnce: 2 },
  line: usualLineLimits,
};

/** Rows that nothing can be made of. `isUnknown`: what is wrong with them was not found. */
export class UnreadableError extends Error {
  readonly isUnknown: boolean;

  constructor(message: string, isUnknown = false) {
    super(message);
    this.isUnknown = isUnknown;
  }
}

/**
 * HDL731: a map is over an object of S3, or a bucket, that is not there or may not be read. Fix: put it there, or correct the key; then
 * `heddle resume`. HDL732 is of one that is there and cannot be read.
 */
export const missing = (place: string, why: string): UnreadableError =>
  new UnreadableError(`HDL731 ${place} ${why}. Fix: put it there, or correct what gives its key; then heddle resume`);

/**
 * HDL732: the object that a map is over is not what its format says: lines that are no JSON, no JSON list, a header of a table in which
 * a name is there twice, or longer than 10 KB; or one of its rows is too large for the input of a state. Fix: correct those lines, then `heddle resume`. Of JSON lines only the lines named fail, with HDL733.
 */
export const malformed = (place: string, problem: string): UnreadableError =>
  new UnreadableError(`HDL732 ${place}: ${problem}. Fix: correct it, then heddle resume`);

/** Of another format than JSON lines nobody says which. */
export const rowTooLarge = (place: string): UnreadableError =>
  new UnreadableError(
    `HDL732 ${place}: a row is larger than the ${mostRowBytes} bytes that a map hands on. Fix: put what is large into an object of its own, and name that in the row`,
    true,
  );

/**
 * HDL737: Step Functions could not read what a map is over, and there is more of it than is looked through for what is wrong: 10 GB,
 * unpacked, 5,000 files, what is read in 12 minutes, or what the function `mend` has memory for. Fix: cut it into smaller files, a map for
 * each; or correct what Step Functions names.
 */
export const tooMuch = (place: string, why: string): UnreadableError =>
  new UnreadableError(
    `HDL737 ${place} ${why}, so it was not looked through. Fix: cut it, or correct what AWS names`,
    true,
  );

export interface Rows {
  readonly limits: RowsLimits;
  placeOf(key: string): string;
  /** Throw UnreadableError where the object is not there, cannot be unpacked, or is too much. */
  piecesOf(key: string, how?: HowToRead): AsyncIterable<Buffer>;
}

export interface HowToRead {
  /** A piece at most. */
  readonly pieceBytes?: number;
  /** It was read before, and counted then. */
  readonly isAgain?: boolean;
}

export const openRows = (bucket: string, { aws, now }: Services, limits: RowsLimits): Rows => {
  const until = now() + limits.ms;
  let left = limits.bytes;
  const placeOf = (key: string): string => `s3://${bucket}/${key}`;

  async function* piecesOf(key: string, how: HowToRead = {}): AsyncGenerator<Buffer> {
    const { pieceBytes = usualPieceBytes, isAgain = false } = how;
    const place = placeOf(key);
    try {
      const { bytes, pieces } = await readObject(
        aws,
        bucket,
        key,
        Math.min(pieceBytes, limits.pieceBytes ?? pieceBytes),
      );
      if (bytes > limits.bytes) throw tooMuch(place, `has ${bytes} bytes`);
      for await (const piece of key.endsWith('.gz') ? unpacked(pieces) : pieces) {
        if (!isAgain) left -= piece.length;
        if (left < 0) throw tooMuch(place, `and what is read with it have more than ${limits.bytes} bytes`);
        if (now() > until) throw tooMuch(place, `was not read to its end after ${limits.ms / 60_000} minutes`);
        yield piece;
      }
    } catch (error) {
      // Without the right to list a bucket, S3 says 403 of an object that is not there.
      if (error instanceof AwsCallError && (error.status === 404 || error.status === 403))
        throw missing(place, `cannot be read: HTTP ${error.status}`);
      if (isOfZlib(error)) throw malformed(place, `it cannot be unpacked: ${error.message}`);
      throw error;
    }
  }

  return { limits, placeOf, piecesOf };
};

async function* unpacked(packed: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: 1_048_576 });
  pipeline(packed, gunzip, () => undefined); // what the packed bytes fail with, the unpacked ones do
  yield* gunzip as AsyncIterable<Buffer>;
}

const isOfZlib = (error: unknown): error is Error =>
  error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
