// Reads the fields of a request, with AWS's errors for those that are missing or malformed.
import { AwsError, type Shape } from '../../service.ts';
import { PAYLOAD_LIMIT } from '../../states/errors.ts';
import { isLongerThan, Payload } from '../../states/json.ts';

export const text = (input: Shape, field: string): string => {
  const value = input[field];
  if (typeof value === 'string' && value !== '') return value;
  throw new AwsError(
    'ValidationException',
    `1 validation error detected: Value null at '${field}' failed to satisfy constraint: Member must not be null`,
  );
};

export const optionalText = (input: Shape, field: string): string | undefined => {
  const value = input[field];
  return typeof value === 'string' ? value : undefined;
};

/** Refuses a text that is longer than the API takes, in bytes. */
export const atMost = <T extends string | undefined>(value: T, field: string, most: number): T => {
  if (value === undefined || !isLongerThan(value, most)) return value;
  throw new AwsError(
    'ValidationException',
    `1 validation error detected: Value at '${field}' failed to satisfy constraint: Member must have length less than or equal to ${most}`,
  );
};

/** Refuses a word that is none of those. */
export const oneOf = (input: Shape, field: string, ...words: readonly string[]): void => {
  const value = input[field];
  if (value === undefined || words.some((word) => word === value)) return;
  throw new AwsError(
    'ValidationException',
    `1 validation error detected: Value '${value}' at '${field}' failed to satisfy constraint: Member must satisfy enum value set: [${words.join(', ')}]`,
  );
};

/** `error` and `cause` of StopExecution and SendTaskFailure. */
export const problemIn = (input: Shape): readonly [error: string | undefined, cause: string | undefined] => [
  atMost(optionalText(input, 'error'), 'error', 256),
  atMost(optionalText(input, 'cause'), 'cause', 32_768),
];

/** Whether what may be encrypted is asked for too. */
export const withData = (input: Shape): boolean => input.includedData !== 'METADATA_ONLY';

const INVALID_CHARACTERS = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}]/u;
const LONGEST_NAME = 80;

/** A name of a machine, execution or activity. Throws InvalidName. */
export const checkName = (name: string): string => {
  if (name.length > 0 && name.length <= LONGEST_NAME && !INVALID_CHARACTERS.test(name)) return name;
  throw new AwsError('InvalidName', `Invalid Name: '${name}'`);
};

/** Throws InvalidArn where `arn` does not have the resource type `type`. */
export const checkArn = (arn: string, type: string): string => {
  if (new RegExp(`^arn:[^:]+:states:[^:]+:[^:]+:${type}:.+`).test(arn)) return arn;
  throw new AwsError('InvalidArn', `Invalid Arn: 'Invalid ARN prefix: ${arn}'`);
};

export const seconds = (milliseconds: number): number => milliseconds / 1000;

/** The input of an execution. Throws InvalidExecutionInput. */
export const parseInput = (input: string): Payload => {
  const payload = Payload.parse(input);
  try {
    void payload.value;
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    throw new AwsError('InvalidExecutionInput', `Invalid State Machine Execution Input: '${why}'`);
  }
  atMost(input, 'input', PAYLOAD_LIMIT);
  return payload;
};
