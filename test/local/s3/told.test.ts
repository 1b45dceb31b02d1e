// A change and the word of it are stored together.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import type { Shape } from '../../../lib/local/service.ts';
import { s3Service } from '../../../lib/local/services/s3/index.ts';
import { type Served, serve } from '../server/serve.ts';

const Bucket = 'reviews';
let served: Served;
afterEach(() => served.close());

test('what nobody can be told of does not happen', async () => {
  let isGone = false;
  const onEvent = (): void => {
    if (isGone) throw new Error('the bus is gone');
  };
  served = await serve({ make: [s3Service], onEvent });
  const call = (operation: string, input: Shape) => served.call('s3', operation, { Bucket, ...input });
  await call('CreateBucket', {});
  await call('PutBucketNotificationConfiguration', { NotificationConfiguration: { EventBridgeConfiguration: {} } });
  await call('PutObject', { Key: 'kept', Body: 'x' });
  isGone = true;
  await expect(call('DeleteObject', { Key: 'kept' })).rejects.toThrow('the bus is gone');
  await expect(call('PutObject', { Key: 'new', Body: 'x' })).rejects.toThrow('the bus is gone');
  expect((await call('ListObjectsV2', {})).Contents).toMatchObject([{ Key: 'kept' }]);
  expect(readdirSync(join(served.dir, 'objects'))).toHaveLength(1);
});
