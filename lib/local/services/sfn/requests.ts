// Reads the fields of a request, with AWS's errors for those that are missing or malformed.
import { AwsError, type Shape } from '../../service.ts';

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
