// Messages of queues that are not the start queue: what a user's queue could start no run with, and what lies among a pipeline's
// dead letters and names none. Both wait on the dead-letter queue of their own queue, and are sent to that one again.

import { isOpen, lookThrough, messagesOn, textsOf, type WaitingMessage } from '../../ledger/index.ts';
import {
  type DeadLetter,
  type LostStart,
  letterName,
  lostStartId,
  replayAttributes,
  replayMessageOf,
} from '../../records/index.ts';
import { AwsCallError } from '../../support/aws-call.ts';
import type { Setting } from '../setting.ts';
import type { Target } from '../target.ts';
import { mendedProblem } from './mended.ts';

const nameOf = (urlOrArn: string): string => urlOrArn.split(/[/:]/).at(-1) ?? '';

/** A queue and its dead letters; undefined when there is none of the name. */
interface QueuePair {
  readonly queueUrl: string;
  readonly deadUrl?: string;
}

const pairOf = async ({ aws }: Target, QueueName: string): Promise<QueuePair | undefined> => {
  try {
    const queueUrl = String((await aws.call('sqs', 'GetQueueUrl', { QueueName })).QueueUrl);
    const asked = { QueueUrl: queueUrl, AttributeNames: ['RedrivePolicy'] };
    const { Attributes = {} } = await aws.call('sqs', 'GetQueueAttributes', asked);
    const { RedrivePolicy } = Attributes as { readonly RedrivePolicy?: string };
    if (RedrivePolicy === undefined) return { queueUrl };
    const dead = { QueueName: nameOf(JSON.parse(RedrivePolicy).deadLetterTargetArn) };
    return { queueUrl, deadUrl: String((await aws.call('sqs', 'GetQueueUrl', dead)).QueueUrl) };
  } catch (error) {
    if (error instanceof AwsCallError && /NonExistentQueue|QueueDoesNotExist/.test(error.code)) return undefined;
    throw error;
  }
};

/** Whose dead letters are looked through. */
export interface Among {
  /** @default all */
  readonly pipeline: string | undefined;
  /** How many open ones pipelines have: what more lies on a queue is none. @default nobody knows */
  readonly open?: ReadonlyMap<string, number> | undefined;
}

/** What lies among the dead letters of pipelines and names none of theirs. */
export const strays = async (
  target: Target,
  { pipeline: only, open = new Map() }: Among,
): Promise<readonly LostStart[]> => {
  const found: LostStart[] = [];
  for (const pipeline of only === undefined ? target.manifest.pipelines : [only]) {
    const { deadLetterQueueUrl, replayQueueUrl } = await target.pipeline(pipeline);
    // A queue of thousands is not looked through where each message can be a dead letter.
    if ((await messagesOn(target.aws, deadLetterQueueUrl)) <= (open.get(pipeline) ?? 0)) continue;
    const { left } = await lookThrough(target.aws, deadLetterQueueUrl, () => false);
    for (const message of left) {
      const cause = await strangeness(target, pipeline, message.Body);
      if (cause !== undefined) found.push(asStray(message, pipeline, nameOf(replayQueueUrl), cause));
    }
  }
  return found;
};

/** Why a message is no dead letter of the pipeline's; undefined for one that is. */
const strangeness = async ({ ledger }: Target, pipeline: string, body: string): Promise<string | undefined> => {
  const named = replayMessageOf(body);
  if (!named) return 'HDL429 it names no dead letter: { "pipeline", "run", "stage" } and, of a map, "item"';
  const letter = named.pipeline === pipeline ? await ledger.deadLetters.get(named) : undefined;
  if (letter) return leftOver(letter);
  return `HDL432 the ledger has no dead letter ${letterName(named)} of ${named.pipeline}`;
};

/** Who closed a letter and died before its message was gone, or did not find it, leaves it to the queue, and to the alarm on that. */
const leftOver = (letter: DeadLetter): string | undefined =>
  isOpen(letter)
    ? undefined
    : `${letterName(letter)} was ${letter.state} by ${letter.closedBy ?? 'somebody'}, and its message is left over: discard it`;

const asStray = (message: WaitingMessage, pipeline: string, queue: string, cause: string): LostStart => {
  const sent = new Date(Number(message.Attributes?.SentTimestamp ?? 0)).toISOString();
  return {
    id: lostStartId(message.Body, queue),
    pipeline,
    trigger: `queue: ${queue}`,
    queue,
    messageId: message.MessageId,
    error: 'Heddle.Permanent',
    cause,
    attempts: 1,
    firstAt: sent,
    lastAt: sent,
    message: { kind: 'inline', json: JSON.stringify(message.Body) },
    attributes: textsOf(message),
  };
};

const isReplayQueue = async (target: Target, { queue, pipeline = '' }: LostStart): Promise<boolean> =>
  target.manifest.pipelines.includes(pipeline) && nameOf((await target.pipeline(pipeline)).replayQueueUrl) === queue;

const isJson = (body: string): boolean => {
  try {
    JSON.parse(body);
    return true;
  } catch {
    return false; // which is what was asked
  }
};

/** Why one cannot be sent to its queue; undefined where it can. `mended` is to go instead of its message. */
export const refusalOfQueue = async (
  target: Target,
  lost: LostStart,
  body: string,
  mended: string | undefined,
  setting: Setting,
): Promise<string | undefined> => {
  const { queue = '' } = lost;
  const isReplay = await isReplayQueue(target, lost);
  const named = isReplay && mended === undefined ? replayMessageOf(body) : undefined;
  const letter = named && (await target.ledger.deadLetters.get(named));
  const over = letter && leftOver(letter);
  if (over !== undefined) return over;
  if (mended !== undefined) {
    const problem = await mendedProblem(target, lost, mended, isReplay ? 'replay' : 'user', setting);
    if (problem !== undefined) return problem;
  } else if (isReplay ? replayMessageOf(body) === undefined : !isJson(body)) {
    const wanted = isReplay ? '{ "pipeline", "run", "stage" }' : 'JSON';
    return `malformed, and would fail again: give --message with ${wanted}, or discard it`;
  }
  const pair = await pairOf(target, queue);
  if (!pair) return `there is no queue ${queue}`;
  if (pair.deadUrl !== undefined && (await copiesOn(target, pair.deadUrl, body)).length > 0) return undefined;
  return (await messagesOn(target.aws, pair.queueUrl)) === 0
    ? undefined
    : `the queue ${queue} may still be trying it: wait until it is with its dead letters`;
};

const copiesOn = async ({ aws }: Target, deadUrl: string, body: string): Promise<readonly WaitingMessage[]> =>
  (await messagesOn(aws, deadUrl)) === 0
    ? []
    : (await lookThrough(aws, deadUrl, () => false)).left.filter(({ Body }) => Body === body);

export const textAttributes = (texts: { readonly [name: string]: string | undefined }): object =>
  Object.fromEntries(
    Object.entries(texts).flatMap(([name, StringValue]) =>
      StringValue ? [[name, { DataType: 'String', StringValue }]] : [],
    ),
  );

interface SentAgain {
  readonly body: string;
  readonly attributes: { readonly [name: string]: string | undefined };
}

/**
 * Sends each message that has this text to its queue again, then takes them off the dead letters. Each goes under the id that
 * it had, so one that is sent twice, as after a crash in between, asks for one run.
 */
export const putBack = async (
  target: Target,
  lost: LostStart,
  stored: string,
  { body, attributes }: SentAgain,
): Promise<void> => {
  const pair = await pairOf(target, lost.queue ?? '');
  if (!pair) return; // refused before
  const copies = pair.deadUrl === undefined ? [] : await copiesOn(target, pair.deadUrl, stored);
  const ids = copies.map((copy) => textsOf(copy)[replayAttributes.messageId] ?? copy.MessageId);
  for (const messageId of ids.length > 0 ? ids : [lost.messageId]) {
    await target.aws.call('sqs', 'SendMessage', {
      QueueUrl: pair.queueUrl,
      MessageBody: body,
      MessageAttributes: textAttributes({ ...attributes, [replayAttributes.messageId]: messageId }),
    });
  }
  // By their ids: what was sent may have failed again, and be there anew.
  const sent = new Set(copies.map(({ MessageId }) => MessageId));
  if (pair.deadUrl !== undefined && sent.size > 0)
    await lookThrough(target.aws, pair.deadUrl, ({ MessageId }) => sent.has(MessageId), { most: sent.size });
};

/** Takes a letter's messages off the dead letters of their queue; by its id alone where its text is gone. */
export const takeOffQueue = async (
  target: Target,
  { queue = '', messageId }: LostStart,
  body: string | undefined,
): Promise<void> => {
  const { deadUrl } = (await pairOf(target, queue)) ?? {};
  if (deadUrl !== undefined && (await messagesOn(target.aws, deadUrl)) > 0)
    await lookThrough(target.aws, deadUrl, ({ Body, MessageId }) => Body === body || MessageId === messageId);
};
