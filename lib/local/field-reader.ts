// Reads the fields of an API call's input, which is unknown JSON, into what the operation expects or AWS's validation error.
import { AwsError, type Shape } from './service.ts';

export const isShape = (value: unknown): value is Shape =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);

/** One reader for each kind of field. The plain readers throw when the field is missing; all throw on another type. */
export interface FieldReader {
  text(input: Shape, field: string): string;
  optionalText(input: Shape, field: string): string | undefined;
  number(input: Shape, field: string): number;
  optionalNumber(input: Shape, field: string): number | undefined;
  flag(input: Shape, field: string): boolean | undefined;
  shape(input: Shape, field: string): Shape;
  optionalShape(input: Shape, field: string): Shape | undefined;
  /** A missing list reads as empty. */
  shapes(input: Shape, field: string): readonly Shape[];
  texts(input: Shape, field: string): readonly string[];
  /** Milliseconds since the epoch, from epoch seconds (JSON protocols), an ISO 8601 text or a Date. */
  time(input: Shape, field: string): number;
  optionalTime(input: Shape, field: string): number | undefined;
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isTexts = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every(isText);
/** The query protocol sends an empty list as an empty text. */
const orEmpty = (value: unknown): unknown => (value === '' ? [] : value);
const isShapes = (value: unknown): value is readonly Shape[] => Array.isArray(value) && value.every(isShape);

const toNumber = (value: unknown): number | undefined => {
  const number = isText(value) && value.trim() !== '' ? Number(value) : value; // the query protocol sends texts
  return typeof number === 'number' && !Number.isNaN(number) ? number : undefined;
};

const toFlag = (value: unknown): boolean | undefined =>
  value === true || value === 'true' ? true : value === false || value === 'false' ? false : undefined;

const toMillis = (value: unknown): number | undefined => {
  if (value instanceof Date) return value.getTime();
  const seconds = toNumber(value);
  if (seconds !== undefined) return Math.round(seconds * 1000);
  const parsed = isText(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(parsed) ? undefined : parsed;
};

/** A reader that throws `code`, the name that this service gives to its validation error. */
export const fieldReader = (code: string): FieldReader => {
  const optional =
    <T>(read: (value: unknown) => T | undefined, expected: string) =>
    (input: Shape, field: string): T | undefined => {
      const value = input[field];
      if (value === undefined || value === null) return undefined;
      const found = read(value);
      if (found === undefined) throw new AwsError(code, `Parameter ${field} must be ${expected}`);
      return found;
    };
  const required =
    <T>(read: (input: Shape, field: string) => T | undefined) =>
    (input: Shape, field: string): T => {
      const value = read(input, field);
      if (value === undefined) throw new AwsError(code, `Parameter ${field} is required`);
      return value;
    };
  const when =
    <T>(check: (value: unknown) => value is T) =>
    (value: unknown): T | undefined =>
      check(value) ? value : undefined;

  const optionalText = optional(when(isText), 'a string');
  const optionalNumber = optional(toNumber, 'a number');
  const optionalShape = optional(when(isShape), 'an object');
  const optionalTime = optional(toMillis, 'a timestamp');
  const shapesOf = when(isShapes);
  const textsOf = when(isTexts);
  const shapes = optional((value) => shapesOf(orEmpty(value)), 'a list of objects');
  const texts = optional((value) => textsOf(orEmpty(value)), 'a list of strings');
  return {
    text: required(optionalText),
    optionalText,
    number: required(optionalNumber),
    optionalNumber,
    flag: optional(toFlag, 'a boolean'),
    shape: required(optionalShape),
    optionalShape,
    shapes: (input, field) => shapes(input, field) ?? [],
    texts: (input, field) => texts(input, field) ?? [],
    time: required(optionalTime),
    optionalTime,
  };
};
