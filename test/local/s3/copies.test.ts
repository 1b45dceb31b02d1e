// Copies of objects, whole and as parts of an upload.
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { s3Service } from '../../../lib/local/services/s3/index.ts';
import { type Served, serve } from '../server/serve.ts';

const Bucket = 'reviews';
const CopySource = `${Bucket}/from`;
let served: Served;
let client: S3Client;
beforeAll(async () => {
  served = await serve({ make: [s3Service] });
  client = new S3Client(served.client);
  await client.send(new CreateBucketCommand({ Bucket }));
  await client.send(new PutObjectCommand({ Bucket, Key: 'from', Body: 'abcdef' }));
});
afterAll(async () => {
  client.destroy();
  await served.close();
});

// Recorded on AWS: github.com/localstack/localstack, tests/aws/services/s3/test_s3_preconditions.snapshot.json
const etag = 'e80b5017098950fc58aad83c8c14978e';
const [past, future] = [new Date('2020-01-01'), new Date(Date.now() + 86_400_000)];
test.each([
  ['CopySourceIfMatch', '"0"', 'x-amz-copy-source-If-Match'],
  ['CopySourceIfMatch', `"${etag}"`, undefined],
  ['CopySourceIfUnmodifiedSince', past, 'x-amz-copy-source-If-Unmodified-Since'],
  ['CopySourceIfNoneMatch', `"${etag}"`, 'x-amz-copy-source-If-None-Match'],
  ['CopySourceIfNoneMatch', etag, 'x-amz-copy-source-If-None-Match'],
  ['CopySourceIfModifiedSince', 'the time of its own', 'x-amz-copy-source-If-Modified-Since'],
  ['CopySourceIfModifiedSince', future, undefined],
  ['CopySourceIfModifiedSince', past, undefined],
])('a copy where %s is %s', async (field, value, Condition) => {
  const { LastModified } = await client.send(new HeadObjectCommand({ Bucket, Key: 'from' }));
  const condition = value === 'the time of its own' ? LastModified : value;
  const copied = client.send(new CopyObjectCommand({ Bucket, Key: 'to', CopySource, [field]: condition }));
  if (Condition === undefined) await expect(copied).resolves.toMatchObject({ ServerSideEncryption: 'AES256' });
  else await expect(copied).rejects.toMatchObject({ name: 'PreconditionFailed', Condition });
});

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html (x-amz-copy-source)
test('a copy of a version is refused, but for the one that an object without versions has', async () => {
  const copy = (version: string) =>
    client.send(new CopyObjectCommand({ Bucket, Key: 'to', CopySource: `${CopySource}?versionId=${version}` }));
  await expect(copy('null')).resolves.toMatchObject({ ServerSideEncryption: 'AES256' });
  await expect(copy('v1')).rejects.toMatchObject({
    name: 'NotImplemented',
    message: expect.stringContaining('HDL501'),
  });
});

// github.com/localstack/localstack, localstack-core/localstack/services/s3/provider.py (delete_objects)
test('of several to delete, what names a version stays and is told of', async () => {
  await client.send(new PutObjectCommand({ Bucket, Key: 'gone', Body: 'x' }));
  const Objects = [
    { Key: 'from', VersionId: 'v1' },
    { Key: 'gone', VersionId: 'null' },
  ];
  const { Deleted, Errors } = await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
  expect(Deleted).toEqual([{ Key: 'gone' }]);
  const Message = 'The specified version does not exist.';
  expect(Errors).toEqual([{ Key: 'from', VersionId: 'v1', Code: 'NoSuchVersion', Message }]);
  expect(await client.send(new HeadObjectCommand({ Bucket, Key: 'from' }))).toMatchObject({ ContentLength: 6 });
});

test('parts of an upload may be copies', async () => {
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key: 'big' }));
  const at = { Bucket, Key: 'big', UploadId };
  const copy = (PartNumber: number, more: object = {}) =>
    client.send(new UploadPartCopyCommand({ ...at, PartNumber, CopySource, ...more }));
  await expect(copy(0)).rejects.toMatchObject({ name: 'InvalidArgument' });
  await expect(copy(1, { CopySourceIfMatch: '"0"' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
  const { CopyPartResult } = await copy(1, { CopySourceRange: 'bytes=2-4' });
  // Recorded on AWS: github.com/localstack/localstack, tests/aws/services/s3/test_s3_api.snapshot.json (test_upload_part_copy_range)
  for (const [range, name] of [
    ['0-3', 'InvalidArgument'],
    ['bytes=-2', 'InvalidArgument'],
    ['bytes=1-0', 'InvalidArgument'],
    ['bytes=0-6', 'InvalidArgument'],
    ['bytes=6-7', 'InvalidRequest'],
  ])
    await expect(copy(1, { CopySourceRange: range })).rejects.toMatchObject({ name });
  const Parts = [{ PartNumber: 1, ETag: CopyPartResult?.ETag }];
  await client.send(new CompleteMultipartUploadCommand({ ...at, MultipartUpload: { Parts } }));
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: 'big' }));
  expect(await Body?.transformToString()).toBe('cde');
});
