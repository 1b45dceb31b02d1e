// The MD5 digests by which SQS clients check what they sent and got.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
import { createHash } from 'node:crypto';
import { isShape } from '../../field-reader.ts';
import { AwsError, type Shape } from '../../service.ts';

export const md5 = (bytes: string | Uint8Array): string => createHash('md5').update(bytes).digest('hex');

const STRING_LIKE = 1;
const BINARY_LIKE = 2;

const sized = (bytes: Uint8Array): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
};

interface AttributeValue {
  readonly type: string;
  readonly kind: number;
  readonly bytes: Uint8Array;
}

const attributeValue = (name: string, value: unknown): AttributeValue => {
  const { DataType: type, StringValue: text, BinaryValue: binary } = isShape(value) ? value : {};
  if (typeof type !== 'string' || !/^(?:String|Number|Binary)(?:\.|$)/.test(type))
    throw new AwsError('InvalidParameterValue', `The message attribute '${name}' must contain a valid type.`);
  if (typeof text === 'string' && text !== '') return { type, kind: STRING_LIKE, bytes: Buffer.from(text) };
  if (binary instanceof Uint8Array) return { type, kind: BINARY_LIKE, bytes: binary };
  if (typeof binary === 'string') return { type, kind: BINARY_LIKE, bytes: Buffer.from(binary, 'base64') };
  throw new AwsError(
    'InvalidParameterValue',
    `The message attribute '${name}' must contain a non-empty value for type ${type}.`,
  );
};

/** The digest of message attributes, or undefined where there are none. Throws InvalidParameterValue. */
export const attributesDigest = (attributes: Shape): string | undefined => {
  const names = Object.keys(attributes).sort();
  if (names.length === 0) return undefined;
  const parts = names.flatMap((name) => {
    const { type, kind, bytes } = attributeValue(name, attributes[name]);
    return [sized(Buffer.from(name)), sized(Buffer.from(type)), Buffer.from([kind]), sized(bytes)];
  });
  return md5(Buffer.concat(parts));
};

const lengthOf = (value: unknown, encoding?: 'base64'): number =>
  value instanceof Uint8Array ? value.length : typeof value === 'string' ? Buffer.byteLength(value, encoding) : 0;

/** Bytes that a message counts for: its body, and name, type and value of each attribute, sound or not. */
export const messageBytes = (body: string, attributes: Shape): number =>
  Object.entries(attributes).reduce((sum, [name, value]) => {
    const { DataType, StringValue, BinaryValue } = isShape(value) ? value : {};
    return sum + lengthOf(name) + lengthOf(DataType) + lengthOf(StringValue) + lengthOf(BinaryValue, 'base64');
  }, Buffer.byteLength(body));
