// Code that comes with the call, as the AWS SDK sends it.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Shape } from '../../../lib/local/service.ts';
import { lambdaService } from '../../../lib/local/services/lambda/index.ts';
import { filesOf } from '../../../lib/local/services/lambda/uploaded-code.ts';
import { s3Service } from '../../../lib/local/services/s3/index.ts';
import { type Served, serve } from '../server/serve.ts';

let served: Served;
beforeEach(async () => {
  served = await serve({ make: [(context) => lambdaService(context), s3Service] });
});
afterEach(() => served.close());

/** A zip file as the format describes it; `packed` says which files are deflated. */
const zipOf = (files: { readonly [path: string]: string }, isPacked = true): Buffer => {
  const locals: Buffer[] = [];
  const entries: Buffer[] = [];
  let at = 0;
  for (const [path, text] of Object.entries(files)) {
    const bytes = isPacked ? deflateRawSync(text) : Buffer.from(text);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(isPacked ? 8 : 0, 4);
    common.writeUInt32LE(crc32(text), 10);
    common.writeUInt32LE(bytes.length, 14);
    common.writeUInt32LE(Buffer.byteLength(text), 18);
    common.writeUInt16LE(Buffer.byteLength(path), 22);
    const local = Buffer.concat([Buffer.from('PK\u0003\u0004'), common, Buffer.from(path), bytes]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(at, 10);
    entries.push(Buffer.concat([Buffer.from('PK\u0001\u0002\u0014\u0000'), common, tail, Buffer.from(path)]));
    locals.push(local);
    at += local.length;
  }
  const end = Buffer.alloc(22);
  end.write('PK\u0005\u0006', 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(Buffer.concat(entries).length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...locals, ...entries, end]);
};

const call = (operation: string, input: Shape): Promise<Shape> => served.call('lambda', operation, input);
const create = (Code: Shape, more: Shape = {}): Promise<Shape> =>
  call('CreateFunction', {
    FunctionName: 'f',
    Role: 'arn:aws:iam::123456789012:role/r',
    Handler: 'index.handler',
    Code,
    ...more,
  });
const invoke = async (): Promise<unknown> => JSON.parse(String((await call('Invoke', { FunctionName: 'f' })).Payload));
const answering = (answer: string) =>
  zipOf({
    'lib/': '',
    'lib/x.js': `exports.x = '${answer}';`,
    'index.js': 'exports.handler = async () => require("./lib/x.js").x;',
  });

test.each([
  ['bytes', (zip: Buffer) => zip],
  ['base64', (zip: Buffer) => zip.toString('base64')],
])('a zip file as %s; another replaces it; the same is unpacked once', async (_how, as) => {
  await create({ ZipFile: as(answering('one')) });
  expect(await invoke()).toBe('one');
  await call('UpdateFunctionCode', { FunctionName: 'f', ZipFile: as(answering('two')) });
  expect(await invoke()).toBe('two');
  await call('UpdateFunctionCode', { FunctionName: 'f', ZipFile: as(answering('one')) });
  expect(await invoke()).toBe('one');
  expect(readdirSync(join(served.dir, 'code')).filter((name) => /^[0-9a-f]{64}$/.test(name))).toHaveLength(2);
  await expect(create({ ZipFile: as(answering('one')) })).rejects.toThrow('Function already exist: f');
});

test('one whose files are stored as they are, published at once', async () => {
  const zip = zipOf({ 'index.mjs': 'export const handler = async () => "stored";' }, false);
  expect(await create({ ZipFile: zip }, { Publish: true })).toMatchObject({ Version: '1' });
  expect(await invoke()).toBe('stored');
});

test('one in a bucket', async () => {
  await served.call('s3', 'CreateBucket', { Bucket: 'code' });
  await served.call('s3', 'PutObject', { Bucket: 'code', Key: 'f.zip', Body: answering('from S3') });
  await create({ S3Bucket: 'code', S3Key: 'f.zip' });
  expect(await invoke()).toBe('from S3');
  await expect(call('UpdateFunctionCode', { FunctionName: 'f', S3Bucket: 'code', S3Key: 'none' })).rejects.toThrow(
    'Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not exist.',
  );
});

const whole = answering('x');
test.each<[string, Buffer]>([
  ['no zip file', Buffer.from('nothing of the kind')],
  ['half of one', whole.subarray(0, whole.length - 30)],
  ['one whose directory points nowhere', Buffer.concat([whole.subarray(whole.length - 22)])],
  ['one with a damaged file', Buffer.from(whole.map((byte, at) => (at === 160 ? byte ^ 1 : byte)))],
  ['one that writes outside', zipOf({ '../../index.js': 'x' })],
])('%s is refused, and leaves nothing', async (_what, zip) => {
  await expect(create({ ZipFile: zip })).rejects.toMatchObject({
    code: 'InvalidParameterValueException',
    message: 'Could not unzip uploaded file. Please check your file, then try to upload again.',
  });
  await expect(call('GetFunction', { FunctionName: 'f' })).rejects.toThrow('Function not found');
  expect(readdirSync(join(served.dir, 'code'))).toEqual([]);
});

test('a file of it that the disk does not take is told as that, not as a zip file that is broken', async () => {
  await expect(create({ ZipFile: zipOf({ ['x'.repeat(300)]: '' }) })).rejects.toThrow('ENAMETOOLONG');
});

test.each([true, false])('its files together are bounded, be they packed (%s) or as they are', (isPacked) => {
  const paths = (files: { readonly [path: string]: string }) =>
    [...filesOf(zipOf(files, isPacked), 10)].map(({ path }) => path);
  expect(paths({ a: 'x'.repeat(10), b: '' })).toEqual(['a', 'b']);
  expect(() => paths({ a: 'x'.repeat(10), b: 'x' })).toThrow('Unzipped size must be smaller than 10 bytes');
});
