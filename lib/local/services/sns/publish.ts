import type { Delivery } from '../../delivery/index.ts';
import type { OperationTable } from '../../operation-table.ts';
import { AwsError, type EngineContext, type Shape } from '../../service.ts';
import { uuid } from '../../uuid.ts';
import { messageFilter } from './filter-policy.ts';
import { LARGEST_MESSAGE_BYTES, type Message, messageOf } from './message.ts';
import { notification } from './notification.ts';
import { invalid, read, type Subscription, type Topic } from './topic.ts';
import type { Topics } from './topics.ts';

const MOST_ENTRIES = 10;

type Receiver = { readonly subscription: Subscription; readonly wants: (message: Message) => boolean };

export interface Publisher {
  readonly operations: OperationTable;
  /** To be called after every change of a subscription. */
  changed(): void;
}

/** Publish and PublishBatch. A publish is done when its deliveries are stored. */
export const publisher = (context: EngineContext, topics: Topics, add: (d: readonly Delivery[]) => void): Publisher => {
  const compiled = new Map<string, readonly Receiver[]>();

  const receiversOf = (topic: Topic): readonly Receiver[] => {
    const known = compiled.get(topic.arn);
    if (known) return known;
    const confirmed = topics.subscriptions.values().filter((each) => each.topicArn === topic.arn && each.confirmed);
    const receivers = confirmed.map((subscription) => ({
      subscription,
      wants: messageFilter(subscription.attributes),
    }));
    compiled.set(topic.arn, receivers);
    return receivers;
  };

  const deliveriesOf = (topic: Topic, message: Message): readonly Delivery[] => {
    if (topic.fifo && message.groupId === undefined)
      throw invalid('The MessageGroupId parameter is required for FIFO topics');
    if (!topic.fifo && message.deduplicationId !== undefined)
      throw invalid(
        'MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not valid for this topic type',
      );
    if (topic.fifo && message.deduplicationId === undefined && topic.attributes.ContentBasedDeduplication !== 'true')
      throw invalid(
        'The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
      );
    return receiversOf(topic)
      .filter(({ wants }) => wants(message))
      .map(({ subscription }) => notification(context, topic, message, subscription));
  };

  // FIFO topics number their messages: 20 digits, growing, not consecutive. Time keeps them growing over a restart.
  let published = 0;
  const sequenceOf = (topic: Topic): Shape => {
    if (!topic.fifo) return {};
    published += 1;
    return { SequenceNumber: String(10n ** 19n + BigInt(context.clock.now()) * 1_000_000n + BigInt(published)) };
  };

  return {
    changed: () => compiled.clear(),
    operations: {
      Publish: (input) => {
        if (read.optionalText(input, 'PhoneNumber') !== undefined)
          throw new AwsError('NotImplemented', 'HDL501 the local engine does not implement sns:Publish to phones', 501);
        const arn = read.optionalText(input, 'TopicArn') ?? read.text(input, 'TargetArn');
        const message = messageOf(input, uuid(context.random));
        const topic = topics.topic(arn);
        add(deliveriesOf(topic, message));
        return { MessageId: message.id, ...sequenceOf(topic) };
      },
      PublishBatch: (input) => {
        const topic = topics.topic(read.text(input, 'TopicArn'));
        const entries = read.shapes(input, 'PublishBatchRequestEntries');
        if (entries.length === 0) throw new AwsError('EmptyBatchRequest', 'The batch request has no entries.');
        if (entries.length > MOST_ENTRIES)
          throw new AwsError('TooManyEntriesInBatchRequest', 'The batch request has more than 10 entries.');
        const ids = entries.map((entry) => read.text(entry, 'Id'));
        if (new Set(ids).size < ids.length)
          throw new AwsError('BatchEntryIdsNotDistinct', 'Two or more batch entries in the request have the same Id.');
        const bytes = entries.reduce((sum, entry) => sum + Buffer.byteLength(String(entry.Message ?? '')), 0);
        if (bytes > LARGEST_MESSAGE_BYTES)
          throw new AwsError(
            'BatchRequestTooLong',
            'The length of all the messages put together is more than the limit.',
          );
        const Successful: unknown[] = [];
        const Failed: unknown[] = [];
        const deliveries: Delivery[] = [];
        for (const entry of entries) {
          const Id = read.text(entry, 'Id');
          try {
            const message = messageOf(entry, uuid(context.random));
            deliveries.push(...deliveriesOf(topic, message));
            Successful.push({ Id, MessageId: message.id, ...sequenceOf(topic) });
          } catch (error) {
            if (!(error instanceof AwsError)) throw error;
            Failed.push({ Id, Code: error.code, Message: error.message, SenderFault: true });
          }
        }
        add(deliveries);
        return { Successful, Failed };
      },
    },
  };
};
