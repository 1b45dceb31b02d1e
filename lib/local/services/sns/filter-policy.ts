// Which messages a subscription wants. https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html
import { compileChecked, compilePattern, type Matcher, PatternError } from '../../event-pattern/index.ts';
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

const MOST_KEYS = 5;
const MOST_COMBINATIONS = 150;

interface Weight {
  readonly keys: number;
  /** Values of each key times how deep it is, of all keys multiplied: what AWS bounds. */
  readonly combinations: number;
}

/** What a policy weighs: all of its fields together, of the alternatives of `$or` the most keys and all combinations. */
const weightOf = (policy: Shape, depth = 1): Weight =>
  Object.entries(policy)
    .map(([field, wanted]): Weight => {
      if (isShape(wanted)) return weightOf(wanted, depth + 1);
      const values = Array.isArray(wanted) ? wanted : [];
      if (field !== '$or') return { keys: 1, combinations: values.length * depth };
      const each = values.filter(isShape).map((alternative) => weightOf(alternative, depth));
      return {
        keys: Math.max(0, ...each.map(({ keys }) => keys)),
        combinations: each.reduce((sum, { combinations }) => sum + combinations, 0),
      };
    })
    .reduce((all, one) => ({ keys: all.keys + one.keys, combinations: all.combinations * one.combinations }), {
      keys: 0,
      combinations: 1,
    });

/** Refuses what never matches, does not compile or is too much, as a subscription is made. Throws InvalidParameter. */
export const checkFilterPolicy = (attributes: Attributes): void => {
  messageFilter(attributes, compileChecked);
  const { FilterPolicy, FilterPolicyScope = 'MessageAttributes' } = attributes;
  const policy = parsed(FilterPolicy || '{}');
  if (FilterPolicyScope === 'MessageAttributes' && isShape(policy) && isNested(policy))
    throw invalid('Filter policy scope MessageAttributes does not support nested filter policy');
  if (!isShape(policy)) return;
  const { keys, combinations } = weightOf(policy);
  if (keys > MOST_KEYS) throw invalid(`FilterPolicy: Filter policy can not have more than ${MOST_KEYS} keys`);
  if (combinations > MOST_COMBINATIONS) throw invalid('FilterPolicy: Filter policy is too complex');
};

/** A test of messages from a subscription's attributes FilterPolicy and FilterPolicyScope. Throws InvalidParameter. */
export const messageFilter = (attributes: Attributes, compile = compilePattern): ((message: Message) => boolean) => {
  const { FilterPolicy, FilterPolicyScope = 'MessageAttributes' } = attributes;
  if (!FilterPolicy || FilterPolicy === '{}') return () => true;
  const policy = parsed(FilterPolicy);
  if (!isShape(policy)) throw invalid('FilterPolicy: failed to parse JSON.');
  let matches: Matcher;
  try {
    matches = compile(policy);
  } catch (error) {
    if (error instanceof PatternError) throw invalid(`FilterPolicy: ${error.message}`);
    throw error;
  }
  const facts = FilterPolicyScope === 'MessageBody' ? fromBody : fromAttributes;
  return (message) => matches(facts(message));
};
