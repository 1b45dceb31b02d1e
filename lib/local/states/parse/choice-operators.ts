// The comparison operators of JSONPath choice rules. A value of another type never matches.
// https://states-language.net/spec.html#choice-state
import { fitsParts } from '../../../support/glob.ts';
import { isObject, type Json } from '../json.ts';

type Compare = (value: Json, wanted: Json) => boolean;

const TIMESTAMP = /^(\d{4})-(\d{2})-(\d{2})T(?:[01]\d|2[0-3]):\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/;

/** What AWS says of a time in a definition that is none. */
export const NO_TIME = 'String does not match RFC3339 timestamp';

/** Milliseconds since the epoch of an RFC 3339 time, or undefined. */
export const timestampOf = (value: Json): number | undefined => {
  const [found, year, month, day] = (typeof value === 'string' && TIMESTAMP.exec(value)) || [];
  if (found === undefined) return undefined;
  const isDay = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDate() === Number(day); // no 30 February
  const time = Date.parse(found);
  return Number.isNaN(time) || !isDay ? undefined : time;
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

/** What stands between the asterisks. `*` is any run of characters; `\*` and `\\` are the characters themselves. */
const partsOf = (pattern: string): readonly string[] => {
  const parts: string[] = [];
  let part = '';
  for (const piece of pattern.match(/\\[*\\]|\*|[^*\\]+|\\/g) ?? []) {
    if (piece === '*') {
      parts.push(part);
      part = '';
    } else part += piece.length === 2 && piece[0] === '\\' ? piece.slice(1) : piece;
  }
  return [...parts, part];
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
  StringMatches: strings((value, pattern) => fitsParts(partsOf(pattern), value)),
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
