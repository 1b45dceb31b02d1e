// What every SQS operation works on, and how an operation finds its queue.
import { arnOf, parseArn } from '../../arn.ts';
import { fieldReader } from '../../field-reader.ts';
import { AwsError, type EngineContext, type Shape } from '../../service.ts';
import type { Arrivals } from './arrivals.ts';
import { DEFAULTS } from './attribute-checks.ts';
import type { Queue, QueueTable } from './queue-table.ts';

export const read = fieldReader('InvalidParameterValue');

/** The parts that the operations of one SQS service share. */
export interface QueueState {
  readonly context: EngineContext;
  readonly table: QueueTable;
  readonly arrivals: Arrivals;
}

export const queueArn = ({ context }: QueueState, name: string): string => arnOf(context, 'sqs', name);
export const queueUrl = ({ context }: QueueState, name: string): string =>
  `${context.endpoint()}/${context.account}/${name}`;

export const queueMissing = (): AwsError =>
  new AwsError('QueueDoesNotExist', 'The specified queue does not exist.', 400);

/** The queue of `QueueUrl`. Only the name counts: the port of a URL from an earlier start may be another. */
export const queueOf = ({ table }: QueueState, input: Shape): Queue => {
  const url = input.QueueUrl;
  if (typeof url !== 'string')
    throw new AwsError('MissingParameter', 'The request must contain the parameter QueueUrl.');
  const queue = table.queues.get(url.slice(url.lastIndexOf('/') + 1));
  if (queue === undefined) throw queueMissing();
  return queue;
};

/** The queue of an ARN, or undefined. */
export const queueByArn = ({ table }: QueueState, arn: string): Queue | undefined =>
  table.queues.get(parseArn(arn)?.resource ?? '');

/** An attribute as set or by default; a number where AWS keeps a number. */
export const attributeNumber = (queue: Queue, name: string): number =>
  Number(queue.attributes[name] ?? DEFAULTS[name] ?? 0);

/** Lets go of the messages that are older than `queue` keeps them. */
export const dropExpired = ({ table, context }: QueueState, queue: Queue): void =>
  table.dropSentBefore(queue.name, context.clock.now() - attributeNumber(queue, 'MessageRetentionPeriod') * 1000);

export const isFifo = (queue: Queue): boolean => queue.attributes.FifoQueue === 'true';
