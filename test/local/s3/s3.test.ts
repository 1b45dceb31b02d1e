import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { s3Service } from '../../../lib/local/services/s3/index.ts';
import { type Served, serve } from '../server/serve.ts';

const Bucket = 'reviews';
let served: Served;
let client: S3Client;

const open = async (dir?: string): Promise<void> => {
  served = await serve({ make: [s3Service], ...(dir !== undefined && { dir }) });
  client = new S3Client(served.client);
};
beforeEach(async () => {
  await open();
  await client.send(new CreateBucketCommand({ Bucket }));
});
afterEach(async () => {
  client.destroy();
  await served.close();
});

const put = (Key: string, Body: string, more: Partial<PutObjectCommandInput> = {}) =>
  client.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
const get = async (Key: string, more: object = {}) => {
  const output = await client.send(new GetObjectCommand({ Bucket, Key, ...more }));
  return { ...output, text: await output.Body?.transformToString() };
};
const statusOf = async (work: Promise<unknown>): Promise<number | undefined> => {
  try {
    await work;
    return 200;
  } catch (error) {
    return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode; // an SDK error
  }
};
const bodyFiles = (): readonly string[] => readdirSync(join(served.dir, 'objects'));

describe('objects', () => {
  test('come back as they were put', async () => {
    const key = 'in/a b+c&é/ü.txt';
    await put(key, 'hello', { ContentType: 'text/plain', CacheControl: 'no-store', Metadata: { who: 'me' } });
    expect(await get(key)).toMatchObject({
      text: 'hello',
      ContentType: 'text/plain',
      CacheControl: 'no-store',
      ContentLength: 5,
      ETag: '"5d41402abc4b2a76b9719d911017c592"',
      Metadata: { who: 'me' },
    });
  });

  test('a stream arrives with its checksum behind it', async () => {
    const Body = Readable.from([Buffer.from('ab'), Buffer.from('cdef')]);
    await client.send(new PutObjectCommand({ Bucket, Key: 'stream', Body, ContentLength: 6 }));
    expect((await get('stream')).text).toBe('abcdef');
  });

  test('a body that is not what its checksum says is refused', async () => {
    await expect(put('bad', 'hello', { ContentMD5: 'AAAAAAAAAAAAAAAAAAAAAA==' })).rejects.toMatchObject({
      name: 'BadDigest',
    });
    expect(bodyFiles()).toEqual([]);
  });

  test('an empty object', async () => {
    await put('empty', '', { ContentLength: 0 });
    expect(await get('empty')).toMatchObject({ text: '', ContentLength: 0 });
  });

  const ranges = [
    { Range: 'bytes=1-3', text: 'bcd', says: 'bytes 1-3/6' },
    { Range: 'bytes=4-', text: 'ef', says: 'bytes 4-5/6' },
    { Range: 'bytes=-2', text: 'ef', says: 'bytes 4-5/6' },
    { Range: 'bytes=2-99', text: 'cdef', says: 'bytes 2-5/6' },
  ];
  test.each(ranges)('$Range', async ({ Range, text, says }) => {
    await put('letters', 'abcdef');
    expect(await get('letters', { Range })).toMatchObject({ text, ContentRange: says });
  });

  test('a range outside of the object', async () => {
    await put('letters', 'abcdef');
    expect(await statusOf(get('letters', { Range: 'bytes=6-' }))).toBe(416);
  });

  test('stay over a restart; bodies that no object names are swept', async () => {
    await put('kept', 'here');
    await put('kept', 'again');
    client.destroy();
    await served.close('keep');
    await open(served.dir);
    expect((await get('kept')).text).toBe('again');
    expect(bodyFiles()).toHaveLength(1);
  });

  test('a copy takes body and metadata along', async () => {
    await put('from', 'x', { Metadata: { who: 'me' }, ContentType: 'text/csv' });
    await client.send(new CopyObjectCommand({ Bucket, Key: 'to', CopySource: `${Bucket}/from` }));
    expect(await get('to')).toMatchObject({ text: 'x', Metadata: { who: 'me' }, ContentType: 'text/csv' });
  });

  test('of many readers during replacement each gets one whole object', async () => {
    const bodies = ['a'.repeat(5000), 'b'.repeat(5000)];
    await put('k', bodies[0] ?? '');
    const writes = Array.from({ length: 10 }, (_, n) => put('k', bodies[n % 2] ?? ''));
    const reads = Array.from({ length: 20 }, () => get('k'));
    await Promise.all(writes);
    for (const { text } of await Promise.all(reads)) expect(bodies).toContain(text);
    expect(bodyFiles()).toHaveLength(1);
  });
});

describe('conditional requests', () => {
  const etag = '"5d41402abc4b2a76b9719d911017c592"'; // of hello
  const cases = [
    { name: 'If-None-Match * on a new key', work: () => put('new', 'x', { IfNoneMatch: '*' }), status: 200 },
    { name: 'If-None-Match * on a taken key', work: () => put('k', 'x', { IfNoneMatch: '*' }), status: 412 },
    { name: 'If-Match of the current object', work: () => put('k', 'x', { IfMatch: etag }), status: 200 },
    { name: 'If-Match of another', work: () => put('k', 'x', { IfMatch: '"0"' }), status: 412 },
    { name: 'If-Match on a missing key', work: () => put('new', 'x', { IfMatch: etag }), status: 404 },
    { name: 'a read that has it already', work: () => get('k', { IfNoneMatch: etag }), status: 304 },
    { name: 'a read of another version', work: () => get('k', { IfMatch: '"0"' }), status: 412 },
    {
      name: 'a delete of another version',
      work: () => client.send(new DeleteObjectCommand({ Bucket, Key: 'k', IfMatch: '"0"' })),
      status: 412,
    },
  ];
  test.each(cases)('$name: $status', async ({ work, status }) => {
    await put('k', 'hello');
    expect(await statusOf(work())).toBe(status);
  });

  test('of many first writers exactly one wins', async () => {
    const writers = Array.from({ length: 10 }, (_, n) => put('once', String(n), { IfNoneMatch: '*' }));
    const settled = await Promise.allSettled(writers);
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(bodyFiles()).toHaveLength(1);
  });
});

describe('listing', () => {
  beforeEach(async () => {
    for (const key of ['a', 'd/1', 'd/2', 'd/e/3', 'f/4', 'z']) await put(key, key);
  });
  const list = async (more: object) => {
    const {
      Contents = [],
      CommonPrefixes = [],
      ...rest
    } = await client.send(new ListObjectsV2Command({ Bucket, ...more }));
    return { keys: Contents.map(({ Key }) => Key), prefixes: CommonPrefixes.map(({ Prefix }) => Prefix), rest };
  };

  const cases = [
    { name: 'all', ask: {}, keys: ['a', 'd/1', 'd/2', 'd/e/3', 'f/4', 'z'], prefixes: [] },
    { name: 'by prefix', ask: { Prefix: 'd/' }, keys: ['d/1', 'd/2', 'd/e/3'], prefixes: [] },
    { name: 'folded', ask: { Delimiter: '/' }, keys: ['a', 'z'], prefixes: ['d/', 'f/'] },
    { name: 'folded below', ask: { Delimiter: '/', Prefix: 'd/' }, keys: ['d/1', 'd/2'], prefixes: ['d/e/'] },
    { name: 'after a key', ask: { StartAfter: 'd/2' }, keys: ['d/e/3', 'f/4', 'z'], prefixes: [] },
  ];
  test.each(cases)('$name', async ({ ask, keys, prefixes }) => {
    expect(await list(ask)).toMatchObject({ keys, prefixes });
  });

  test.each([1, 2, 3])('pages of %d hold each key and prefix once', async (MaxKeys) => {
    const seen: (string | undefined)[] = [];
    let ContinuationToken: string | undefined;
    do {
      const { keys, prefixes, rest } = await list({ MaxKeys, Delimiter: '/', ContinuationToken });
      seen.push(...[...keys, ...prefixes].toSorted());
      ContinuationToken = rest.NextContinuationToken;
    } while (ContinuationToken !== undefined);
    expect(seen).toEqual(['a', 'd/', 'f/', 'z']);
  });

  test('several are deleted at once, missing ones too', async () => {
    const Objects = ['a', 'd/1', 'none'].map((Key) => ({ Key }));
    const { Deleted } = await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    expect(Deleted).toHaveLength(3);
    expect((await list({})).keys).toEqual(['d/2', 'd/e/3', 'f/4', 'z']);
  });

  test('a bucket with objects is not deleted', async () => {
    await expect(client.send(new DeleteBucketCommand({ Bucket }))).rejects.toMatchObject({ name: 'BucketNotEmpty' });
  });
});

describe('uploads in parts', () => {
  const start = async () => (await client.send(new CreateMultipartUploadCommand({ Bucket, Key: 'big' }))).UploadId;
  const part = (UploadId: string | undefined, PartNumber: number, Body: Uint8Array) =>
    client.send(new UploadPartCommand({ Bucket, Key: 'big', UploadId, PartNumber, Body }));

  test('are joined in order', async () => {
    const UploadId = await start();
    const first = Buffer.alloc(5 * 1024 * 1024, 'a');
    const two = await part(UploadId, 2, Buffer.from('end'));
    const one = await part(UploadId, 1, first);
    const Parts = [one, two].map(({ ETag }, place) => ({ ETag, PartNumber: place + 1 }));
    await client.send(new CompleteMultipartUploadCommand({ Bucket, Key: 'big', UploadId, MultipartUpload: { Parts } }));
    const { text, ETag } = await get('big');
    expect(text?.length).toBe(first.length + 3);
    expect(text?.endsWith('aend')).toBe(true);
    expect(ETag).toMatch(/^"[0-9a-f]{32}-2"$/);
  });

  test.each([
    ['EntityTooSmall', 'one but the last has less than 5 MiB', [1, 2]],
    ['InvalidPartOrder', 'they are named in another order', [2, 1]],
    ['InvalidPart', 'one was never sent', [1, 3]],
  ])('are not joined (%s) where %s', async (name, _, numbers) => {
    const UploadId = await start();
    const { ETag } = await part(UploadId, 1, Buffer.from('a'));
    await part(UploadId, 2, Buffer.from('a'));
    const Parts = numbers.map((PartNumber) => ({ ETag, PartNumber }));
    await expect(
      client.send(new CompleteMultipartUploadCommand({ Bucket, Key: 'big', UploadId, MultipartUpload: { Parts } })),
    ).rejects.toMatchObject({ name });
  });

  test('are not joined with what takes the place of one meanwhile', async () => {
    const at = { Bucket, Key: 'big', UploadId: await start() };
    const put = (PartNumber: number, Body: Uint8Array) => served.call('s3', 'UploadPart', { ...at, PartNumber, Body });
    const one = await put(1, Buffer.alloc(5 * 1024 * 1024, 'a'));
    const two = await put(2, Buffer.from('end'));
    const Parts = [one, two].map(({ ETag }, place) => ({ ETag, PartNumber: place + 1 }));
    const complete = served.call('s3', 'CompleteMultipartUpload', { ...at, MultipartUpload: { Parts } });
    await Promise.all([expect(complete).rejects.toMatchObject({ code: 'InvalidPart' }), put(2, Buffer.from('other'))]);
    expect(bodyFiles()).toEqual([]);
  });

  test('that are given up leave nothing', async () => {
    const UploadId = await start();
    await client.send(new AbortMultipartUploadCommand({ Bucket, Key: 'big', UploadId }));
    await expect(part(UploadId, 1, Buffer.from('x'))).rejects.toMatchObject({ name: 'NoSuchUpload' });
  });
});

describe('events', () => {
  const turnOn = () =>
    client.send(
      new PutBucketNotificationConfigurationCommand({
        Bucket,
        NotificationConfiguration: { EventBridgeConfiguration: {} },
      }),
    );

  test('none before EventBridge is on', async () => {
    await put('k', 'x');
    expect(served.events).toEqual([]);
  });

  test('one for each change, in the shape that AWS sends', async () => {
    await turnOn();
    await put('in/k 1.csv', 'hello');
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'in/k 1.csv' }));
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'in/k 1.csv' }));
    const common = {
      version: '0',
      bucket: { name: Bucket },
      'request-id': expect.stringMatching(/^[0-9A-Z]{16}$/),
      requester: '123456789012',
      'source-ip-address': '127.0.0.1',
    };
    const sequencer = expect.stringMatching(/^[0-9A-F]{18}$/);
    expect(served.events).toEqual([
      {
        source: 'aws.s3',
        'detail-type': 'Object Created',
        resources: ['arn:aws:s3:::reviews'],
        detail: {
          ...common,
          object: { key: 'in/k 1.csv', size: 5, etag: '5d41402abc4b2a76b9719d911017c592', sequencer },
          reason: 'PutObject',
        },
      },
      {
        source: 'aws.s3',
        'detail-type': 'Object Deleted',
        resources: ['arn:aws:s3:::reviews'],
        detail: {
          ...common,
          object: { key: 'in/k 1.csv', sequencer },
          reason: 'DeleteObject',
          'deletion-type': 'Permanently Deleted',
        },
      },
    ]);
  });

  test('another kind of notification is refused by name', async () => {
    const NotificationConfiguration = {
      QueueConfigurations: [{ QueueArn: 'arn:aws:sqs:us-east-1:1:q', Events: ['s3:ObjectCreated:*' as const] }],
    };
    await expect(
      client.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration })),
    ).rejects.toThrow('HDL501 the local engine does not implement s3:PutBucketNotificationConfiguration');
  });
});

describe('what is missing', () => {
  const cases = [
    { name: 'an object', work: () => get('none'), error: 'NoSuchKey' },
    { name: 'a head', work: () => client.send(new HeadObjectCommand({ Bucket, Key: 'none' })), error: 'NotFound' },
    {
      name: 'a bucket',
      work: () => client.send(new PutObjectCommand({ Bucket: 'none-such', Key: 'k', Body: 'x' })),
      error: 'NoSuchBucket',
    },
    {
      name: 'a name for a bucket',
      work: () => served.call('s3', 'CreateBucket', { Bucket: 'Not_A_Name' }),
      error: 'InvalidBucketName',
    },
  ];
  test('more deletes than one request takes are refused', async () => {
    const Delete = { Objects: Array(1001).fill({ Key: 'k' }) };
    await expect(served.call('s3', 'DeleteObjects', { Bucket, Delete })).rejects.toMatchObject({
      code: 'MalformedXML',
    });
  });

  test.each(cases)('$name: $error', async ({ work, error }) => {
    await expect(work()).rejects.toMatchObject({ name: error });
  });
});
