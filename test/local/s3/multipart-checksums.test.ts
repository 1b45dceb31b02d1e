// https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
// The words about a part without its checksum are those that users of S3 report.
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import {
  type ChecksumAlgorithm,
  type ChecksumType,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { s3Service } from '../../../lib/local/services/s3/index.ts';
import { type Served, serve } from '../server/serve.ts';

const at = { Bucket: 'reviews', Key: 'big' };
const bodies = [Buffer.alloc(5 * 1024 * 1024, 'a'), Buffer.from('end')];
let served: Served;
let client: S3Client;
beforeAll(async () => {
  served = await serve({ make: [s3Service] });
  client = new S3Client(served.client);
  await client.send(new CreateBucketCommand({ Bucket: at.Bucket }));
});
afterAll(async () => {
  client.destroy();
  await served.close();
});

const start = async (algorithm?: ChecksumAlgorithm, type?: ChecksumType) => {
  const asked = { ...(algorithm && { ChecksumAlgorithm: algorithm }), ...(type && { ChecksumType: type }) };
  const { UploadId, ...told } = await client.send(new CreateMultipartUploadCommand({ ...at, ...asked }));
  const upload = { ...at, UploadId };
  const send = async (Body: Uint8Array, place: number) => {
    const part = { PartNumber: place + 1, Body, ...(algorithm && { ChecksumAlgorithm: algorithm }) };
    const {
      $metadata: _,
      ServerSideEncryption: __,
      ...sent
    } = await client.send(new UploadPartCommand({ ...upload, ...part }));
    return { PartNumber: part.PartNumber, ...sent };
  };
  const complete = (Parts: readonly object[], more: object = {}) =>
    client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts: [...Parts] }, ...more }));
  return { told, upload, parts: () => Promise.all(bodies.map(send)), complete };
};
const headed = async (Key = at.Key) => {
  const head = await client.send(new HeadObjectCommand({ ...at, Key, ChecksumMode: 'ENABLED' }));
  const { ChecksumCRC32, ChecksumSHA256, ChecksumType } = head;
  return { ChecksumCRC32, ChecksumSHA256, ChecksumType };
};
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();
const crc32Text = (bytes: Uint8Array) =>
  Buffer.from(crc32(bytes).toString(16).padStart(8, '0'), 'hex').toString('base64');

test('the checksum of the parts', async () => {
  const { told, parts, complete } = await start('SHA256');
  expect(told).toMatchObject({ ChecksumAlgorithm: 'SHA256', ChecksumType: 'COMPOSITE' });
  const sent = await parts();
  expect(sent.map(({ ChecksumSHA256 }) => ChecksumSHA256)).toEqual(
    bodies.map((body) => sha256(body).toString('base64')),
  );
  const sum = {
    ChecksumSHA256: `${sha256(Buffer.concat(bodies.map(sha256))).toString('base64')}-2`,
    ChecksumType: 'COMPOSITE',
  };
  expect(await complete(sent)).toMatchObject(sum);
  expect(await headed()).toEqual(sum);
  const { Contents } = await client.send(new ListObjectsV2Command({ Bucket: at.Bucket }));
  expect(Contents).toMatchObject([{ Key: 'big', ChecksumAlgorithm: ['SHA256'], ChecksumType: 'COMPOSITE' }]);
});

test('the checksum of the whole', async () => {
  const { parts, complete } = await start('CRC32', 'FULL_OBJECT');
  const ChecksumCRC32 = crc32Text(Buffer.concat(bodies));
  const sent = (await parts()).map(({ ETag, PartNumber }) => ({ ETag, PartNumber }));
  await expect(complete(sent, { ChecksumCRC32: 'AAAAAA==' })).rejects.toMatchObject({ name: 'BadDigest' });
  expect(await complete(sent, { ChecksumCRC32 })).toMatchObject({ ChecksumCRC32, ChecksumType: 'FULL_OBJECT' });
  expect(await headed()).toEqual({ ChecksumCRC32, ChecksumType: 'FULL_OBJECT' });
});

test('an upload is completed with the type that it was created with', async () => {
  const { parts, complete } = await start('CRC32', 'FULL_OBJECT');
  await expect(complete(await parts(), { ChecksumType: 'COMPOSITE' })).rejects.toMatchObject({
    name: 'InvalidRequest',
    message:
      'The upload was created using the FULL_OBJECT checksum mode. The complete request must use the same checksum mode.',
  });
});

test('none is asked for: none is told, and parts need none', async () => {
  const { told, parts, complete } = await start();
  expect(told).not.toHaveProperty('ChecksumAlgorithm');
  await complete((await parts()).map(({ ETag, PartNumber }) => ({ ETag, PartNumber })));
  expect(await headed()).toEqual({});
});

test('a part without its checksum, or with another, is refused', async () => {
  const { parts, complete } = await start('CRC32');
  const [one, two] = await parts();
  await expect(complete([{ ...one }, { ETag: two?.ETag, PartNumber: 2 }])).rejects.toMatchObject({
    name: 'InvalidRequest',
    message:
      'The upload was created using a crc32 checksum. The complete request must include the checksum for each part. It was missing for part 2 in the request.',
  });
  await expect(complete([{ ...one }, { ...two, ChecksumCRC32: 'AAAAAA==' }])).rejects.toMatchObject({
    name: 'InvalidPart',
  });
});

test('a copied part tells its checksum', async () => {
  await client.send(new PutObjectCommand({ ...at, Key: 'from', Body: 'abcdef' }));
  const { upload } = await start('CRC32');
  const copy = new UploadPartCopyCommand({ ...upload, PartNumber: 1, CopySource: 'reviews/from' });
  expect((await client.send(copy)).CopyPartResult?.ChecksumCRC32).toBe(crc32Text(Buffer.from('abcdef')));
});

test('a copy has the checksum of the whole, of the algorithm that is asked for', async () => {
  const { parts, complete } = await start('CRC32');
  await complete(await parts());
  const copy = async (Key: string, ChecksumAlgorithm?: 'SHA256') => {
    const asked = { ...at, Key, CopySource: 'reviews/big', ...(ChecksumAlgorithm && { ChecksumAlgorithm }) };
    await client.send(new CopyObjectCommand(asked));
    return headed(Key);
  };
  const whole = Buffer.concat(bodies);
  expect(await copy('copy')).toEqual({ ChecksumCRC32: crc32Text(whole), ChecksumType: 'FULL_OBJECT' });
  expect(await copy('sealed', 'SHA256')).toEqual({
    ChecksumSHA256: sha256(whole).toString('base64'),
    ChecksumType: 'FULL_OBJECT',
  });
});

test.each([
  [{ ChecksumAlgorithm: 'MD4' }, 'Checksum algorithm provided is unsupported.'],
  [{ ChecksumType: 'COMPOSITE' }, 'The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm'],
  [
    { ChecksumAlgorithm: 'SHA256', ChecksumType: 'FULL_OBJECT' },
    'The FULL_OBJECT checksum type cannot be used with the sha256 checksum algorithm.',
  ],
  [
    { ChecksumAlgorithm: 'CRC64NVME', ChecksumType: 'COMPOSITE' },
    'The COMPOSITE checksum type cannot be used with the crc64nvme checksum algorithm.',
  ],
])('an upload of %j is refused', async (asked, message) => {
  await expect(served.call('s3', 'CreateMultipartUpload', { ...at, ...asked })).rejects.toMatchObject({
    code: 'InvalidRequest',
    message: expect.stringContaining(message),
  });
});
