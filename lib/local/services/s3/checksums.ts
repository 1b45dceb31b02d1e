// What a client says about its body is checked before the body is kept.
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { AwsError, type Shape } from '../../service.ts';

/** Output fields that hold checksums. CRC32C and CRC64NVME are kept and given back, not checked. */
export const CHECKSUM_FIELDS = [
  'ChecksumCRC32',
  'ChecksumCRC32C',
  'ChecksumCRC64NVME',
  'ChecksumSHA1',
  'ChecksumSHA256',
] as const;

/** Those of `fields` that are checksums. */
export const checksumsOf = (fields: Shape): Shape =>
  Object.fromEntries(CHECKSUM_FIELDS.flatMap((field) => (fields[field] === undefined ? [] : [[field, fields[field]]])));

/** What a list says of the checksums of an object. */
export const checksumKinds = (fields: Shape): Shape => {
  const kinds = Object.keys(checksumsOf(fields)).map((field) => field.slice('Checksum'.length));
  return kinds.length === 0 ? {} : { ChecksumAlgorithm: kinds, ChecksumType: fields.ChecksumType ?? 'FULL_OBJECT' };
};

const crc32Text = (bytes: Uint8Array): string => {
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(bytes));
  return sum.toString('base64');
};

const hash =
  (name: string) =>
  (bytes: Uint8Array): string =>
    createHash(name).update(bytes).digest('base64');

const CHECKS: Readonly<Record<string, (bytes: Uint8Array) => string>> = {
  ChecksumCRC32: crc32Text,
  ChecksumSHA1: hash('sha1'),
  ChecksumSHA256: hash('sha256'),
  ContentMD5: hash('md5'),
};

/** The checksum that `field` holds of a body; undefined of those that are not checked. */
export const sumOf = (field: string, body: Uint8Array): string | undefined => CHECKS[field]?.(body);

/** Those of a copy: of the algorithm that is asked for, else of those of its source, which are of the whole object or worked out anew. */
export const copiedChecksums = ({ ChecksumAlgorithm }: Shape, source: Shape, body: Uint8Array): Shape => {
  const kept = checksumsOf(source);
  if (ChecksumAlgorithm === undefined && source.ChecksumType !== 'COMPOSITE') return kept;
  const fields = ChecksumAlgorithm === undefined ? Object.keys(kept) : [`Checksum${String(ChecksumAlgorithm)}`];
  const sums = fields.map((field) => [field, sumOf(field, body)] as const);
  return Object.fromEntries(sums.filter(([, sum]) => sum !== undefined));
};

/** Throws BadDigest where a checksum that came with the body is not that of the body. */
export const checkDigests = (input: Shape, body: Uint8Array): void => {
  for (const [field, sum] of Object.entries(CHECKS)) {
    const said = input[field];
    if (said === undefined || said === sum(body)) continue;
    const message =
      field === 'ContentMD5'
        ? 'The Content-MD5 you specified did not match what we received.'
        : `The ${field.slice('Checksum'.length)} you specified did not match the calculated checksum.`;
    throw new AwsError('BadDigest', message);
  }
};

/** The bare ETag of a body that came in one piece: its MD5 in hex. */
export const etagOf = (body: Uint8Array): string => createHash('md5').update(body).digest('hex');
