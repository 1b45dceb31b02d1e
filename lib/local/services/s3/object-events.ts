// What S3 tells EventBridge. https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
import type { EngineContext } from '../../service.ts';
import type { StoredObject } from './object-table.ts';

const REQUEST_ID_CHARACTERS = 16;

const requestId = (random: () => number): string => {
  let text = '';
  while (text.length < REQUEST_ID_CHARACTERS)
    text += Math.floor(random() * 36)
      .toString(36)
      .toUpperCase();
  return text;
};

const common = (context: EngineContext, bucket: string) => ({
  'request-id': requestId(context.random),
  requester: context.account,
  'source-ip-address': '127.0.0.1',
  version: '0',
  bucket: { name: bucket },
});

/** `reason` is the operation that made the object. */
export const emitCreated = (context: EngineContext, object: StoredObject, reason: string): void => {
  const { bucket, key, size, etag, sequencer } = object;
  context.emit({
    source: 'aws.s3',
    'detail-type': 'Object Created',
    resources: [`arn:aws:s3:::${bucket}`],
    detail: { ...common(context, bucket), object: { key, size, etag, sequencer }, reason },
  });
};

export const emitDeleted = (context: EngineContext, bucket: string, key: string, sequencer: string): void =>
  context.emit({
    source: 'aws.s3',
    'detail-type': 'Object Deleted',
    resources: [`arn:aws:s3:::${bucket}`],
    detail: {
      ...common(context, bucket),
      object: { key, sequencer },
      reason: 'DeleteObject',
      'deletion-type': 'Permanently Deleted',
    },
  });
