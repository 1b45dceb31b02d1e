import { arnOf } from '../../arn.ts';
import type { OperationTable } from '../../operation-table.ts';
import { pageOf } from '../../page.ts';
import { AwsError, type EngineContext, type Shape } from '../../service.ts';
import { type StoredMap, storedMap } from '../../stored-map.ts';
import { type Attributes, invalid, notFound, pageAsked, read, type Subscription, type Topic } from './topic.ts';

export interface Topics {
  readonly topics: StoredMap<Topic>;
  readonly subscriptions: StoredMap<Subscription>;
  /** The topic of an ARN. Throws NotFound. */
  topic(arn: string): Topic;
}

export const openTopics = (context: EngineContext): Topics => {
  const topics = storedMap<Topic>(context.database, 'sns_topics');
  return {
    topics,
    subscriptions: storedMap<Subscription>(context.database, 'sns_subscriptions'),
    topic: (arn) => {
      const found = topics.get(arn);
      if (found) return found;
      const elements = arn.split(':').length;
      if (elements < 6) throw invalid(`TopicArn Reason: An ARN must have at least 6 elements, not ${elements}`);
      throw notFound('Topic');
    },
  };
};

/** Attributes as texts, which is how SNS keeps all of them. */
export const attributesOf = (input: Shape, field: string): Attributes =>
  Object.fromEntries(
    Object.entries(read.optionalShape(input, field) ?? {}).map(([name, value]) => [name, String(value)]),
  );

const countOf = (topics: Topics, topic: Topic, confirmed: boolean): string =>
  String(
    topics.subscriptions.values().filter((each) => each.topicArn === topic.arn && each.confirmed === confirmed).length,
  );

/** CreateTopic, DeleteTopic, ListTopics, GetTopicAttributes, SetTopicAttributes. */
export const topicOperations = (context: EngineContext, topics: Topics, changed: () => void): OperationTable => ({
  CreateTopic: (input) => {
    const name = read.text(input, 'Name');
    const fifo = name.endsWith('.fifo');
    const asked = attributesOf(input, 'Attributes');
    const isName = /^(?=.{1,256}$)[\w-]+(\.fifo)?$/.test(name);
    if (asked.FifoTopic === 'true' && !(isName && fifo))
      throw invalid(
        'Fifo Topic names must end with .fifo and must be made up of only uppercase and lowercase ASCII letters, numbers, underscores, and hyphens, and must be between 1 and 256 characters long.',
      );
    if (!isName || (fifo && asked.FifoTopic !== 'true')) throw invalid('Topic Name');
    const arn = arnOf(context, 'sns', name);
    const attributes = { ...topics.topics.get(arn)?.attributes, ...asked };
    topics.topics.set(arn, { arn, name, fifo, attributes });
    return { TopicArn: arn };
  },
  DeleteTopic: (input) => {
    const arn = read.text(input, 'TopicArn');
    topics.topics.delete(arn);
    for (const each of topics.subscriptions.values()) if (each.topicArn === arn) topics.subscriptions.delete(each.arn);
    changed();
    return {};
  },
  ListTopics: (input) => {
    const { items, next } = pageOf(topics.topics.values(), ({ arn }) => arn, pageAsked(input));
    return { Topics: items.map(({ arn }) => ({ TopicArn: arn })), ...(next !== undefined && { NextToken: next }) };
  },
  GetTopicAttributes: (input) => {
    const topic = topics.topic(read.text(input, 'TopicArn'));
    return {
      Attributes: {
        TopicArn: topic.arn,
        Owner: context.account,
        DisplayName: '',
        SubscriptionsConfirmed: countOf(topics, topic, true),
        SubscriptionsDeleted: '0',
        SubscriptionsPending: countOf(topics, topic, false),
        ...topic.attributes,
      },
    };
  },
  SetTopicAttributes: (input) => {
    const topic = topics.topic(read.text(input, 'TopicArn'));
    const name = read.text(input, 'AttributeName');
    const value = read.optionalText(input, 'AttributeValue') ?? '';
    if (name === 'FifoTopic') throw new AwsError('InvalidParameter', 'Invalid parameter: AttributeName');
    topics.topics.set(topic.arn, { ...topic, attributes: { ...topic.attributes, [name]: value } });
    return {};
  },
});
