// The checksum of an upload in parts: of its parts' checksums (COMPOSITE) or of the object as a whole (FULL_OBJECT).
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
import { setImmediate } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { AwsError, type Shape } from '../../service.ts';
import { CHECKSUM_FIELDS, sumOf } from './checksums.ts';

const ALGORITHMS: readonly string[] = CHECKSUM_FIELDS.map((field) => field.slice('Checksum'.length));

const invalid = (message: string): AwsError => new AwsError('InvalidRequest', message);

/** What CreateMultipartUpload asks for: its algorithm and type, or nothing. Throws InvalidRequest. */
export const checksumAsked = ({ ChecksumAlgorithm, ChecksumType }: Shape): Shape => {
  if (ChecksumAlgorithm === undefined && ChecksumType !== undefined)
    throw invalid('The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.');
  if (ChecksumAlgorithm === undefined) return {};
  if (!ALGORITHMS.includes(String(ChecksumAlgorithm)))
    throw invalid(
      `Checksum algorithm provided is unsupported. Please try again with any of the valid types: [${ALGORITHMS.join(', ')}]`,
    );
  const usual = ChecksumAlgorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE';
  const [algorithm, type] = [String(ChecksumAlgorithm), String(ChecksumType ?? usual)];
  // Only sums of CRC can be joined to that of the whole, and that of CRC64NVME always is.
  if (type === 'FULL_OBJECT' ? algorithm.startsWith('SHA') : usual === 'FULL_OBJECT')
    throw invalid(`The ${type} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`);
  return { ChecksumAlgorithm: algorithm, ChecksumType: type };
};

/** The checksum of one part, where the upload is to have one that the engine works out. */
export const partChecksum = ({ ChecksumAlgorithm }: Shape, body: Uint8Array): Shape => {
  const field = `Checksum${String(ChecksumAlgorithm)}`;
  const sum = sumOf(field, body);
  return sum === undefined ? {} : { [field]: sum };
};

const refuseUnsummed = (algorithm: string, parts: readonly Shape[]): void => {
  const unsummed = parts.find((part) => part[`Checksum${algorithm}`] === undefined);
  if (unsummed !== undefined)
    throw invalid(
      `The upload was created using a ${algorithm.toLowerCase()} checksum. The complete request must include the checksum for each part. It was missing for part ${String(unsummed.PartNumber)} in the request.`,
    );
};

const composite = async (field: string, parts: readonly Shape[], bodies: Iterable<Uint8Array>): Promise<Shape> => {
  const sums: Buffer[] = [];
  for (const body of bodies) {
    const sum = sumOf(field, body) ?? '';
    const { PartNumber, [field]: said } = parts[sums.length] ?? {};
    if (said !== sum) throw new AwsError('InvalidPart', `Part ${String(PartNumber)} has another ${field}.`);
    sums.push(Buffer.from(sum, 'base64'));
    await setImmediate(); // a part may have gigabytes behind it
  }
  return { [field]: `${sumOf(field, Buffer.concat(sums))}-${sums.length}`, ChecksumType: 'COMPOSITE' };
};

const wholeCrc32 = async (bodies: Iterable<Uint8Array>): Promise<string> => {
  let sum = 0;
  for (const body of bodies) {
    sum = crc32(body, sum);
    await setImmediate();
  }
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(sum);
  return bytes.toString('base64');
};

/**
 * The checksum of the object that the parts become, as fields that are stored with it. `parts` are as CompleteMultipartUpload names
 * them, `bodies` theirs. Of an algorithm that the engine does not work out, what the request says. Throws InvalidRequest, InvalidPart, BadDigest.
 */
export const joinedChecksum = async (
  asked: Shape,
  input: Shape,
  parts: readonly Shape[],
  bodies: Iterable<Uint8Array>,
): Promise<Shape> => {
  const { ChecksumAlgorithm, ChecksumType } = asked;
  if (input.ChecksumType !== undefined && input.ChecksumType !== ChecksumType)
    throw invalid(
      `The upload was created using the ${String(ChecksumType ?? null)} checksum mode. The complete request must use the same checksum mode.`,
    );
  if (ChecksumAlgorithm === undefined) return {};
  const field = `Checksum${String(ChecksumAlgorithm)}`;
  if (ChecksumType === 'COMPOSITE') {
    refuseUnsummed(String(ChecksumAlgorithm), parts);
    return sumOf(field, Buffer.alloc(0)) === undefined ? {} : composite(field, parts, bodies);
  }
  const said = input[field];
  const sum = ChecksumAlgorithm === 'CRC32' ? await wholeCrc32(bodies) : said;
  if (said !== undefined && said !== sum)
    throw new AwsError(
      'BadDigest',
      `The ${String(ChecksumAlgorithm)} you specified did not match the calculated checksum.`,
    );
  return sum === undefined ? {} : { [field]: sum, ChecksumType };
};
