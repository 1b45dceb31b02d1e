// How long a value of a contract is as JSON.
import { type JsonSchema, typesOf } from './schema.ts';

/** What to take where a contract sets no bound. */
export interface BytesGuess {
  /** Characters of a string. */
  readonly characters: number;
  /** Elements of a list. */
  readonly items: number;
  /** Bytes of a value that the contract says nothing of. */
  readonly open: number;
  /** Bytes of a character, and of a number. */
  readonly perCharacter: number;
  readonly perNumber: number;
}

/** A value as values usually are. */
export const usual: BytesGuess = { characters: 40, items: 10, open: 200, perCharacter: 1, perNumber: 8 };

/** The longest value that the contract allows; infinite where it sets no bound. */
export const longest: BytesGuess = {
  characters: Number.POSITIVE_INFINITY,
  items: Number.POSITIVE_INFINITY,
  open: Number.POSITIVE_INFINITY,
  perCharacter: 6, // JSON writes a control character as `\u0000`.
  perNumber: 24, // -1.7976931348623157e+308
};

const formats: { readonly [format: string]: number } = { date: 10, time: 18, 'date-time': 35, uuid: 36, ipv4: 15 };
/** Around a string, a list or an object. */
const quotes = 2;
/** Or a colon. */
const comma = 1;

/** Bytes of JSON that a value of this schema takes; the most where bounds are given, else by the guess. */
export const bytesOf = (schema: JsonSchema | undefined, guess: BytesGuess): number => {
  if (!schema) return guess.open;
  if ('const' in schema) return jsonLength(schema.const);
  if (schema.enum) return Math.max(...schema.enum.map(jsonLength));
  const union = schema.anyOf ?? schema.oneOf;
  if (union) return Math.max(...union.map((each) => bytesOf(each, guess)));
  const types = schema.$ref || schema.allOf ? undefined : typesOf(schema);
  if (!types) return guess.open;
  return Math.max(...types.map((type) => bytesOfType(type, schema, guess)));
};

const bytesOfType = (type: string, schema: JsonSchema, guess: BytesGuess): number => {
  switch (type) {
    case 'null':
      return 4;
    case 'boolean':
      return 5;
    case 'number':
    case 'integer':
      return guess.perNumber;
    case 'string':
      return quotes + textBytes(schema, guess);
    case 'array': {
      const length = Math.min(schema.maxItems ?? guess.items, guess.items);
      return length === 0 ? quotes : quotes + length * (bytesOf(schema.items, guess) + comma);
    }
    default:
      return objectBytes(schema, guess);
  }
};

const textBytes = ({ format, maxLength }: JsonSchema, { characters, perCharacter }: BytesGuess): number => {
  const fixed = format === undefined ? undefined : formats[format];
  return fixed ?? Math.min(maxLength ?? characters, characters) * perCharacter;
};

const objectBytes = ({ properties, additionalProperties }: JsonSchema, guess: BytesGuess): number => {
  if (!properties) return guess.open;
  const fields = Object.entries(properties).map(
    ([name, field]) => jsonLength(name) + comma + bytesOf(field, guess) + comma,
  );
  const others = additionalProperties === false ? 0 : guess.open;
  return quotes + fields.reduce((sum, bytes) => sum + bytes, others);
};

const jsonLength = (value: unknown): number => Buffer.byteLength(JSON.stringify(value) ?? '');
