// What the disk did to the files of bodies.
import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Shape } from '../../../lib/local/service.ts';
import { s3Service } from '../../../lib/local/services/s3/index.ts';
import { type Served, serve } from '../server/serve.ts';

const at = { Bucket: 'reviews', Key: 'k' };
let served: Served;
beforeEach(async () => {
  served = await serve({ make: [s3Service] });
  await call('CreateBucket', {});
});
afterEach(() => served.close());

const call = (operation: string, input: Shape): Promise<Shape> => served.call('s3', operation, { ...at, ...input });
const harm = (work: (path: string) => void): string => {
  const [file = ''] = readdirSync(join(served.dir, 'objects'));
  work(join(served.dir, 'objects', file));
  return file;
};
const flip = (path: string): void => {
  const bytes = readFileSync(path);
  bytes[2] = (bytes[2] ?? 0) ^ 1;
  writeFileSync(path, bytes);
};

const inParts = async (): Promise<void> => {
  const { UploadId } = await call('CreateMultipartUpload', {});
  const { ETag } = await call('UploadPart', { UploadId, PartNumber: 1, Body: Buffer.from('letters') });
  await call('CompleteMultipartUpload', { UploadId, MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] } });
};

test.each([
  ['in one piece', () => call('PutObject', { Body: Buffer.from('letters') })],
  ['in parts', inParts],
])('of a body that came %s a letter that is another is found by who reads the whole', async (_how, write) => {
  await write();
  expect((await call('GetObject', {})).Body).toEqual(Buffer.from('letters'));
  const file = harm(flip);
  const message = `the body of the object cannot be read: HDL503 the body file ${file} is not what was written`;
  await expect(call('GetObject', {})).rejects.toMatchObject({ code: 'InternalError', message });
  const copied = served.call('s3', 'CopyObject', { ...at, Key: 'copy', CopySource: 'reviews/k' });
  await expect(copied).rejects.toMatchObject({ message });
  await call('PutObject', { Body: Buffer.from('again') });
  expect((await call('GetObject', {})).Body).toEqual(Buffer.from('again'));
});

test('a body that was cut is found too', async () => {
  await call('PutObject', { Body: Buffer.from('letters') });
  const file = harm((path) => truncateSync(path, 3));
  await expect(call('GetObject', { Range: 'bytes=0-4' })).rejects.toMatchObject({
    message: `the body of the object cannot be read: HDL503 the body file ${file} is shorter than its object`,
  });
});
