// SendMessage and SendMessageBatch.
import { createHash } from 'node:crypto';
import type { OperationTable } from '../../operation-table.ts';
import { AwsError, notImplemented, type Shape } from '../../service.ts';
import { uuid } from '../../uuid.ts';
import { forEachEntry } from './batch.ts';
import { attributesDigest, md5, messageBytes } from './message-digest.ts';
import { attributeNumber, isFifo, type QueueState, queueOf, read } from './queue-state.ts';
import type { Queue } from './queue-table.ts';

const MAX_BATCH_BYTES = 1_048_576;
const DEDUPLICATION_MS = 5 * 60 * 1000;
const MAX_DELAY_SECONDS = 900;
const SEQUENCE_DIGITS = 20;

/** A sequence number as FIFO queues show it. */
export const sequenceText = (seq: number): string => String(seq).padStart(SEQUENCE_DIGITS, '0');

const missing = (name: string): AwsError =>
  new AwsError('MissingParameter', `The request must contain the parameter ${name}.`);

const dedupIdOf = (queue: Queue, input: Shape, body: string): string => {
  const given = read.optionalText(input, 'MessageDeduplicationId');
  if (given !== undefined) return given;
  if (queue.attributes.ContentBasedDeduplication === 'true') return createHash('sha256').update(body).digest('hex');
  throw new AwsError(
    'InvalidParameterValue',
    'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
  );
};

const delayOf = (queue: Queue, input: Shape): number => {
  const seconds = read.optionalNumber(input, 'DelaySeconds');
  if (seconds === undefined) return attributeNumber(queue, 'DelaySeconds');
  if (seconds < 0 || seconds > MAX_DELAY_SECONDS || (isFifo(queue) && seconds > 0))
    throw new AwsError('InvalidParameterValue', `Value ${seconds} for parameter DelaySeconds is invalid.`);
  return seconds;
};

/** What SendMessage answers, for one message; wakes whoever waits for it. */
export const sendTo = (state: QueueState, queue: Queue, input: Shape): Shape => {
  const { table, context } = state;
  const body = read.optionalText(input, 'MessageBody') ?? '';
  const attributes = read.optionalShape(input, 'MessageAttributes') ?? {};
  if (body === '') throw missing('MessageBody');
  if (input.MessageSystemAttributes !== undefined)
    throw notImplemented('sqs', 'SendMessage with MessageSystemAttributes');
  const limit = attributeNumber(queue, 'MaximumMessageSize');
  if (messageBytes(body, attributes) > limit)
    throw new AwsError(
      'InvalidParameterValue',
      `One or more parameters are invalid. Reason: Message must be shorter than ${limit} bytes.`,
    );
  const groupId = read.optionalText(input, 'MessageGroupId') ?? '';
  if (isFifo(queue) && groupId === '') throw missing('MessageGroupId');
  const dedupId = isFifo(queue) ? dedupIdOf(queue, input, body) : '';
  const now = context.clock.now();
  const digest = attributesDigest(attributes);
  const answer = (id: string, seq: number): Shape => ({
    MessageId: id,
    MD5OfMessageBody: md5(body),
    ...(digest !== undefined && { MD5OfMessageAttributes: digest }),
    ...(isFifo(queue) && { SequenceNumber: sequenceText(seq) }),
  });
  const scope = queue.attributes.DeduplicationScope === 'messageGroup' ? `${groupId}/${dedupId}` : dedupId;
  const duplicate = isFifo(queue) ? table.duplicate(queue.name, scope, now) : undefined;
  if (duplicate !== undefined) return answer(duplicate.id, duplicate.seq);
  const id = uuid(context.random);
  const visibleMs = now + delayOf(queue, input) * 1000;
  const seq = table.insert(queue.name, { id, body, attributes, sentMs: now, visibleMs, groupId, dedupId, source: '' });
  if (isFifo(queue)) table.remember(queue.name, scope, id, seq, now + DEDUPLICATION_MS);
  state.arrivals.changed(queue.name);
  return answer(id, seq);
};

const refuseLongBatch = (entries: readonly Shape[]): void => {
  const bytes = entries.reduce((sum, entry) => {
    const attributes = read.optionalShape(entry, 'MessageAttributes') ?? {};
    return sum + messageBytes(read.optionalText(entry, 'MessageBody') ?? '', attributes);
  }, 0);
  if (bytes <= MAX_BATCH_BYTES) return;
  const message = `Batch requests cannot be longer than ${MAX_BATCH_BYTES} bytes. You have sent ${bytes} bytes.`;
  throw new AwsError('BatchRequestTooLong', message);
};

export const sendOperations = (state: QueueState): OperationTable => ({
  SendMessage: (input) => sendTo(state, queueOf(state, input), input),
  SendMessageBatch: (input) => {
    const queue = queueOf(state, input);
    refuseLongBatch(read.shapes(input, 'Entries'));
    return forEachEntry(input, (entry) => sendTo(state, queue, entry));
  },
});
