// Which messages a subscription wants. https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html
import { compilePattern, type Matcher, PatternError } from '../../event-pattern/index.ts';
import { isShape } from '../../field-reader.ts';
import type { Shape } from '../../service.ts';
import type { Message, MessageAttribute } from './message.ts';
import { type Attributes, invalid } from './topic.ts';

/** An attribute as the value that a policy compares: text, number, or the elements of a String.Array. */
const comparable = ({ DataType, StringValue = '' }: MessageAttribute): unknown => {
  if (DataType.startsWith('Number')) return Number(StringValue);
  if (DataType !== 'String.Array') return DataType.startsWith('Binary') ? undefined : StringValue;
  return parsed(StringValue) ?? StringValue;
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
};

const fromAttributes = ({ attributes }: Message): Shape =>
  Object.fromEntries(Object.entries(attributes).map(([name, attribute]) => [name, comparable(attribute)]));

/** A text that is no JSON object has no fields, so it matches only policies that ask for absence. */
const fromBody = ({ texts }: Message): Shape => {
  const body = parsed(texts.default);
  return isShape(body) ? body : {};
};

const isNested = (policy: Shape): boolean =>
  Object.entries(policy).some(
    ([field, wanted]) =>
      isShape(wanted) || (field === '$or' && Array.isArray(wanted) && wanted.filter(isShape).some(isNested)),
  );

/** Refuses what never matches or does not compile, as a subscription is made. Throws InvalidParameter. */
export const checkFilterPolicy = (attributes: Attributes): void => {
  messageFilter(attributes);
  const { FilterPolicy, FilterPolicyScope = 'MessageAttributes' } = attributes;
  const policy = parsed(FilterPolicy || '{}');
  if (FilterPolicyScope === 'MessageAttributes' && isShape(policy) && isNested(policy))
    throw invalid('Filter policy scope MessageAttributes does not support nested filter policy');
};

/** A test of messages from a subscription's attributes FilterPolicy and FilterPolicyScope. Throws InvalidParameter. */
export const messageFilter = (attributes: Attributes): ((message: Message) => boolean) => {
  const { FilterPolicy, FilterPolicyScope = 'MessageAttributes' } = attributes;
  if (!FilterPolicy || FilterPolicy === '{}') return () => true;
  const policy = parsed(FilterPolicy);
  if (!isShape(policy)) throw invalid('FilterPolicy: failed to parse JSON.');
  let matches: Matcher;
  try {
    matches = compilePattern(policy);
  } catch (error) {
    if (error instanceof PatternError) throw invalid(`FilterPolicy: ${error.message}`);
    throw error;
  }
  const facts = FilterPolicyScope === 'MessageBody' ? fromBody : fromAttributes;
  return (message) => matches(facts(message));
};
