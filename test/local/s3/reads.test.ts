// Ranges, links and conditions where S3 is not what one would think.
// github.com/localstack/localstack: tests/aws/services/s3, and parse_range_header of localstack-core/localstack/services/s3/utils.py
import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { s3Service } from '../../../lib/local/services/s3/index.ts';
import { type Served, serve } from '../server/serve.ts';

const at = { Bucket: 'reviews', Key: 'letters' };
let served: Served;
let client: S3Client;
beforeAll(async () => {
  served = await serve({ make: [s3Service] });
  client = new S3Client(served.client);
  await client.send(new CreateBucketCommand({ Bucket: at.Bucket }));
  await client.send(new PutObjectCommand({ ...at, Body: 'abcdef', ContentType: 'text/plain' }));
  await client.send(new PutObjectCommand({ ...at, Key: 'empty', Body: '', ContentLength: 0 }));
});
afterAll(async () => {
  client.destroy();
  await served.close();
});

const get = async (more: object) => {
  const { Body, ContentRange, $metadata } = await client.send(new GetObjectCommand({ ...at, ...more }));
  return { text: await Body?.transformToString(), ContentRange, status: $metadata.httpStatusCode };
};

test.each([
  ['bytes=3-1', undefined],
  ['bytes=0-1,3-4', undefined],
  ['bytes=-', undefined],
  ['lines=0-1', undefined],
  ['bytes=0-5', 'bytes 0-5/6'],
  ['bytes=-99', 'bytes 0-5/6'],
])('%s gives all', async (Range, ContentRange) => {
  expect(await get({ Range })).toEqual({
    text: 'abcdef',
    ContentRange,
    status: ContentRange === undefined ? 200 : 206,
  });
});
test.each(['bytes=-0', 'bytes=6-9', 'bytes=6-1'])('%s is outside', async (Range) => {
  await expect(get({ Range })).rejects.toMatchObject({ name: 'InvalidRange', ActualObjectSize: '6' });
});
test('of an empty object', async () => {
  expect(await get({ Key: 'empty', Range: 'bytes=-5' })).toEqual({ text: '', ContentRange: undefined, status: 200 });
  await expect(get({ Key: 'empty', Range: 'bytes=0-' })).rejects.toMatchObject({ name: 'InvalidRange' });
});

test('a head tells the length of the range', async () => {
  const head = await client.send(new HeadObjectCommand({ ...at, Range: 'bytes=1-3' }));
  expect(head).toMatchObject({ ContentLength: 3, ContentRange: 'bytes 1-3/6', $metadata: { httpStatusCode: 206 } });
});

test('a checksum is told of all bytes alone', async () => {
  const sum = async (Range: string) =>
    (await client.send(new GetObjectCommand({ ...at, Range, ChecksumMode: 'ENABLED' }))).ChecksumCRC32;
  expect([await sum('bytes=0-5'), await sum('bytes=0-4')]).toEqual(['S4457w==', undefined]);
});

test('a read may say what it is to be taken for', async () => {
  const asked = { ResponseContentType: 'text/csv', ResponseContentDisposition: 'attachment; filename="a.csv"' };
  expect(await client.send(new GetObjectCommand({ ...at, ...asked }))).toMatchObject({
    ContentType: 'text/csv',
    ContentDisposition: 'attachment; filename="a.csv"',
  });
  expect((await client.send(new GetObjectCommand(at))).ContentType).toBe('text/plain');
});

const several = 'Multiple conditional request headers present in the request';
const notTaken = "We don't accept the provided value of If-None-Match header for this API";
test.each([
  [{ IfNoneMatch: '"e80b5017098950fc58aad83c8c14978e"' }, 'If-None-Match', notTaken],
  [{ IfMatch: '*' }, 'If-None-Match', notTaken],
  [{ IfMatch: '"e80b5017098950fc58aad83c8c14978e"', IfNoneMatch: '*' }, 'If-Match,If-None-Match', several],
])('a write under %j is refused', async (condition, Header, additionalMessage) => {
  const written = client.send(new PutObjectCommand({ ...at, Body: 'x', ...condition }));
  await expect(written).rejects.toMatchObject({ name: 'NotImplemented', Header, additionalMessage });
});
