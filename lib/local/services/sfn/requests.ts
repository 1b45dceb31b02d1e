// Reads the fields of a request, with AWS's errors for those that are missing or malformed.
import { late } from '../../late-modules.ts';
import { AwsError, type Shape } from '../../service.ts';
import { PAYLOAD_LIMIT } from '../../states/errors.ts';
import { isLongerThan, Payload } from '../../states/json.ts';
import { NotJson, readJson } from '../../states/parse/json-text.ts';

const model = late<typeof import('./request-model.ts')>(import.meta.url, './request-model.ts');

/** The texts that what starts an execution gives, with the most characters of each: such a request breaks nothing of the model. */
const PLAIN: Readonly<Record<string, number>> = {
  stateMachineArn: 256,
  executionArn: 256,
  roleArn: 256,
  name: 80,
  definition: 1_048_576,
  input: 262_144,
};

const isPlain = (input: Shape): boolean => {
  for (const field in input) {
    const value = input[field];
    if (typeof value !== 'string' || value === '' || !(value.length <= (PLAIN[field] ?? -1))) return false;
  }
  return true;
};

/** Throws ValidationException or SerializationException for a request that breaks the model of the API. */
export const checkModel = (operation: string, input: Shape): void => {
  if (!isPlain(input)) model().checkRequest(operation, input);
};

/** What breaks the API's model, as AWS words it. `found` is the value, in quotes; nothing where it is a secret. */
export const refused = (found: string, field: string, rule: string): AwsError =>
  new AwsError(
    'ValidationException',
    `1 validation error detected: Value${found && ` ${found}`} at '${field}' failed to satisfy constraint: Member must ${rule}`,
  );

/** Throws SerializationException where something else than a text stands: it is never taken for nothing. */
export const optionalText = (input: Shape, field: string): string | undefined => {
  const value = input[field] ?? undefined;
  if (value === undefined || typeof value === 'string') return value;
  const found = Array.isArray(value)
    ? 'a list'
    : typeof value === 'object'
      ? 'a structure'
      : `the ${typeof value} ${value}`;
  throw new AwsError('SerializationException', `${field} is ${found}; expected a string`);
};

/** A text that may be empty. */
export const anyText = (input: Shape, field: string): string => {
  const value = optionalText(input, field);
  if (value === undefined) throw refused('null', field, 'not be null');
  return value;
};

export const text = (input: Shape, field: string): string => {
  const value = anyText(input, field);
  if (value === '') throw refused("''", field, 'have length greater than or equal to 1');
  return value;
};

/** Refuses a text that is longer than the API takes, in bytes. */
export const atMost = <T extends string | undefined>(value: T, field: string, most: number): T => {
  if (value === undefined || !isLongerThan(value, most)) return value;
  throw refused('', field, `have length less than or equal to ${most}`);
};

/** `error` and `cause` of StopExecution and SendTaskFailure. */
export const problemIn = (input: Shape): readonly [error: string | undefined, cause: string | undefined] => [
  atMost(optionalText(input, 'error'), 'error', 256),
  atMost(optionalText(input, 'cause'), 'cause', 32_768),
];

/** Whether what may be encrypted is asked for too. */
export const withData = (input: Shape): boolean => input.includedData !== 'METADATA_ONLY';

// https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html (name)
const INVALID_CHARACTERS = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}\p{Cs}\uFFFE\uFFFF\u{10FFFF}]/u;

/** A name of a machine, execution or activity. Throws InvalidName. */
export const checkName = (name: string): string => {
  if (!INVALID_CHARACTERS.test(name)) return name;
  throw new AwsError('InvalidName', `Invalid Name: '${name}'`);
};

const ARN = /^arn:[^:]+:states:[^:]+:[^:]+:([^:]+):./;

/** Throws InvalidArn where `arn` is none of one of those resource types. */
export const checkArn = (arn: string, ...types: readonly string[]): string => {
  const type = ARN.exec(arn)?.[1];
  if (type !== undefined && types.includes(type)) return arn;
  const why = type === undefined ? `Invalid ARN prefix: ${arn}` : `Resource type not valid in this context: ${type}`;
  throw new AwsError('InvalidArn', `Invalid Arn: '${why}'`);
};

/** An ARN of one of those resource types. Throws InvalidArn. */
export const arnIn = (input: Shape, field: string, ...types: readonly string[]): string =>
  checkArn(text(input, field), ...types);

/**
 * Refuses the machine of a Distributed Map's children, which is a part of another: it cannot be started, changed or deleted alone.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html; the words are ours
 */
export const checkWhole = (arn: string): string => {
  if (!/:stateMachine:[^:]*\//.test(arn)) return arn;
  throw new AwsError(
    'ValidationException',
    `The ARN refers to a Distributed Map state of a state machine: '${arn}'`,
    400,
    {
      reason: 'API_DOES_NOT_SUPPORT_LABELED_ARNS',
    },
  );
};

const ROLE = /^arn:[^:]+:iam::[^:]*:role\/./;

/** The ARN of a role, whether there is one or not. Throws InvalidArn. */
export const checkRole = <T extends string | undefined>(arn: T): T => {
  if (arn === undefined || ROLE.test(arn)) return arn;
  throw new AwsError('InvalidArn', `Invalid Role Arn: '${arn}'`);
};

/** Nothing is recorded any more: who asks, a delivery for one, must not take it for done. */
export const closing = (): AwsError => new AwsError('ServiceUnavailable', 'the engine closes', 503);

export const seconds = (milliseconds: number): number => milliseconds / 1000;

/** The input of an execution. Throws InvalidExecutionInput. */
export const parseInput = (input: string): Payload => {
  const payload = Payload.parse(input);
  try {
    void payload.value;
  } catch (thrown) {
    if (!(thrown instanceof SyntaxError)) throw thrown;
    const problem = readJson(input);
    const why = problem instanceof NotJson ? problem.message.split('\n')[0] : 'Invalid execution input.'; // it has no place here
    throw new AwsError('InvalidExecutionInput', `Invalid State Machine Execution Input: '${why}'`);
  }
  atMost(input, 'input', PAYLOAD_LIMIT);
  return payload;
};
