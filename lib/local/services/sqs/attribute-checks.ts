// Queue attributes: their defaults, bounds, and the redrive policy among them.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
import { AwsError } from '../../service.ts';

/** Settable attributes of a queue, as AWS's texts. */
export type QueueAttributes = { readonly [name: string]: string };

/** Where a message goes after `maxReceiveCount` receives. */
export interface RedrivePolicy {
  readonly deadLetterTargetArn: string;
  readonly maxReceiveCount: number;
}

const BOUNDS: Readonly<Record<string, readonly [number, number]>> = {
  DelaySeconds: [0, 900],
  MaximumMessageSize: [1024, 1_048_576],
  MessageRetentionPeriod: [60, 1_209_600],
  ReceiveMessageWaitTimeSeconds: [0, 20],
  VisibilityTimeout: [0, 43_200],
  KmsDataKeyReusePeriodSeconds: [60, 86_400],
};

const OTHERS = new Set([
  'ContentBasedDeduplication',
  'DeduplicationScope',
  'FifoQueue',
  'FifoThroughputLimit',
  'KmsMasterKeyId',
  'Policy',
  'RedriveAllowPolicy',
  'RedrivePolicy',
  'SqsManagedSseEnabled',
]);

export const isSettable = (name: string): boolean => Object.hasOwn(BOUNDS, name) || OTHERS.has(name);

export const DEFAULTS: QueueAttributes = {
  DelaySeconds: '0',
  MaximumMessageSize: '1048576',
  MessageRetentionPeriod: '345600',
  ReceiveMessageWaitTimeSeconds: '0',
  VisibilityTimeout: '30',
};

/** What a FIFO queue has besides. */
const FIFO_DEFAULTS: QueueAttributes = {
  ContentBasedDeduplication: 'false',
  DeduplicationScope: 'queue',
  FifoThroughputLimit: 'perQueue',
};

/** Attributes of a queue with those that nobody set. */
export const withDefaults = (attributes: QueueAttributes): QueueAttributes => ({
  ...DEFAULTS,
  ...(attributes.KmsMasterKeyId === undefined && { SqsManagedSseEnabled: 'true' }),
  ...(attributes.FifoQueue === 'true' && FIFO_DEFAULTS),
  ...attributes,
});

const invalidValue = (name: string, why = ''): AwsError =>
  new AwsError(
    'InvalidAttributeValue',
    `Invalid value for the parameter ${name}.${why === '' ? '' : ` Reason: ${why}`}`,
  );

/** The redrive policy among `attributes`, or undefined. Throws InvalidAttributeValue. */
export const redrivePolicy = (attributes: QueueAttributes): RedrivePolicy | undefined => {
  const text = attributes.RedrivePolicy;
  if (text === undefined || text === '') return undefined;
  try {
    const policy: { deadLetterTargetArn?: unknown; maxReceiveCount?: unknown } = JSON.parse(text);
    const { deadLetterTargetArn } = policy;
    const maxReceiveCount = Number(policy.maxReceiveCount);
    if (typeof deadLetterTargetArn === 'string' && maxReceiveCount >= 1 && maxReceiveCount <= 1000)
      return { deadLetterTargetArn, maxReceiveCount };
  } catch (error) {
    throw invalidValue('RedrivePolicy', error instanceof Error ? error.message : String(error));
  }
  throw invalidValue('RedrivePolicy', 'it needs deadLetterTargetArn and maxReceiveCount from 1 to 1000.');
};

/** Checks names and values as AWS does; numbers may come as numbers. Throws InvalidAttributeName or ...Value. */
export const checkAttributes = (input: { readonly [name: string]: unknown }): QueueAttributes => {
  const checked: Record<string, string> = {};
  for (const [name, value] of Object.entries(input)) {
    const bounds = BOUNDS[name];
    const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
    if (bounds !== undefined) {
      const number = Number(text);
      if (!Number.isInteger(number) || number < bounds[0] || number > bounds[1]) throw invalidValue(name);
    } else if (!OTHERS.has(name)) throw new AwsError('InvalidAttributeName', `Unknown Attribute ${name}.`);
    checked[name] = text;
  }
  redrivePolicy(checked);
  return checked;
};
