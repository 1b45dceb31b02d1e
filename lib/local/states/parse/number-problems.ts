// What AWS says of a number that a `...Path` field finds and cannot use: the words differ from field to field.
import { EvaluationProblem, StateError } from '../errors.ts';
import type { Json } from '../json.ts';

type Words = (value: string, path: string) => string;

const OUT_OF_RANGE: Readonly<Record<string, Words>> = {
  SecondsPath: (value, path) => `The SecondsPath parameter references a negative value: ${path} == ${value}`,
  MaxConcurrencyPath: (value) => `Expected non-negative integer for MaxConcurrency, got '${value}' instead.`,
  MaxItemsPath: () => 'field MaxItems must be positive',
  ToleratedFailureCountPath: () => 'ToleratedFailureCount cannot be negative.',
  ToleratedFailurePercentagePath: () => 'ToleratedFailurePercentage must be between 0 and 100.',
};

const NOT_A_NUMBER: Readonly<Record<string, Words>> = {
  SecondsPath: (value, path) => `The SecondsPath parameter cannot be parsed as a long value: ${path} == ${value}`,
  ToleratedFailurePercentagePath: (value, path) =>
    `The ToleratedFailurePercentagePath field refers to value "${value}" which is not a valid float: ${path}`,
};

/** `isNumber`: `value` is a number of the right kind, only out of range. */
export const numberProblem = (field: string, path: string, value: Json, isNumber: boolean): Error => {
  const shown = typeof value === 'string' ? value : JSON.stringify(value);
  const words = (isNumber ? OUT_OF_RANGE : NOT_A_NUMBER)[field];
  const cause =
    words?.(shown, path) ?? `The ${field} field refers to value "${shown}" which is not a valid integer: ${path}`;
  // It is the reader of items that finds this one, with no word of the state.
  if (field === 'MaxItemsPath') return new StateError('States.ItemReaderFailed', cause);
  return new EvaluationProblem('States.Runtime', cause);
};

/** The path selects nothing. */
export const missingValue = (field: string, path: string, why: string): string =>
  field === 'SecondsPath' || field === 'TimestampPath'
    ? `The ${field} parameter does not reference an input value: ${path}`
    : `Invalid path '${path}' : ${why}`;
