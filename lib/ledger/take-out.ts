// Looks through the messages of a queue of dead letters, and takes some off it, so that an alarm on it tells of what is open.
import { type DeadLetter, letterName, replayMessageOf } from '../records/index.ts';
import type { Aws } from '../support/aws-call.ts';
import { eachAtOnce } from '../support/each-at-once.ts';
import { type DeadLetters, isOpen, type LetterAddress } from './dead-letters.ts';

/** How long the other messages are hidden meanwhile. */
const hiddenSeconds = 60;
/** Messages that are looked through at most: on AWS a queue may hold any number. */
const mostMessages = 10_000;
/** How many more are looked at once all was found: the second message of a letter was sent soon after the first. */
const mostFurther = 100;

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

const handleOf = ({ ReceiptHandle }: WaitingMessage): object => ({ ReceiptHandle });

/** How a queue is looked through. */
export interface Look {
  /** After so many were deleted no more are looked for. @default all that are meant */
  readonly most?: number;
  /** Messages that are looked at, at most. @default 10,000 */
  readonly looked?: number;
  /** Whether all was found that is looked for. Then few more are looked at, and the queue is asked whether it has any, instead of waited for. */
  isFound?(): boolean;
  /** Of those that are not meant, which go nevertheless: asked once all were looked at. */
  areOver?(messages: readonly WaitingMessage[]): Promise<readonly WaitingMessage[]>;
}

/** Deletes the messages that `isMeant`. Others show up again at once. */
export const lookThrough = async (
  aws: Aws,
  QueueUrl: string,
  isMeant: (message: WaitingMessage) => boolean,
  { most = Number.POSITIVE_INFINITY, looked = mostMessages, isFound, areOver }: Look = {},
): Promise<Looked> => {
  const left = new Map<string, WaitingMessage>();
  const taken = new Set<string>();
  const takeOff = async (messages: readonly WaitingMessage[]): Promise<void> => {
    const [refused] = await withEach(aws, 'DeleteMessageBatch', QueueUrl, messages.map(handleOf));
    if (refused !== undefined) throw new Error(`${QueueUrl} did not let go of a message: ${refused}`);
    for (const { MessageId } of messages) {
      taken.add(MessageId);
      left.delete(MessageId);
    }
  };
  let further = 0;
  for (
    let isRound = true;
    isRound && further <= mostFurther && taken.size < most && taken.size + left.size < looked;
  ) {
    const { Messages = [] } = await aws.call('sqs', 'ReceiveMessage', {
      QueueUrl,
      MaxNumberOfMessages: atOnce,
      VisibilityTimeout: hiddenSeconds,
      WaitTimeSeconds: 1, // A short poll may miss messages on AWS.
      MessageSystemAttributeNames: ['SentTimestamp'],
      MessageAttributeNames: ['All'],
    });
    const messages = Messages as readonly WaitingMessage[];
    // A message that comes again says that the round is over. Others may come with it.
    isRound = messages.length > 0 && !messages.some(({ MessageId: id }) => left.has(id) || taken.has(id));
    for (const message of messages) left.set(message.MessageId, message);
    await takeOff(messages.filter(isMeant));
    if (!isFound?.()) continue;
    further += messages.length;
    if (messages.length < atOnce && (await messagesOn(aws, QueueUrl)) <= left.size) break;
  }
  const over = (await areOver?.([...left.values()])) ?? [];
  await withEach(aws, 'DeleteMessageBatch', QueueUrl, over.map(handleOf)); // one that is refused shows up by itself, as below
  for (const { MessageId } of over) left.delete(MessageId);
  const shown = [...left.values()].map(({ ReceiptHandle }) => ({ ReceiptHandle, VisibilityTimeout: 0 }));
  await withEach(aws, 'ChangeMessageVisibilityBatch', QueueUrl, shown);
  return { taken: taken.size, left: [...left.values()] };
};

type Failed = Pick<DeadLetter, 'generation' | 'round' | 'reopenedIn'>;
type LetterIn = Failed & { readonly name: string };

/** The execution of its run that a letter is of: in which it failed, or whose end opened it again. */
const executionOf = ({ generation = 1, reopenedIn = 1 }: Failed): number => Math.max(generation, reopenedIn);

const isLater = (one: Failed, than: Failed): boolean =>
  executionOf(one) > executionOf(than) ||
  (executionOf(one) === executionOf(than) && (one.round ?? 0) > (than.round ?? 0));

const letterIn = ({ Body }: WaitingMessage): LetterIn => {
  try {
    const letter = JSON.parse(Body);
    return { ...letter, name: letterName(letter) };
  } catch {
    return { name: '' }; // somebody else's message: it stays
  }
};

type Letters = Pick<DeadLetters, 'get'>;

/** Letters that are asked after side by side. */
const lettersAtOnce = 20;

/**
 * Messages whose letters are closed: whoever closed one did not find them, for they were hidden by who looked through the queue then. So
 * who has hidden messages puts back none of those.
 */
const closedOf =
  (deadLetters: Letters, pipeline: string) =>
  async (messages: readonly WaitingMessage[]): Promise<readonly WaitingMessage[]> => {
    const closed: WaitingMessage[] = [];
    await eachAtOnce(messages, lettersAtOnce, async (message) => {
      const named = replayMessageOf(message.Body);
      const letter = named?.pipeline === pipeline ? await deadLetters.get(named) : undefined;
      if (letter && !isOpen(letter)) closed.push(message);
      return undefined;
    });
    return closed;
  };

/**
 * Deletes the messages of letters of one pipeline, but for those that are newer. They are looked for also once each was found: a letter that
 * was sent twice has two.
 */
const takeLetters = async (
  aws: Aws,
  deadLetters: Letters,
  queueUrl: string,
  letters: readonly LetterAddress[],
  { looked, isNewer }: { readonly looked?: number; readonly isNewer?: (letter: LetterIn) => boolean } = {},
): Promise<void> => {
  const [first] = letters;
  if (!first) return;
  const names = new Set(letters.map(letterName));
  const missing = new Set(names);
  const isMeant = (message: WaitingMessage): boolean => {
    const letter = letterIn(message);
    if (!names.has(letter.name) || isNewer?.(letter)) return false;
    missing.delete(letter.name);
    return true;
  };
  const isFound = (): boolean => missing.size === 0;
  const areOver = closedOf(deadLetters, first.pipeline);
  await lookThrough(aws, queueUrl, isMeant, { isFound, areOver, ...(looked === undefined ? {} : { looked }) });
};

/** Deletes the messages of these letters of one pipeline. */
export const takeOut = (
  aws: Aws,
  deadLetters: Letters,
  queueUrl: string,
  letters: readonly LetterAddress[],
): Promise<void> => takeLetters(aws, deadLetters, queueUrl, letters);

/** Deletes the messages of letters of one pipeline that were sent to be done again. Of one that has failed again since, the newer stays. */
export const takeOutSent = (
  aws: Aws,
  deadLetters: Letters,
  queueUrl: string,
  sent: readonly (LetterAddress & Failed)[],
): Promise<void> => {
  const known = new Map(sent.map((letter) => [letterName(letter), letter]));
  const isNewer = (found: LetterIn): boolean => isLater(found, known.get(found.name) ?? found);
  return takeLetters(aws, deadLetters, queueUrl, sent, { isNewer });
};

/** Messages that an operator looks through: its time is short. Where there are more, the alarm rings with good reason. */
const mostForOrder = 1_000;

/**
 * Deletes the messages of letters that an order has closed, for the execution `generation` of their run. What failed in that execution, or
 * was opened again by its end, stays.
 */
export const takeOutClosed = (
  aws: Aws,
  deadLetters: Letters,
  queueUrl: string,
  closed: readonly DeadLetter[],
  generation: number,
): Promise<void> =>
  takeLetters(aws, deadLetters, queueUrl, closed, {
    looked: mostForOrder,
    isNewer: (found) => executionOf(found) >= generation,
  });
