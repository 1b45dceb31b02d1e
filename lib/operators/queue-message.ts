// What Lambda hands over from a queue, as a start message. Which pipeline a message of the user's own queue is for, synth wrote
// under the queue's name.
import {
  carriedAttributes,
  type Json,
  replayAttributes,
  type StartMessage,
  throttledAttribute,
} from '../records/index.ts';
import { PermanentError } from '../support/run-errors.ts';
import { readStartMessage } from './read-start-message.ts';
import type { Services } from './services.ts';

/** The part of an SQS record that matters here. */
export interface QueueRecord {
  readonly messageId: string;
  readonly body: string;
  readonly eventSourceARN: string;
  readonly attributes: { readonly SentTimestamp: string; readonly ApproximateReceiveCount?: string };
  readonly messageAttributes?: { readonly [name: string]: { readonly stringValue?: string | undefined } };
}

/** Its attributes that are texts. */
export const textsOf = ({
  messageAttributes = {},
}: Pick<QueueRecord, 'messageAttributes'>): { readonly [name: string]: string } =>
  Object.fromEntries(
    Object.entries(messageAttributes).flatMap(([name, { stringValue }]) =>
      stringValue === undefined ? [] : [[name, stringValue]],
    ),
  );

/** The queue that it was sent to; of one that comes again by way of the start queue, the one before. */
export const queueOf = (record: Pick<QueueRecord, 'eventSourceARN' | 'messageAttributes'>): string =>
  textsOf(record)[carriedAttributes.queue] ?? record.eventSourceARN.split(':').at(-1) ?? '';

/** False for one of a queue of the user's. */
export const isOfStartQueue = (record: QueueRecord, { startQueueUrl }: Pick<Services, 'startQueueUrl'>): boolean =>
  startQueueUrl.endsWith(`/${queueOf(record)}`);

/** What is to come again: the text that would do it on the start queue, and its attributes. */
export interface Message {
  readonly body: string;
  readonly attributes: { readonly [name: string]: string };
}

const kept: readonly string[] = [throttledAttribute, ...Object.values(replayAttributes)];

/** Of its attributes, those that mean something to us: SQS takes ten, and who sent it may have used them all. */
export const ownTexts = (record: QueueRecord): Message['attributes'] =>
  Object.fromEntries(Object.entries(textsOf(record)).filter(([name]) => kept.includes(name)));

/** A message as it comes again before it was looked at: one of the user's with where it is from, for what it asks for is not known yet. */
export const asItCame = (record: QueueRecord, services: Pick<Services, 'startQueueUrl'>): Message => {
  const { body, messageId, attributes } = record;
  const texts = textsOf(record);
  if (isOfStartQueue(record, services)) return { body, attributes: texts };
  const from = {
    [carriedAttributes.queue]: queueOf(record),
    [carriedAttributes.sentAt]: texts[carriedAttributes.sentAt] ?? attributes.SentTimestamp,
    [replayAttributes.messageId]: texts[replayAttributes.messageId] ?? messageId,
  };
  return { body, attributes: { ...ownTexts(record), ...from } };
};

/** Throws PermanentError HDL446 for what is no start message on the start queue, and HDL442 of the user's: a body that is not JSON goes back, and in the end to the dead letters of its own queue. */
export const startMessageOf = async (
  record: QueueRecord,
  services: Pick<Services, 'aws' | 'manifests' | 'startQueueUrl'>,
): Promise<StartMessage> => {
  const { messageId, body, attributes } = record;
  if (isOfStartQueue(record, services)) return readStartMessage(body, textsOf(record), services);
  const queue = queueOf(record);
  const found = await services.manifests.queueOf(queue);
  if (!found)
    throw new PermanentError(`HDL445 no trigger takes from the queue ${queue}. Fix: deploy the pipeline again`);
  let detail: Json;
  try {
    detail = JSON.parse(body);
  } catch (error) {
    throw new PermanentError(
      `HDL442 the message ${messageId} of the queue ${queue} is not JSON (${error instanceof Error ? error.message : error}). Fix: send JSON; this one can be sent on mended, or discarded: heddle dead-letters replay start/… --message`,
      { cause: error },
    );
  }
  const texts = textsOf(record);
  const time = new Date(Number(texts[carriedAttributes.sentAt] ?? attributes.SentTimestamp)).toISOString();
  const id = texts[replayAttributes.messageId] ?? messageId;
  const event = { id, time, source: queue, detailType: '', detail };
  return { kind: 'event', from: 'queue', ...found, event };
};
