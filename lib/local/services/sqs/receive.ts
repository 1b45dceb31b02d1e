// ReceiveMessage with its long poll, and the step to the dead-letter queue that AWS takes at a receive.
import { atomically } from '../../atomically.ts';
import { isShape } from '../../field-reader.ts';
import type { OperationTable } from '../../operation-table.ts';
import { AwsError, notImplemented, type Shape } from '../../service.ts';
import { uuid } from '../../uuid.ts';
import { redrivePolicy } from './attribute-checks.ts';
import { attributesDigest, md5 } from './message-digest.ts';
import {
  attributeNumber,
  dropExpired,
  isFifo,
  type QueueState,
  queueArn,
  queueByArn,
  queueOf,
  read,
} from './queue-state.ts';
import type { Message, Queue } from './queue-table.ts';
import { receiptHandle } from './receipts.ts';
import { sequenceText } from './send.ts';

const MAX_BATCH = 10;
const MAX_WAIT_SECONDS = 20;
const MAX_VISIBILITY_SECONDS = 43_200;

const bounded = (input: Shape, field: string, fallback: number, low: number, high: number): number => {
  const value = read.optionalNumber(input, field) ?? fallback;
  if (Number.isInteger(value) && value >= low && value <= high) return value;
  const reason = `Must be between ${low} and ${high}, if provided.`;
  throw new AwsError('InvalidParameterValue', `Value ${value} for parameter ${field} is invalid. Reason: ${reason}`);
};

const systemAttributes = (state: QueueState, message: Message): { readonly [name: string]: string } => ({
  SenderId: state.context.account,
  SentTimestamp: String(message.sentMs),
  ApproximateReceiveCount: String(message.receives),
  ApproximateFirstReceiveTimestamp: String(message.firstReceivedMs),
  ...(message.groupId !== '' && { MessageGroupId: message.groupId }),
  ...(message.dedupId !== '' && {
    MessageDeduplicationId: message.dedupId,
    SequenceNumber: sequenceText(message.seq),
  }),
  ...(message.source !== '' && { DeadLetterQueueSourceArn: message.source }),
});

const wanted = (names: readonly string[]) => {
  const isAll = names.includes('All') || names.includes('.*');
  return ([name]: [string, unknown]): boolean =>
    isAll || names.some((want) => want === name || (want.endsWith('.*') && name.startsWith(want.slice(0, -2))));
};

const shown = (state: QueueState, message: Message, input: Shape): Shape => {
  const system = [...read.texts(input, 'AttributeNames'), ...read.texts(input, 'MessageSystemAttributeNames')];
  const Attributes = Object.fromEntries(Object.entries(systemAttributes(state, message)).filter(wanted(system)));
  const MessageAttributes = Object.fromEntries(
    Object.entries(message.attributes).filter(wanted(read.texts(input, 'MessageAttributeNames'))),
  );
  const digest = attributesDigest(MessageAttributes);
  return {
    MessageId: message.id,
    ReceiptHandle: receiptHandle(message),
    MD5OfBody: md5(message.body),
    Body: message.body,
    ...(Object.keys(Attributes).length > 0 && { Attributes }),
    ...(digest !== undefined && isShape(MessageAttributes) && { MessageAttributes, MD5OfMessageAttributes: digest }),
  };
};

interface Ask {
  readonly limit: number;
  readonly visibilityMs: number;
}

// A message past its receives goes to the dead-letter queue instead of to the receiver; the next in line is tried.
const take = (state: QueueState, queue: Queue, ask: Ask): readonly Message[] => {
  const { table, context } = state;
  const now = context.clock.now();
  const policy = redrivePolicy(queue.attributes);
  const target = policy && queueByArn(state, policy.deadLetterTargetArn);
  dropExpired(state, queue);
  while (true) {
    const found = table.receivable(queue.name, now, ask.limit, isFifo(queue));
    const isSpent = ({ receives }: Message): boolean =>
      policy !== undefined && target !== undefined && receives >= policy.maxReceiveCount;
    const spent = found.filter(isSpent);
    // AWS: on a dead-letter queue a message of a standard queue is as old as it was, one of a FIFO queue is new.
    for (const message of spent)
      if (target !== undefined)
        table.move(message, target.name, queueArn(state, queue.name), isFifo(queue) ? now : message.sentMs);
    if (target !== undefined && spent.length > 0) state.arrivals.changed(target.name);
    if (spent.length > 0) continue;
    return found.map((message) => {
      const received: Message = {
        ...message,
        visibleMs: now + ask.visibilityMs,
        firstReceivedMs: message.firstReceivedMs || now,
        receives: message.receives + 1,
        receipt: uuid(context.random),
      };
      table.received(received);
      return received;
    });
  }
};

interface Wait {
  readonly ms: number;
  readonly gone: AbortSignal | undefined;
  readonly held: true | undefined;
}

/** Resolves with true when `queue` may have a message, with false after the time, or when nobody wants it any more. */
const arrival = (state: QueueState, queue: Queue, { ms, gone, held }: Wait): Promise<boolean> =>
  new Promise((resolve) => {
    const done = (arrived: boolean): void => {
      gone?.removeEventListener('abort', over);
      unwatch();
      cancel();
      resolve(arrived);
    };
    const over = (): void => done(false);
    const unwatch = state.arrivals.watch(queue.name, () => done(true));
    const cancel = state.context.clock.after(ms, over, held && 'poll');
    gone?.addEventListener('abort', over);
  });

export const receiveOperations = (state: QueueState): OperationTable => ({
  ReceiveMessage: async (input, gone, held) => {
    const queue = queueOf(state, input);
    if (input.ReceiveRequestAttemptId !== undefined)
      throw notImplemented('sqs', 'ReceiveMessage with ReceiveRequestAttemptId');
    const { clock, database } = state.context;
    const limit = bounded(input, 'MaxNumberOfMessages', 1, 1, MAX_BATCH);
    const visibility = attributeNumber(queue, 'VisibilityTimeout');
    const visibilityMs = bounded(input, 'VisibilityTimeout', visibility, 0, MAX_VISIBILITY_SECONDS) * 1000;
    const wait = attributeNumber(queue, 'ReceiveMessageWaitTimeSeconds');
    const until = clock.now() + bounded(input, 'WaitTimeSeconds', wait, 0, MAX_WAIT_SECONDS) * 1000;
    for (let waits = true; gone?.aborted !== true; ) {
      const current = queueOf(state, input); // it may be changed or deleted during the wait
      const messages = atomically(database, () => take(state, current, { limit, visibilityMs }));
      const leftMs = until - clock.now();
      if (messages.length > 0) state.arrivals.hid(current.name);
      if (messages.length > 0) return { Messages: messages.map((message) => shown(state, message, input)) };
      if (leftMs <= 0 || !waits) return {};
      waits = await arrival(state, current, { ms: leftMs, gone, held });
    }
    return {};
  },
});
