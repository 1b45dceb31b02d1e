// Receipt handles, and what may be done with one: delete its message, or change how long it stays hidden.
import type { OperationTable } from '../../operation-table.ts';
import { AwsError, type Shape } from '../../service.ts';
import { forEachEntry } from './batch.ts';
import { isFifo, type QueueState, queueOf, read } from './queue-state.ts';
import type { Message, Queue } from './queue-table.ts';

const MAX_VISIBILITY_SECONDS = 43_200;

/** The handle of a message's latest receive. */
export const receiptHandle = ({ seq, receipt }: Pick<Message, 'seq' | 'receipt'>): string =>
  Buffer.from(`${seq} ${receipt}`).toString('base64');

// The message of a handle, where that receive is still its latest.
const heldBy = (state: QueueState, queue: Queue, input: Shape): Message | undefined => {
  const handle = read.text(input, 'ReceiptHandle');
  const [, seq, receipt] = /^(\d+) ([0-9a-f-]{36})$/.exec(Buffer.from(handle, 'base64').toString()) ?? [];
  if (seq === undefined)
    throw new AwsError(
      'ReceiptHandleIsInvalid',
      `The input receipt handle "${handle}" is not a valid receipt handle.`,
      404,
    );
  const message = state.table.find(queue.name, Number(seq));
  return message?.receipt === receipt ? message : undefined;
};

const remove = (state: QueueState, queue: Queue, input: Shape): Shape => {
  const message = heldBy(state, queue, input);
  if (message === undefined) return {}; // AWS: deleting with a handle that is no longer the latest succeeds
  if (isFifo(queue) && message.visibleMs <= state.context.clock.now()) {
    const why = 'Reason: The receipt handle has expired.';
    throw new AwsError(
      'InvalidParameterValue',
      `Value ${read.text(input, 'ReceiptHandle')} for parameter ReceiptHandle is invalid. ${why}`,
    );
  }
  state.table.remove(message.seq);
  state.arrivals.changed(queue.name); // the next message of a FIFO group may go out now
  return {};
};

const changeVisibility = (state: QueueState, queue: Queue, input: Shape): Shape => {
  const seconds = read.number(input, 'VisibilityTimeout');
  if (!Number.isInteger(seconds) || seconds < 0 || seconds > MAX_VISIBILITY_SECONDS)
    throw new AwsError('InvalidParameterValue', `Value ${seconds} for parameter VisibilityTimeout is invalid.`);
  const message = heldBy(state, queue, input);
  const now = state.context.clock.now();
  if (message === undefined) {
    const why = 'Reason: Message does not exist or is not available for visibility timeout change.';
    throw new AwsError(
      'InvalidParameterValue',
      `Value ${read.text(input, 'ReceiptHandle')} for parameter ReceiptHandle is invalid. ${why}`,
    );
  }
  if (message.visibleMs <= now) throw new AwsError('MessageNotInflight', 'The message referred to is not in flight.');
  state.table.setVisible(message.seq, now + seconds * 1000);
  state.arrivals.changed(queue.name);
  return {};
};

export const receiptOperations = (state: QueueState): OperationTable => ({
  DeleteMessage: (input) => remove(state, queueOf(state, input), input),
  ChangeMessageVisibility: (input) => changeVisibility(state, queueOf(state, input), input),
  DeleteMessageBatch: (input) => {
    const queue = queueOf(state, input);
    return forEachEntry(input, (entry) => remove(state, queue, entry));
  },
  ChangeMessageVisibilityBatch: (input) => {
    const queue = queueOf(state, input);
    return forEachEntry(input, (entry) => changeVisibility(state, queue, entry));
  },
});
