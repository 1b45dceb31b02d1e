import { fieldReader, isShape } from '../../field-reader.ts';
import { isAttributeName, isNoNumber } from '../../message-attribute.ts';
import { AwsError, type Shape } from '../../service.ts';
import { invalid } from './topic.ts';

export const LARGEST_MESSAGE_BYTES = 256 * 1024;
/** No line breaks or control characters, at most 100 of the others. */
const SUBJECT = /^[^\p{Cc}]{1,100}$/u;
/** What a group or a deduplication id may be: what SQS takes. */
const ID = /^[!-~]{1,128}$/;
const read = fieldReader('InvalidParameterValue');

/** A group or deduplication id. A queue would refuse another, where it could be told to nobody. */
const idIn = (input: Shape, name: string): string | undefined => {
  const id = read.optionalText(input, name);
  if (id === undefined || ID.test(id)) return id;
  throw invalid(`${name} Reason: it can only include alphanumeric and punctuation characters, 1 to 128 in length`);
};

/** A typed attribute, as Publish gets it. */
export type MessageAttribute = {
  readonly DataType: string;
  readonly StringValue?: string;
  /** Base64. */
  readonly BinaryValue?: string;
};

export type Message = {
  readonly id: string;
  readonly subject?: string;
  /** The text for each protocol; without `MessageStructure: json` only `default`. */
  readonly texts: { readonly default: string; readonly [protocol: string]: string };
  readonly attributes: { readonly [name: string]: MessageAttribute };
  readonly groupId?: string;
  readonly deduplicationId?: string;
};

const textsOf = (text: string, structure: string | undefined): Message['texts'] => {
  if (structure !== 'json') return { default: text };
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  if (!isShape(parsed)) throw invalid('Message Structure - JSON message body failed to parse');
  const byProtocol = Object.entries(parsed).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  const fallback = byProtocol.find(([protocol]) => protocol === 'default')?.[1];
  if (fallback === undefined) throw invalid('Message Structure - No default entry in JSON message body');
  return { ...Object.fromEntries(byProtocol), default: fallback };
};

const wrongAttribute = (message: string): AwsError => new AwsError('ParameterValueInvalid', message);

const attributeOf = (name: string, value: unknown): MessageAttribute => {
  if (!isShape(value) || typeof value.DataType !== 'string')
    throw invalid(`The message attribute '${name}' must contain non-empty message attribute type.`);
  const { DataType, StringValue, BinaryValue } = value;
  if (!isAttributeName(name)) throw wrongAttribute(`Invalid message attribute name: ${name}`);
  if (!/^(?:String|Number|Binary)(?:\..+)?$/.test(DataType))
    throw wrongAttribute(
      `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
    );
  if (isNoNumber(DataType, StringValue))
    throw wrongAttribute(`Could not cast message attribute '${name}' value to number.`);
  const binary = BinaryValue instanceof Uint8Array ? Buffer.from(BinaryValue).toString('base64') : BinaryValue;
  if (typeof StringValue === 'string' && StringValue !== '') return { DataType, StringValue };
  if (typeof binary === 'string' && binary !== '') return { DataType, BinaryValue: binary };
  // SQS would refuse it, where it could be told to nobody.
  throw wrongAttribute(
    `The message attribute '${name}' must contain non-empty message attribute value for message attribute type '${DataType}'.`,
  );
};

/** The message that Publish, or one entry of PublishBatch, asks for. */
export const messageOf = (input: Shape, id: string): Message => {
  const text = read.optionalText(input, 'Message') ?? '';
  if (text === '') throw invalid('Empty message');
  if (Buffer.byteLength(text) > LARGEST_MESSAGE_BYTES) throw invalid('Message too long');
  const subject = read.optionalText(input, 'Subject');
  if (subject !== undefined && !SUBJECT.test(subject)) throw invalid('Subject');
  const groupId = idIn(input, 'MessageGroupId');
  const deduplicationId = idIn(input, 'MessageDeduplicationId');
  const attributes = Object.entries(read.optionalShape(input, 'MessageAttributes') ?? {});
  return {
    id,
    texts: textsOf(text, read.optionalText(input, 'MessageStructure')),
    attributes: Object.fromEntries(attributes.map(([name, value]) => [name, attributeOf(name, value)])),
    ...(subject !== undefined && { subject }),
    ...(groupId !== undefined && { groupId }),
    ...(deduplicationId !== undefined && { deduplicationId }),
  };
};
