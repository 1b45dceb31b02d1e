// What a list says beside its keys. Recorded on AWS, but the names of owners:
// github.com/localstack/localstack, tests/aws/services/s3/test_s3_list_operations.snapshot.json
import {
  CreateBucketCommand,
  HeadObjectCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { s3Service } from '../../../lib/local/services/s3/index.ts';
import { type Served, serve } from '../server/serve.ts';

const Bucket = 'reviews';
let served: Served;
let client: S3Client;
beforeAll(async () => {
  served = await serve({ make: [s3Service] });
  client = new S3Client(served.client);
  await client.send(new CreateBucketCommand({ Bucket }));
  for (const Key of ['folder/aSubfolder/subFile1', 'folder/aSubfolder/subFile2', 'folder/file1', 'folder/file2'])
    await client.send(new PutObjectCommand({ Bucket, Key, Body: 'test' }));
});
afterAll(async () => {
  client.destroy();
  await served.close();
});

const v2 = (more: object) => client.send(new ListObjectsV2Command({ Bucket, ...more }));
const v1 = (more: object) => client.send(new ListObjectsCommand({ Bucket, ...more }));
const owner = { ID: '123456789012' };

test('the checksum of each object, its owner where it is asked for, and the time that the object itself has', async () => {
  const { LastModified } = await client.send(new HeadObjectCommand({ Bucket, Key: 'folder/file1' }));
  const listed = {
    Key: 'folder/file1',
    ChecksumAlgorithm: ['CRC32'],
    ChecksumType: 'FULL_OBJECT',
    ETag: '"098f6bcd4621d373cade4e832627b4f6"',
    LastModified,
    Size: 4,
    StorageClass: 'STANDARD',
  };
  const Prefix = 'folder/file1';
  expect((await v2({ Prefix })).Contents).toEqual([listed]);
  expect((await v2({ Prefix, FetchOwner: true })).Contents).toEqual([{ ...listed, Owner: owner }]);
  expect((await v1({ Prefix })).Contents).toEqual([{ ...listed, Owner: owner }]);
});

test('where it started is said once: by the key, or by the token of the page before', async () => {
  const StartAfter = 'folder/aSubfolder/subFile1';
  const first = await v2({ StartAfter, MaxKeys: 1 });
  expect(first).toMatchObject({ StartAfter, KeyCount: 1, IsTruncated: true });
  const next = await v2({ StartAfter, ContinuationToken: first.NextContinuationToken });
  expect(next).toMatchObject({ ContinuationToken: first.NextContinuationToken, KeyCount: 2 });
  expect(next.StartAfter).toBeUndefined();
});

test.each(['', 'never given'])('the token %j is refused', async (ContinuationToken) => {
  const argument = { name: 'InvalidArgument', ArgumentName: 'continuation-token' };
  await expect(v2({ ContinuationToken })).rejects.toMatchObject({
    ...argument,
    message: 'The continuation token provided is incorrect',
  });
});

test('a marker within what is folded is behind all of it', async () => {
  const page = { Delimiter: '/', Prefix: 'folder/', MaxKeys: 1 };
  const { Contents, CommonPrefixes, NextMarker } = await v1({ ...page, Marker: 'folder/aSubfolder/subFile1' });
  expect({ keys: Contents?.map(({ Key }) => Key), CommonPrefixes, NextMarker }).toEqual({
    keys: ['folder/file1'],
    NextMarker: 'folder/file1',
  });
});
