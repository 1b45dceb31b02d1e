import { arnOf } from '../../arn.ts';
import { AwsError, type EngineContext, type Shape } from '../../service.ts';
import { nameOf, pick, type ResourceHandler } from '../resource.ts';

const NUMBERS: Shape = {
  DelaySeconds: '0',
  MaximumMessageSize: '1048576',
  MessageRetentionPeriod: '345600',
  ReceiveMessageWaitTimeSeconds: '0',
  VisibilityTimeout: '30',
};
const FIFO = ['FifoQueue', 'ContentBasedDeduplication', 'DeduplicationScope', 'FifoThroughputLimit'];
const POLICIES = ['RedrivePolicy', 'RedriveAllowPolicy'];

const asText = (value: unknown): string => (typeof value === 'object' ? JSON.stringify(value) : String(value));

const exists = async (context: EngineContext, QueueName: string): Promise<boolean> => {
  try {
    await context.service('sqs').call('GetQueueUrl', { QueueName });
    return true;
  } catch (error) {
    if (error instanceof AwsError && error.code === 'QueueDoesNotExist') return false;
    throw error;
  }
};

/** AWS::SQS::Queue. */
export const queue: ResourceHandler = {
  applied: ['QueueName', ...Object.keys(NUMBERS), ...FIFO, ...POLICIES],
  accepted: ['KmsMasterKeyId', 'KmsDataKeyReusePeriodSeconds', 'SqsManagedSseEnabled', 'Tags'],
  apply: async (resource, context) => {
    const { properties } = resource;
    const fifo = String(properties.FifoQueue) === 'true';
    const name = nameOf(resource, 'QueueName', { longest: fifo ? 75 : 80 });
    const QueueName = fifo && !name.endsWith('.fifo') ? `${name}.fifo` : name;
    const given = pick(properties, [...Object.keys(NUMBERS), ...FIFO, ...POLICIES]);
    const isThere = await exists(context, QueueName);
    // Attributes that the template no longer names go back to what AWS gives a new queue; '' removes a policy.
    const all = {
      ...(isThere && { ...NUMBERS, RedrivePolicy: '', RedriveAllowPolicy: '' }),
      ...given,
      ...(fifo && { FifoQueue: true }),
    };
    const texts = Object.entries(all).map(([attribute, value]) => [attribute, asText(value)]);
    const isOfFifo = (attribute = ''): boolean => FIFO.includes(attribute);
    const Attributes: Shape = Object.fromEntries(
      texts.filter(([attribute, value]) => fifo || value !== 'false' || !isOfFifo(attribute)),
    );
    const QueueUrl = `${context.endpoint()}/${context.account}/${QueueName}`;
    const sqs = context.service('sqs');
    if (isThere) await sqs.call('SetQueueAttributes', { QueueUrl, Attributes });
    else await sqs.call('CreateQueue', { QueueName, Attributes });
    const arn = arnOf(context, 'sqs', QueueName);
    return { physicalId: QueueName, ref: QueueUrl, arn, attributes: { Arn: arn, QueueName, QueueUrl } };
  },
};
