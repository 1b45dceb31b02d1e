// The comparison operators of JSONPath choice rules. A value of another type never matches.
// https://states-language.net/spec.html#choice-state
import { isObject, type Json } from '../json.ts';

type Compare = (value: Json, wanted: Json) => boolean;

const TIMESTAMP = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/;

/** Milliseconds since the epoch of an RFC 3339 time, or undefined. */
export const timestampOf = (value: Json): number | undefined => {
  if (typeof value !== 'string' || !TIMESTAMP.test(value)) return undefined;
  const time = Date.parse(value);
  return Number.isNaN(time) ? undefined : time;
};

const strings =
  (compare: (a: string, b: string) => boolean): Compare =>
  (value, wanted) =>
    typeof value === 'string' && typeof wanted === 'string' && compare(value, wanted);

const numbers =
  (compare: (a: number, b: number) => boolean): Compare =>
  (value, wanted) =>
    typeof value === 'number' && typeof wanted === 'number' && compare(value, wanted);

const times =
  (compare: (a: number, b: number) => boolean): Compare =>
  (value, wanted) => {
    const [a, b] = [timestampOf(value), timestampOf(wanted)];
    return a !== undefined && b !== undefined && compare(a, b);
  };

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

// `*` is any run of characters; `\*` and `\\` are the characters themselves.
const wildcard = (pattern: string): RegExp => {
  const parts = pattern.match(/\\[*\\]|\*|[^*\\]+|\\/g) ?? [];
  const body = parts.map((part) =>
    part === '*' ? '[\\s\\S]*' : escaped(part.length === 2 && part[0] === '\\' ? part.slice(1) : part),
  );
  return new RegExp(`^${body.join('')}$`);
};

const ordered = {
  Equals: (a: number | string, b: number | string) => a === b,
  LessThan: (a: number | string, b: number | string) => a < b,
  GreaterThan: (a: number | string, b: number | string) => a > b,
  LessThanEquals: (a: number | string, b: number | string) => a <= b,
  GreaterThanEquals: (a: number | string, b: number | string) => a >= b,
};

/** Operators with an operand that may also be given as `<Operator>Path`. */
export const comparisons: Readonly<Record<string, Compare>> = {
  BooleanEquals: (value, wanted) => typeof value === 'boolean' && value === wanted,
  StringMatches: strings((value, pattern) => wildcard(pattern).test(value)),
  ...Object.fromEntries(
    Object.entries(ordered).flatMap(([name, compare]) => [
      [`String${name}`, strings(compare)],
      [`Numeric${name}`, numbers(compare)],
      [`Timestamp${name}`, times(compare)],
    ]),
  ),
};

/** Tests of what a value is: `IsNull: true`. IsPresent is not among them since it needs no value. */
export const kinds: Readonly<Record<string, (value: Json) => boolean>> = {
  IsNull: (value) => value === null,
  IsString: (value) => typeof value === 'string',
  IsNumeric: (value) => typeof value === 'number',
  IsBoolean: (value) => typeof value === 'boolean',
  IsTimestamp: (value) => timestampOf(value) !== undefined,
  IsObject: isObject,
};
