// The intrinsic functions of JSONPath machines, each with AWS's rounding and edge cases (seen in recorded executions).
// https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html

import { uuid } from '../../uuid.ts';
import { isObject, type Json } from '../json.ts';
import { chunks, hash, seededRandom, series, seriesLength } from './jsonata-functions.ts';
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

/** The first of those that are the same. */
const unique = (items: readonly Json[]): Json[] => {
  const seen = new Set<string>();
  return items.filter((item) => seen.size < seen.add(identity(item)).size);
};

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

const randomBetween = (from: number, to: number, unit: number): number => {
  if (from >= to) throw new Error(`the end ${to} is not after the start ${from}`);
  return from + Math.floor(unit * (to - from));
};

const itemAt = (items: readonly Json[], index: number): Json => {
  const found = items[index];
  if (found === undefined) throw new Error(`the index ${index} is outside of the array of ${items.length}`);
  return found;
};

/** AWS: data to encode or hash has at most this many characters. */
const MOST_CHARACTERS = 10_000;

const short = (value: string): string => {
  if (value.length > MOST_CHARACTERS && [...value].length > MOST_CHARACTERS)
    throw new Error(`the data has more than ${MOST_CHARACTERS} characters`);
  return value;
};

const partition = (items: readonly Json[], size: number): Json[][] => {
  if (size <= 0) throw new Error(`the size of a chunk must be positive but is ${size}`);
  return chunks(items, size);
};

/** AWS: a range holds at most this many numbers. */
const LONGEST_RANGE = 1000;

const range = (first: number, last: number, step: number): number[] => {
  if (step === 0) throw new Error('the step of a range must not be 0');
  const length = seriesLength(first, last, step);
  if (length > LONGEST_RANGE) throw new Error(`a range may hold at most ${LONGEST_RANGE} numbers`);
  return series(first, length, step);
};

const merged = (first: Json | undefined, second: Json | undefined, deep: Json | undefined): Json => {
  if (deep !== false) throw new Error('objects are merged shallowly only: the third argument must be false');
  return { ...object(first), ...object(second) };
};

const taking =
  (least: number, most: number, run: Intrinsic): Intrinsic =>
  (args, ambient) => {
    if (args.length >= least && args.length <= most) return run(args, ambient);
    const expected =
      most === Number.POSITIVE_INFINITY ? `${least} or more` : most === least ? least : `${least} to ${most}`;
    throw new Error(`${expected} arguments are expected but found ${args.length}`);
  };

const any = Number.POSITIVE_INFINITY;

export const intrinsics: Readonly<Record<string, Intrinsic>> = {
  'States.Format': taking(1, any, ([template, ...values]) => format(text(template), values)),
  'States.StringToJson': taking(1, 1, ([value]) => parse(text(value))),
  'States.JsonToString': taking(1, 1, ([value]) => JSON.stringify(value ?? null)),
  'States.Array': taking(0, any, (values) => values),
  'States.ArrayPartition': taking(2, 2, ([items, size]) => partition(list(items), number(size))),
  'States.ArrayContains': taking(2, 2, ([items, wanted]) =>
    list(items).some((item) => identity(item) === identity(wanted ?? null)),
  ),
  'States.ArrayRange': taking(3, 3, ([first, last, step]) => range(number(first), number(last), number(step))),
  'States.ArrayGetItem': taking(2, 2, ([items, index]) => itemAt(list(items), number(index))),
  'States.ArrayLength': taking(1, 1, ([items]) => list(items).length),
  'States.ArrayUnique': taking(1, 1, ([items]) => unique(list(items))),
  'States.Base64Encode': taking(1, 1, ([value]) => Buffer.from(short(text(value)), 'utf8').toString('base64')),
  'States.Base64Decode': taking(1, 1, ([value]) => Buffer.from(short(text(value)), 'base64').toString('utf8')),
  'States.Hash': taking(2, 2, ([value, algorithm]) =>
    hash(short(typeof value === 'string' ? value : JSON.stringify(value ?? null)), text(algorithm)),
  ),
  'States.JsonMerge': taking(3, 3, ([first, second, deep]) => merged(first, second, deep)),
  'States.MathRandom': taking(2, 3, ([from, to, seed], ambient) =>
    randomBetween(number(from), number(to), seed === undefined ? ambient.random() : seededRandom(number(seed))),
  ),
  'States.MathAdd': taking(2, 2, ([first, second]) => number(first) + number(second)),
  'States.StringSplit': taking(2, 2, ([value, separators]) => splitOn(text(value), text(separators))),
  'States.UUID': taking(0, 0, (_args, ambient) => uuid(ambient.random)),
};
