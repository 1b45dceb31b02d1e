// Operations on buckets.
import { isShape } from '../../field-reader.ts';
import type { OperationTable } from '../../operation-table.ts';
import { AwsError, type EngineContext, type Shape } from '../../service.ts';
import { listObjects, listObjectsV2 } from './listing.ts';
import type { Bucket, ObjectTable } from './object-table.ts';

const NAME = /^(?!\d+\.\d+\.\d+\.\d+$)(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** The bucket that `input` names. Throws NoSuchBucket. */
export const bucketOf = (table: ObjectTable, input: Shape): Bucket => {
  const name = String(input.Bucket ?? '');
  const bucket = table.bucket(name);
  if (bucket === undefined)
    throw new AwsError('NoSuchBucket', 'The specified bucket does not exist', 404, { BucketName: name });
  return bucket;
};

export const bucketOperations = (context: EngineContext, table: ObjectTable): OperationTable => {
  const create = (input: Shape): Shape => {
    const name = String(input.Bucket ?? '');
    if (!NAME.test(name))
      throw new AwsError('InvalidBucketName', 'The specified bucket is not valid.', 400, { BucketName: name });
    if (table.bucket(name) === undefined) table.putBucket({ name, createdMs: context.clock.now(), sendsEvents: false });
    else if (context.region !== 'us-east-1') {
      const message = 'Your previous request to create the named bucket succeeded and you already own it.';
      throw new AwsError('BucketAlreadyOwnedByYou', message, 409, { BucketName: name });
    }
    return { Location: `/${name}` }; // AWS: in us-east-1 making one's own bucket again succeeds
  };

  const configureEvents = (input: Shape): Shape => {
    const bucket = bucketOf(table, input);
    const { NotificationConfiguration: configuration } = input;
    const parts = isShape(configuration) ? configuration : {};
    const unknown = Object.keys(parts).find((part) => part !== 'EventBridgeConfiguration');
    if (unknown !== undefined) {
      const what = `s3:PutBucketNotificationConfiguration with ${unknown}`;
      throw new AwsError('NotImplemented', `HDL501 the local engine does not implement ${what}`, 501);
    }
    table.putBucket({ ...bucket, sendsEvents: parts.EventBridgeConfiguration !== undefined });
    return {};
  };

  return {
    CreateBucket: create,
    HeadBucket: (input) => {
      if (table.bucket(String(input.Bucket)) === undefined) throw new AwsError('NotFound', 'Not Found', 404);
      return { BucketRegion: context.region };
    },
    ListBuckets: () => ({
      Owner: { ID: context.account },
      Buckets: table.buckets().map(({ name, createdMs }) => ({
        Name: name,
        CreationDate: new Date(createdMs).toISOString(),
      })),
    }),
    DeleteBucket: (input) => {
      const { name } = bucketOf(table, input);
      if (!table.isEmpty(name))
        throw new AwsError('BucketNotEmpty', 'The bucket you tried to delete is not empty', 409, { BucketName: name });
      table.deleteBucket(name);
      return {};
    },
    GetBucketLocation: (input) => {
      bucketOf(table, input);
      return context.region === 'us-east-1' ? {} : { LocationConstraint: context.region };
    },
    PutBucketNotificationConfiguration: configureEvents,
    GetBucketNotificationConfiguration: (input) =>
      bucketOf(table, input).sendsEvents ? { EventBridgeConfiguration: {} } : {},
    ListObjectsV2: (input) => {
      bucketOf(table, input);
      return listObjectsV2(table, input, context.account);
    },
    ListObjects: (input) => {
      bucketOf(table, input);
      return listObjects(table, input, context.account);
    },
  };
};
