// SendMessage and SendMessageBatch.
import { createHash } from 'node:crypto';
import { atomically } from '../../atomically.ts';
import { isShape } from '../../field-reader.ts';
import { isAttributeName, isNoNumber } from '../../message-attribute.ts';
import type { OperationTable } from '../../operation-table.ts';
import { AwsError, notImplemented, type Shape } from '../../service.ts';
import { uuid } from '../../uuid.ts';
import { forEachEntry } from './batch.ts';
import { attributesDigest, md5, messageBytes } from './message-digest.ts';
import { attributeNumber, isFifo, type QueueState, queueOf, read } from './queue-state.ts';
import type { Queue } from './queue-table.ts';

const DEDUPLICATION_MS = 5 * 60 * 1000;
const MAX_BATCH_BYTES = 1_048_576;
const MAX_ATTRIBUTES = 10;
/** What a group or a deduplication id may be: letters, digits and punctuation. */
const FIFO_ID = /^[!-~]{1,128}$/;
const FORBIDDEN_CHARACTER = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u;
const MAX_DELAY_SECONDS = 900;
const SEQUENCE_DIGITS = 20;

/** A sequence number as FIFO queues show it. */
export const sequenceText = (seq: number): string => String(seq).padStart(SEQUENCE_DIGITS, '0');

const missing = (name: string): AwsError =>
  new AwsError('MissingParameter', `The request must contain the parameter ${name}.`);

const invalid = (name: string, value: unknown, reason: string): AwsError =>
  new AwsError('InvalidParameterValue', `Value ${value} for parameter ${name} is invalid. Reason: ${reason}`);

const NOT_OF_THIS_TYPE = 'The request include parameter that is not valid for this queue type.'; // AWS's own words

/** A group or deduplication id; undefined where there is none. */
const fifoId = (input: Shape, name: string): string | undefined => {
  const id = read.optionalText(input, name);
  if (id === undefined || FIFO_ID.test(id)) return id;
  throw invalid(name, id, `${name} can only include alphanumeric and punctuation characters. 1 to 128 in length.`);
};

const dedupIdOf = (queue: Queue, input: Shape, body: string): string => {
  const given = fifoId(input, 'MessageDeduplicationId');
  if (given !== undefined && !isFifo(queue)) throw invalid('MessageDeduplicationId', given, NOT_OF_THIS_TYPE);
  if (!isFifo(queue)) return '';
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
  if (isFifo(queue) && seconds > 0) throw invalid('DelaySeconds', seconds, NOT_OF_THIS_TYPE);
  if (!Number.isInteger(seconds) || seconds < 0 || seconds > MAX_DELAY_SECONDS)
    throw invalid('DelaySeconds', seconds, `DelaySeconds must be >= 0 and <= ${MAX_DELAY_SECONDS}.`);
  return seconds;
};

const attributesOf = (input: Shape): Shape => read.optionalShape(input, 'MessageAttributes') ?? {};

/** Throws InvalidParameterValue for a name that is none, or a number that is none. Type and value: see `attributesDigest`. */
const checkAttribute = (name: string, { DataType, StringValue }: Shape): void => {
  if (!isAttributeName(name))
    throw new AwsError(
      'InvalidParameterValue',
      `The message attribute name '${name}' is invalid. Attribute name can contain A-Z, a-z, 0-9, underscore (_), hyphen (-), and period (.) characters.`,
    );
  if (isNoNumber(DataType, StringValue))
    throw new AwsError(
      'InvalidParameterValue',
      `Can't cast the value of message (user) attribute '${name}' to a number.`,
    );
};

const checkContents = (body: string, attributes: Shape): void => {
  if (body === '') throw missing('MessageBody');
  if (FORBIDDEN_CHARACTER.test(body))
    throw new AwsError('InvalidMessageContents', 'The message contains characters outside the allowed set.');
  for (const [name, value] of Object.entries(attributes)) checkAttribute(name, isShape(value) ? value : {});
  const count = Object.keys(attributes).length;
  if (count > MAX_ATTRIBUTES)
    throw new AwsError(
      'InvalidParameterValue',
      `Number of message attributes [${count}] exceeds the allowed maximum [${MAX_ATTRIBUTES}].`,
    );
};

/** What SendMessage answers, for one message; wakes whoever waits for it. */
export const sendTo = (state: QueueState, queue: Queue, input: Shape): Shape => {
  const { table, context } = state;
  const body = read.optionalText(input, 'MessageBody') ?? '';
  const attributes = attributesOf(input);
  checkContents(body, attributes);
  if (input.MessageSystemAttributes !== undefined)
    throw notImplemented('sqs', 'SendMessage with MessageSystemAttributes');
  const limit = attributeNumber(queue, 'MaximumMessageSize');
  if (messageBytes(body, attributes) > limit)
    throw new AwsError(
      'InvalidParameterValue',
      `One or more parameters are invalid. Reason: Message must be shorter than ${limit} bytes.`,
    );
  const groupId = fifoId(input, 'MessageGroupId') ?? '';
  if (isFifo(queue) && groupId === '') throw missing('MessageGroupId');
  const dedupId = dedupIdOf(queue, input, body);
  const now = context.clock.now();
  const digest = attributesDigest(attributes);
  const answer = (id: string, seq: number): Shape => ({
    MessageId: id,
    MD5OfMessageBody: md5(body),
    ...(digest !== undefined && { MD5OfMessageAttributes: digest }),
    ...(isFifo(queue) && { SequenceNumber: sequenceText(seq) }),
  });
  const scope = queue.attributes.DeduplicationScope === 'messageGroup' ? `${groupId} ${dedupId}` : dedupId; // ids have no spaces
  const duplicate = isFifo(queue) ? table.duplicate(queue.name, scope, now) : undefined;
  if (duplicate !== undefined) return answer(duplicate.id, duplicate.seq);
  const id = uuid(context.random);
  const visibleMs = now + delayOf(queue, input) * 1000;
  const message = { id, body, attributes, sentMs: now, visibleMs, groupId, dedupId, source: '' };
  // One transaction: a crash between the two would take the repeat of a message for another.
  const told = (): number => {
    const made = table.insert(queue.name, message);
    table.remember(queue.name, scope, { id, seq: made, untilMs: now + DEDUPLICATION_MS }, now);
    return made;
  };
  const seq = isFifo(queue) ? atomically(context.database, told) : table.insert(queue.name, message);
  state.arrivals.changed(queue.name);
  return answer(id, seq);
};

const refuseLongBatch = (entries: readonly Shape[]): void => {
  const bytes = entries.reduce(
    (sum, entry) => sum + messageBytes(read.optionalText(entry, 'MessageBody') ?? '', attributesOf(entry)),
    0,
  );
  if (bytes <= MAX_BATCH_BYTES) return;
  const message = `Batch requests cannot be longer than ${MAX_BATCH_BYTES} bytes. You have sent ${bytes} bytes.`;
  throw new AwsError('BatchRequestTooLong', message);
};

/** AWS: a message that no FIFO queue takes is an error of its batch, not of its entry. */
const refuseIncomplete = (queue: Queue, entries: readonly Shape[]): void => {
  for (const entry of isFifo(queue) ? entries : []) {
    if (!read.optionalText(entry, 'MessageGroupId'))
      throw new AwsError('InvalidParameterValue', 'The request must contain the parameter MessageGroupId.');
    dedupIdOf(queue, entry, read.optionalText(entry, 'MessageBody') ?? '');
  }
};

export const sendOperations = (state: QueueState): OperationTable => ({
  SendMessage: (input) => sendTo(state, queueOf(state, input), input),
  SendMessageBatch: (input) => {
    const queue = queueOf(state, input);
    const entries = read.shapes(input, 'Entries');
    refuseLongBatch(entries);
    refuseIncomplete(queue, entries);
    return forEachEntry(input, (entry) => sendTo(state, queue, entry));
  },
});
