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

/** What only a FIFO queue knows. */
const OF_FIFO = ['ContentBasedDeduplication', 'DeduplicationScope', 'FifoQueue', 'FifoThroughputLimit'];

const OTHERS = new Set([
  ...OF_FIFO,
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

/** Which queues may have this one for their dead letters. */
interface RedriveAllowPolicy {
  readonly redrivePermission: 'allowAll' | 'denyAll' | 'byQueue';
  readonly sourceQueueArns: readonly string[];
}

const MOST_SOURCES = 10;

/** The redrive allow policy among `attributes`: without one all queues may. Throws InvalidAttributeValue. */
const redriveAllowPolicy = ({ RedriveAllowPolicy: text = '' }: QueueAttributes): RedriveAllowPolicy => {
  if (text === '') return { redrivePermission: 'allowAll', sourceQueueArns: [] };
  let policy: { readonly redrivePermission?: unknown; readonly sourceQueueArns?: unknown };
  try {
    policy = Object(JSON.parse(text));
  } catch (error) {
    throw invalidValue('RedriveAllowPolicy', error instanceof Error ? error.message : String(error));
  }
  const { redrivePermission, sourceQueueArns = [] } = policy;
  const isPermission = redrivePermission === 'allowAll' || redrivePermission === 'denyAll';
  if (!isPermission && redrivePermission !== 'byQueue')
    throw invalidValue('RedriveAllowPolicy', 'redrivePermission must be allowAll, denyAll or byQueue.');
  if (!Array.isArray(sourceQueueArns) || !sourceQueueArns.every((arn) => typeof arn === 'string'))
    throw invalidValue('RedriveAllowPolicy', 'sourceQueueArns must be a list of ARNs.');
  const count = sourceQueueArns.length;
  if (isPermission ? count > 0 : count < 1 || count > MOST_SOURCES)
    throw invalidValue(
      'RedriveAllowPolicy',
      `sourceQueueArns are for byQueue alone, from 1 to ${MOST_SOURCES} of them.`,
    );
  return { redrivePermission, sourceQueueArns };
};

/** Whether the queue `source` may send its dead letters to the queue of these attributes. */
export const allowsDeadLettersOf = (attributes: QueueAttributes, source: string): boolean => {
  const { redrivePermission, sourceQueueArns } = redriveAllowPolicy(attributes);
  return redrivePermission === 'allowAll' || sourceQueueArns.includes(source);
};

/** Checks names and values as AWS does; numbers may come as numbers. Throws InvalidAttributeName or ...Value. */
export const checkAttributes = (input: { readonly [name: string]: unknown }, isFifoQueue: boolean): QueueAttributes => {
  const checked: Record<string, string> = {};
  for (const [name, value] of Object.entries(input)) {
    const bounds = BOUNDS[name];
    const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
    if (bounds !== undefined) {
      const number = Number(text);
      if (!Number.isInteger(number) || number < bounds[0] || number > bounds[1]) throw invalidValue(name);
    } else if (!OTHERS.has(name) || (!isFifoQueue && OF_FIFO.includes(name)))
      throw new AwsError('InvalidAttributeName', `Unknown Attribute ${name}.`);
    checked[name] = text;
  }
  redrivePolicy(checked);
  redriveAllowPolicy(checked);
  return checked;
};
