// What lies in S3 of a bench, where S3 gives it in pages.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openStored, type Stored } from '../../lib/verify/stored.ts';
import { openServices, type TestServices } from '../services.ts';

let services: TestServices;
let stored: Stored;
const bucket = { name: 'drops' };
beforeAll(async () => {
  services = await openServices();
  const { service } = services;
  const s3 = service('s3');
  await s3.call('CreateBucket', { Bucket: bucket.name });
  for (let n = 0; n <= 1_000; n++)
    await s3.call('PutObject', {
      Bucket: bucket.name,
      Key: `in/${String(n).padStart(4, '0')}`,
      Body: Buffer.from('x'),
    });
  const engine = { service } as Parameters<typeof openStored>[0] extends () => infer Engine ? Engine : never;
  stored = openStored(
    () => engine,
    () => {
      throw new Error('nothing is to be put there');
    },
  );
});
afterAll(() => services.close());

test('a list is of all objects, beyond the first thousand', async () => {
  const list = await stored.list(bucket, 'in/');
  expect(list).toHaveLength(1_001);
  expect(list.at(-1)).toMatchObject({ Key: 'in/1000', Size: 1 });
});
