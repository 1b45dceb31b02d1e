// Looks through the messages of a queue of dead letters, and takes some off it, so that an alarm on it tells of what is open.
import { type DeadLetter, letterName } from '../records/index.ts';
import type { Aws } from '../support/aws-call.ts';

/** How long the other messages are hidden meanwhile. */
const hiddenSeconds = 60;
/** Messages that are looked through at most: on AWS a queue may hold any number. */
const mostMessages = 10_000;

/** A message as SQS gives it. */
export interface WaitingMessage {
  readonly MessageId: string;
  readonly ReceiptHandle: string;
  readonly Body: string;
  readonly Attributes?: { readonly [name: string]: string };
  readonly MessageAttributes?: { readonly [name: string]: { readonly StringValue?: string } };
}

/** Its attributes that are texts. */
export const textsOf = ({ MessageAttributes = {} }: WaitingMessage): { readonly [name: string]: string } =>
  Object.fromEntries(
    Object.entries(MessageAttributes).flatMap(([name, { StringValue }]) =>
      StringValue === undefined ? [] : [[name, StringValue]],
    ),
  );

/** How many messages a queue has, in work or not: on AWS about so many. */
export const messagesOn = async (aws: Aws, QueueUrl: string): Promise<number> => {
  const AttributeNames = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'];
  const { Attributes } = await aws.call('sqs', 'GetQueueAttributes', { QueueUrl, AttributeNames });
  const counts = Attributes as { readonly [name: string]: string };
  return AttributeNames.reduce((sum, name) => sum + Number(counts[name] ?? 0), 0);
};

/** What was left on a queue, and how many were taken off. */
export interface Looked {
  readonly taken: number;
  readonly left: readonly WaitingMessage[];
}

const atOnce = 10; // SQS takes no more in a batch

/** Does the same with many messages; gives why some were refused. */
const withEach = async (
  aws: Aws,
  operation: 'DeleteMessageBatch' | 'ChangeMessageVisibilityBatch',
  QueueUrl: string,
  messages: readonly object[],
): Promise<readonly string[]> => {
  const refused: string[] = [];
  for (let start = 0; start < messages.length; start += atOnce) {
    const Entries = messages.slice(start, start + atOnce).map((one, place) => ({ Id: String(place), ...one }));
    const { Failed = [] } = await aws.call('sqs', operation, { QueueUrl, Entries });
    for (const { Code, Message } of Failed as readonly { readonly Code?: string; readonly Message?: string }[])
      refused.push(`${Code ?? ''} ${Message ?? ''}`);
  }
  return refused;
};

interface Polls {
  /** Messages that are looked at. */
  readonly most: number;
  readonly WaitTimeSeconds: number;
  /** Answers in a row without a message, after which there are none. */
  readonly empty: number;
}

const longPolls: Polls = { most: mostMessages, WaitTimeSeconds: 1, empty: 1 }; // a short poll may miss messages on AWS

/** Deletes the messages that `isMeant`, until it has `most`. Others show up again at once. */
export const lookThrough = async (
  aws: Aws,
  QueueUrl: string,
  isMeant: (message: WaitingMessage) => boolean,
  most = Number.POSITIVE_INFINITY,
  polls = longPolls,
): Promise<Looked> => {
  const left: WaitingMessage[] = [];
  const seen = new Set<string>();
  let taken = 0;
  let empty = 0;
  while (taken < most && seen.size < polls.most && empty < polls.empty) {
    const { Messages = [] } = await aws.call('sqs', 'ReceiveMessage', {
      QueueUrl,
      MaxNumberOfMessages: 10,
      VisibilityTimeout: hiddenSeconds,
      WaitTimeSeconds: polls.WaitTimeSeconds,
      MessageSystemAttributeNames: ['SentTimestamp'],
      MessageAttributeNames: ['All'],
    });
    const messages = Messages as readonly WaitingMessage[];
    empty = messages.length === 0 ? empty + 1 : 0;
    // A message that comes again says that the round is over.
    if (messages.some(({ MessageId }) => seen.has(MessageId))) break;
    const meant: { readonly ReceiptHandle: string }[] = [];
    for (const message of messages) {
      const { MessageId, ReceiptHandle } = message;
      seen.add(MessageId);
      if (isMeant(message)) meant.push({ ReceiptHandle });
      else left.push(message);
    }
    const [refused] = await withEach(aws, 'DeleteMessageBatch', QueueUrl, meant);
    if (refused !== undefined) throw new Error(`${QueueUrl} did not let go of a message: ${refused}`);
    taken += meant.length;
  }
  const shown = left.map(({ ReceiptHandle }) => ({ ReceiptHandle, VisibilityTimeout: 0 }));
  await withEach(aws, 'ChangeMessageVisibilityBatch', QueueUrl, shown); // one that is refused shows up by itself
  return { taken, left };
};

const letterIn = ({
  Body,
}: WaitingMessage): Pick<DeadLetter, 'generation' | 'reopenedIn'> & { readonly name: string } => {
  try {
    const letter = JSON.parse(Body);
    return { ...letter, name: letterName(letter) };
  } catch {
    return { name: '' }; // somebody else's message: it stays
  }
};

/** Deletes the messages of these letters (by `letterName`); gives how many. */
export const takeOut = async (aws: Aws, queueUrl: string, names: ReadonlySet<string>): Promise<number> =>
  (await lookThrough(aws, queueUrl, (message) => names.has(letterIn(message).name), names.size)).taken;

/**
 * How an operator looks: its time is short, and in virtual time none passes while it works, so a long poll would never end. Where it does
 * not see all there is, the alarm rings with good reason.
 */
const operatorPolls: Polls = { most: 1_000, WaitTimeSeconds: 0, empty: 3 };

/**
 * Deletes the messages of letters that an order has closed, for the execution `generation` of their run. What failed in that execution, or
 * was opened again by its end, stays.
 */
export const takeOutClosed = async (
  aws: Aws,
  queueUrl: string,
  closed: readonly DeadLetter[],
  generation: number,
): Promise<void> => {
  const names = new Set(closed.map(letterName));
  const isMeant = (message: WaitingMessage): boolean => {
    const { name, generation: failedIn = 1, reopenedIn = 1 } = letterIn(message);
    return names.has(name) && Math.max(failedIn, reopenedIn) < generation;
  };
  if (names.size > 0) await lookThrough(aws, queueUrl, isMeant, names.size, operatorPolls);
};
