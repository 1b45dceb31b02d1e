// What a read finds where the object goes, or its body has gone, as it reads.
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Shape } from '../../../lib/local/service.ts';
import { s3Service } from '../../../lib/local/services/s3/index.ts';
import { type Served, serve } from '../server/serve.ts';

let served: Served;
let UploadId: unknown;
const call = (operation: string, input: Shape) => served.call('s3', operation, { Bucket: 'reviews', ...input });
const removeBodies = (): void => {
  const dir = join(served.dir, 'objects');
  for (const file of readdirSync(dir)) rmSync(join(dir, file));
};
beforeEach(async () => {
  served = await serve({ make: [s3Service] });
  await call('CreateBucket', {});
  await call('PutObject', { Key: 'from', Body: 'abc' });
  ({ UploadId } = await call('CreateMultipartUpload', { Key: 'big' }));
});
afterEach(() => served.close());

const readers: readonly (readonly [string, () => Promise<Shape>])[] = [
  ['a read', () => call('GetObject', { Key: 'from' })],
  ['a copy', () => call('CopyObject', { Key: 'to', CopySource: 'reviews/from' })],
  [
    'a copy of a part',
    () => call('UploadPartCopy', { Key: 'big', UploadId, PartNumber: 1, CopySource: 'reviews/from' }),
  ],
];
test.each(readers)('%s of what is deleted meanwhile: there is no such key', async (_name, read) => {
  removeBodies(); // as a delete does behind its row
  const told = expect(read()).rejects.toMatchObject({ code: 'NoSuchKey', status: 404 });
  await call('DeleteObject', { Key: 'from' });
  await told;
});

test.each(readers)(
  '%s of what has lost its body is an error that names no path of this machine',
  async (_name, read) => {
    removeBodies();
    await expect(read()).rejects.toMatchObject({
      code: 'InternalError',
      status: 500,
      message: 'the body of the object cannot be read: ENOENT',
    });
  },
);
