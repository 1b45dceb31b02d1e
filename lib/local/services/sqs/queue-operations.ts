// Making, describing and removing queues.

import { parseArn } from '../../arn.ts';
import { atomically } from '../../atomically.ts';
import { isShape } from '../../field-reader.ts';
import type { OperationTable } from '../../operation-table.ts';
import { asked, pageOf } from '../../page.ts';
import { AwsError, type Shape } from '../../service.ts';
import {
  allowsDeadLettersOf,
  checkAttributes,
  isSettable,
  type QueueAttributes,
  redrivePolicy,
  withDefaults,
} from './attribute-checks.ts';
import {
  dropExpired,
  isFifo,
  type QueueState,
  queueArn,
  queueByArn,
  queueMissing,
  queueOf,
  queueUrl,
  read,
} from './queue-state.ts';
import type { Queue } from './queue-table.ts';

const NAME = /^[a-zA-Z0-9_-]{1,80}$|^(?=.{6,80}$)[a-zA-Z0-9_-]+\.fifo$/;
const PURGE_MS = 60_000;
const PAGE = { size: 'MaxResults', token: 'NextToken', most: 1000, error: 'InvalidParameterValue' };

const described = (state: QueueState, queue: Queue): QueueAttributes => {
  dropExpired(state, queue);
  const counts = state.table.counts(queue.name, state.context.clock.now());
  return {
    QueueArn: queueArn(state, queue.name),
    ApproximateNumberOfMessages: String(counts.visible),
    ApproximateNumberOfMessagesDelayed: String(counts.delayed),
    ApproximateNumberOfMessagesNotVisible: String(counts.inFlight),
    CreatedTimestamp: String(Math.floor(queue.createdMs / 1000)),
    LastModifiedTimestamp: String(Math.floor(queue.modifiedMs / 1000)),
    ...withDefaults(queue.attributes),
  };
};

const attributesOf = (input: Shape, isFifoQueue: boolean): QueueAttributes =>
  checkAttributes(read.optionalShape(input, 'Attributes') ?? {}, isFifoQueue);

const tagsOf = (input: Shape): { [key: string]: string } => {
  const tags = isShape(input.tags) ? input.tags : isShape(input.Tags) ? input.Tags : {};
  return Object.fromEntries(Object.entries(tags).map(([key, value]) => [key, String(value)]));
};

export const queueOperations = (state: QueueState): OperationTable => {
  const { table, context } = state;

  const checkRedrive = (source: string, attributes: QueueAttributes): void => {
    const target = redrivePolicy(attributes)?.deadLetterTargetArn;
    if (target === undefined) return;
    if (parseArn(target)?.service !== 'sqs') {
      const why = 'Reason: Invalid value for deadLetterTargetArn.';
      const message = `Value ${attributes.RedrivePolicy} for parameter RedrivePolicy is invalid. ${why}`;
      throw new AwsError('InvalidParameterValue', message);
    }
    const queue = queueByArn(state, target);
    if (queue === undefined)
      throw new AwsError(
        'InvalidParameterValue',
        `Value for parameter RedrivePolicy is invalid. Reason: Dead letter target does not exist.`,
      );
    if (isFifo(queue) !== source.endsWith('.fifo'))
      throw new AwsError(
        'InvalidParameterValue',
        'Value for parameter RedrivePolicy is invalid. Reason: Dead-letter queue must be same type of queue as the source.',
      );
    if (!allowsDeadLettersOf(queue.attributes, queueArn(state, source)))
      throw new AwsError(
        'InvalidParameterValue',
        `Value ${attributes.RedrivePolicy} for parameter RedrivePolicy is invalid. Reason: The RedriveAllowPolicy of ${target} does not permit ${source}.`,
      );
  };

  const create = (input: Shape): Shape => {
    const name = read.text(input, 'QueueName');
    const asked = String(read.optionalShape(input, 'Attributes')?.FifoQueue) === 'true';
    const attributes = attributesOf(input, asked || name.endsWith('.fifo'));
    if (!NAME.test(name))
      throw new AwsError(
        'InvalidParameterValue',
        'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length',
      );
    if (name.endsWith('.fifo') !== (attributes.FifoQueue === 'true'))
      throw new AwsError(
        'InvalidParameterValue',
        'The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length.',
      );
    const existing = table.queues.get(name);
    if (existing === undefined) {
      checkRedrive(name, attributes);
      const now = context.clock.now();
      table.queues.set(name, { name, createdMs: now, modifiedMs: now, attributes, tags: tagsOf(input) });
    } else {
      const current = withDefaults(existing.attributes);
      const changed = Object.entries(attributes).find(([attribute, value]) => current[attribute] !== value);
      if (changed !== undefined)
        throw new AwsError(
          'QueueNameExists',
          `A queue already exists with the same name and a different value for attribute ${changed[0]}`,
        );
    }
    return { QueueUrl: queueUrl(state, name) };
  };

  const setAttributes = (input: Shape): Shape => {
    const queue = queueOf(state, input);
    const changes = attributesOf(input, isFifo(queue));
    if (changes.FifoQueue !== undefined && changes.FifoQueue !== queue.attributes.FifoQueue)
      throw new AwsError('InvalidAttributeName', 'Unknown Attribute FifoQueue.');
    checkRedrive(queue.name, changes);
    const merged = Object.entries({ ...queue.attributes, ...changes }).filter(([, value]) => value !== ''); // '' removes
    table.queues.set(queue.name, {
      ...queue,
      attributes: Object.fromEntries(merged),
      modifiedMs: context.clock.now(),
    });
    state.arrivals.changed(queue.name);
    return {};
  };

  const getAttributes = (input: Shape): Shape => {
    const all = described(state, queueOf(state, input));
    const wanted = read.texts(input, 'AttributeNames');
    if (wanted.includes('All')) return { Attributes: all };
    const unknown = wanted.find((name) => all[name] === undefined && !isSettable(name));
    if (unknown !== undefined) throw new AwsError('InvalidAttributeName', `Unknown Attribute ${unknown}.`);
    return { Attributes: Object.fromEntries(Object.entries(all).filter(([name]) => wanted.includes(name))) };
  };

  /** A page of the queues that are wanted: their URLs in the order of their names. */
  const list = (input: Shape, wanted: (queue: Queue) => boolean): { urls: readonly string[]; more: Shape } => {
    const { items, next } = pageOf(table.queues.values().filter(wanted), ({ name }) => name, asked(input, PAGE));
    return {
      urls: items.map(({ name }) => queueUrl(state, name)),
      more: next === undefined ? {} : { NextToken: next },
    };
  };

  return {
    CreateQueue: create,
    SetQueueAttributes: setAttributes,
    GetQueueAttributes: getAttributes,
    ListQueues: (input) => {
      const prefix = read.optionalText(input, 'QueueNamePrefix') ?? '';
      const { urls, more } = list(input, ({ name }) => name.startsWith(prefix));
      return { QueueUrls: urls, ...more };
    },
    GetQueueUrl: (input) => {
      const queue = table.queues.get(read.text(input, 'QueueName'));
      if (queue === undefined) throw queueMissing();
      return { QueueUrl: queueUrl(state, queue.name) };
    },
    // AWS: messages in flight and delayed ones go too, and what was sent to a FIFO queue may be sent again.
    PurgeQueue: (input) => {
      const queue = queueOf(state, input);
      const purgedMs = context.clock.now();
      if (queue.purgedMs !== undefined && purgedMs < queue.purgedMs + PURGE_MS) {
        const message = `Only one PurgeQueue operation on ${queue.name} is allowed every 60 seconds.`;
        throw new AwsError('PurgeQueueInProgress', message, 403);
      }
      atomically(context.database, () => {
        table.forget(queue.name);
        table.queues.set(queue.name, { ...queue, purgedMs });
      });
      return {};
    },
    DeleteQueue: (input) => {
      const { name } = queueOf(state, input);
      table.forget(name);
      table.queues.delete(name);
      return {};
    },
    ListDeadLetterSourceQueues: (input) => {
      const arn = queueArn(state, queueOf(state, input).name);
      const { urls, more } = list(input, ({ attributes }) => redrivePolicy(attributes)?.deadLetterTargetArn === arn);
      return { queueUrls: urls, ...more };
    },
    TagQueue: (input) => {
      const queue = queueOf(state, input);
      table.queues.set(queue.name, { ...queue, tags: { ...queue.tags, ...tagsOf(input) } });
      return {};
    },
    UntagQueue: (input) => {
      const queue = queueOf(state, input);
      const gone = read.texts(input, 'TagKeys');
      const tags = Object.fromEntries(Object.entries(queue.tags).filter(([key]) => !gone.includes(key)));
      table.queues.set(queue.name, { ...queue, tags });
      return {};
    },
    ListQueueTags: (input) => ({ Tags: queueOf(state, input).tags }),
  };
};
