// The intrinsic functions of JSONPath machines, each with AWS's rounding and edge cases (seen in recorded executions).
// https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html

import { uuid } from '../../uuid.ts';
import { isObject, type Json } from '../json.ts';
import { hash, partition, range, seededRandom } from './jsonata-functions.ts';
import type { Ambient } from './scope.ts';

export type Intrinsic = (args: readonly Json[], ambient: Ambient) => Json;

const number = (value: Json | undefined): number => {
  if (typeof value !== 'number') throw new Error(`a number is expected but found ${JSON.stringify(value)}`);
  return Math.round(value) + 0; // Java's Math.round, half up; + 0 turns -0 into 0
};

const text = (value: Json | undefined): string => {
  if (typeof value !== 'string') throw new Error(`a string is expected but found ${JSON.stringify(value)}`);
  return value;
};

const list = (value: Json | undefined): readonly Json[] => {
  if (!Array.isArray(value)) throw new Error(`an array is expected but found ${JSON.stringify(value)}`);
  return value as readonly Json[];
};

const object = (value: Json | undefined): { readonly [field: string]: Json } => {
  if (!isObject(value)) throw new Error(`an object is expected but found ${JSON.stringify(value)}`);
  return value;
};

const sorted = (value: Json): Json =>
  Array.isArray(value)
    ? value.map(sorted)
    : isObject(value)
      ? Object.fromEntries(
          Object.keys(value)
            .sort()
            .map((key) => [key, sorted(value[key] ?? null)]),
        )
      : value;

const identity = (value: Json): string => JSON.stringify(sorted(value));

/** As Java prints a map or list inside a string: `{a=1, b=[x, y]}`. */
const javaText = (value: Json): string => {
  if (Array.isArray(value)) return `[${value.map(javaText).join(', ')}]`;
  if (isObject(value))
    return `{${Object.entries(value)
      .map(([key, inner]) => `${key}=${javaText(inner)}`)
      .join(', ')}}`;
  return String(value);
};

/** What stands for an escaped brace in a template until it is filled: halves of a pair, which no text has on their own. */
export const ESCAPED_BRACES: Readonly<Record<string, string>> = { '{': '\uDC00', '}': '\uDC01' };

const format = (template: string, values: readonly Json[]): string => {
  let at = 0;
  const made = template.replace(/\{\}|[\uDC00\uDC01]/gu, (found) => {
    if (found !== '{}') return found === ESCAPED_BRACES['{'] ? '{' : '}';
    if (at >= values.length) throw new Error('States.Format has fewer arguments than {} in its template');
    return javaText(values[at++] ?? null);
  });
  if (at < values.length) throw new Error('States.Format has more arguments than {} in its template');
  return made;
};

const parse = (json: string): Json => (json.trim() === '' ? null : (JSON.parse(json) as Json));

const splitOn = (value: string, separators: string): string[] => {
  const marks = new Set(separators);
  const parts: string[] = [];
  let part = '';
  for (const character of value) {
    if (!marks.has(character)) part += character;
    else {
      if (part) parts.push(part);
      part = '';
    }
  }
  return part ? [...parts, part] : parts;
};

const randomBetween = (from: number, to: number, unit: number): number => from + Math.floor(unit * (to - from));

const itemAt = (items: readonly Json[], index: number): Json => {
  const found = items[index];
  if (found === undefined) throw new Error(`the index ${index} is outside of the array of ${items.length}`);
  return found;
};

export const intrinsics: Readonly<Record<string, Intrinsic>> = {
  'States.Format': ([template, ...values]) => format(text(template), values),
  'States.StringToJson': ([value]) => parse(text(value)),
  'States.JsonToString': ([value]) => JSON.stringify(value ?? null),
  'States.Array': (values) => values,
  'States.ArrayPartition': ([items, size]) => partition(list(items), number(size)) as Json[][],
  'States.ArrayContains': ([items, wanted]) => list(items).some((item) => identity(item) === identity(wanted ?? null)),
  'States.ArrayRange': ([first, last, step]) => range(number(first), number(last), number(step)),
  'States.ArrayGetItem': ([items, index]) => itemAt(list(items), number(index)),
  'States.ArrayLength': ([items]) => list(items).length,
  'States.ArrayUnique': ([items]) => [...new Map(list(items).map((item) => [identity(item), item])).values()],
  'States.Base64Encode': ([value]) => Buffer.from(text(value), 'utf8').toString('base64'),
  'States.Base64Decode': ([value]) => Buffer.from(text(value), 'base64').toString('utf8'),
  'States.Hash': ([value, algorithm]) =>
    hash(typeof value === 'string' ? value : JSON.stringify(value ?? null), text(algorithm)),
  'States.JsonMerge': ([first, second]) => ({ ...object(first), ...object(second) }),
  'States.MathRandom': ([from, to, seed], ambient) =>
    randomBetween(number(from), number(to), seed === undefined ? ambient.random() : seededRandom(number(seed))),
  'States.MathAdd': ([first, second]) => number(first) + number(second),
  'States.StringSplit': ([value, separators]) => splitOn(text(value), text(separators)),
  'States.UUID': (_args, ambient) => uuid(ambient.random),
};
