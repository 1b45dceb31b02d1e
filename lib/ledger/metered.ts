// Counts what calls of AWS use, as AWS itself bills it: DynamoDB tells the units that each call took.
import type { Usage } from '../records/index.ts';
import { type Aws, AwsCallError } from '../support/aws-call.ts';

type Counted = Pick<Usage, 'readUnits' | 'writeUnits' | 's3Puts' | 'queueRequests'>;

export interface Metered {
  readonly aws: Aws;
  /** So far. What is called from here on is not counted any more: who asks tells of that ahead. */
  used(): Counted;
}

const writes: ReadonlySet<string> = new Set(['UpdateItem', 'PutItem', 'DeleteItem']);

const unitsOf = (capacity: unknown): number => {
  const told = (Array.isArray(capacity) ? capacity : [capacity]) as readonly ({ CapacityUnits?: number } | undefined)[];
  return told.reduce((sum, part) => sum + (part?.CapacityUnits ?? 0), 0);
};

export const metered = (aws: Aws): Metered => {
  const used = { readUnits: 0, writeUnits: 0, s3Puts: 0, queueRequests: 0 };
  let isTold = false;
  return {
    used: () => {
      isTold = true;
      return { ...used };
    },
    aws: {
      ...aws,
      call: async (service, operation, input, options) => {
        if (service === 'sqs') used.queueRequests += 1;
        if (service !== 'dynamodb' || isTold) return aws.call(service, operation, input, options);
        try {
          const answer = await aws.call(service, operation, { ...input, ReturnConsumedCapacity: 'TOTAL' }, options);
          used[writes.has(operation) ? 'writeUnits' : 'readUnits'] += unitsOf(answer.ConsumedCapacity);
          return answer;
        } catch (error) {
          // A condition that does not hold is billed as a write all the same.
          if (error instanceof AwsCallError && error.code === 'ConditionalCheckFailedException') used.writeUnits += 1;
          throw error;
        }
      },
      object: (method, ...rest) => {
        if (method === 'PUT') used.s3Puts += 1;
        return aws.object(method, ...rest);
      },
    },
  };
};
