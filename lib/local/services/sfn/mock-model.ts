// Whether a mocked result is what the API of the service that a Task calls could answer: `mock.fieldValidationMode` of TestState.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_MockInput.html
// The model is the SDK's own, of the services whose clients are installed (it says nothing of enumerations and ranges); the result of
// any other is not held against one. The words are AWS's, as LocalStack's tests recorded them (test_state/test_field_validation_mode*).
import { createRequire } from 'node:module';
import { AwsError, type ServiceId } from '../../service.ts';
import { optimizedActions, serviceNamed } from '../../states/integrations/services.ts';
import { isObject, type Json } from '../../states/json.ts';

const refused = (why: string): AwsError =>
  new AwsError('ValidationException', `Mock result schema validation error: ${why}`);

/** The parts of the SDK's schemas that an answer can be made of: https://github.com/smithy-lang/smithy-typescript (packages/types/src/schema). */
type Schema = number | (() => Schema) | readonly unknown[];

const [STRING, NUMERIC, BOOLEAN, DOCUMENT, BLOB, BIG_INTEGER, BIG_DECIMAL, STREAM] = [0, 1, 2, 15, 21, 17, 19, 42];
const TIMES = [4, 5, 6, 7];
const [LIST_OF, MAP_OF] = [64, 128];
const [SIMPLE, LIST, MAP, STRUCTURE, UNION] = [0, 1, 2, 3, 4];

/** Without what stands around it: traits of a member, the function that defers it. */
const plain = (schema: Schema): number | readonly unknown[] => {
  if (typeof schema === 'function') return plain(schema());
  if (typeof schema === 'number' || schema.length > 2) return schema;
  return plain(schema[0] as Schema);
};

const simple = (value: Json, code: number, field: string): void => {
  const wants = (type: string, isIt: boolean): void => {
    if (!isIt) throw refused(`Field '${field}' must be ${type}`);
  };
  if (code === NUMERIC || code === BIG_INTEGER || code === BIG_DECIMAL) wants('a number', typeof value === 'number');
  else if (code === BOOLEAN) wants('a boolean', typeof value === 'boolean');
  else if (code === STRING || code === BLOB || code === STREAM || TIMES.includes(code))
    wants('a string', typeof value === 'string');
};

interface Mode {
  /** Whether what must be there is missed. */
  readonly required: boolean;
}

const list = (value: Json, item: Schema, field: string, mode: Mode): void => {
  if (!Array.isArray(value)) throw refused(`Field '${field}' must be an array`);
  for (const each of value as readonly Json[]) check(each, item, field, mode);
};

const map = (value: Json, item: Schema, field: string, mode: Mode): void => {
  if (!isObject(value)) throw refused(`Field '${field}' must be an object`);
  for (const each of Object.values(value)) check(each, item, field, mode);
};

/** Step Functions spells the fields of all services in Pascal case. */
const spelt = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

const structure = (value: Json, schema: readonly unknown[], field: string, mode: Mode): void => {
  if (!isObject(value)) throw refused(`Field '${field}' must be an object`);
  const [, , , , names, members, required = 0] = schema as [
    number,
    string,
    string,
    unknown,
    string[],
    Schema[],
    number?,
  ];
  const missing = mode.required
    ? names.slice(0, required).find((name) => !Object.hasOwn(value, spelt(name)))
    : undefined;
  if (missing !== undefined) throw refused(`Required field '${spelt(missing)}' is missing`);
  for (const [index, name] of names.entries()) {
    const given = value[spelt(name)];
    if (given !== undefined) check(given, members[index] ?? DOCUMENT, spelt(name), mode);
  }
};

const check = (value: Json, given: Schema, field: string, mode: Mode): void => {
  const schema = plain(given);
  if (typeof schema === 'number') {
    if (schema >= MAP_OF) map(value, schema - MAP_OF, field, mode);
    else if (schema >= LIST_OF) list(value, schema - LIST_OF, field, mode);
    else simple(value, schema, field);
  } else if (schema[0] === LIST) list(value, schema[4] as Schema, field, mode);
  else if (schema[0] === MAP) map(value, schema[5] as Schema, field, mode);
  else if (schema[0] === STRUCTURE || schema[0] === UNION) structure(value, schema, field, mode);
  else if (schema[0] === SIMPLE) check(value, schema[4] as Schema, field, mode);
};

const CLIENTS: { readonly [service in ServiceId]?: string } = {
  dynamodb: '@aws-sdk/client-dynamodb',
  eventbridge: '@aws-sdk/client-eventbridge',
  s3: '@aws-sdk/client-s3',
  sfn: '@aws-sdk/client-sfn',
  sns: '@aws-sdk/client-sns',
  sqs: '@aws-sdk/client-sqs',
  ssm: '@aws-sdk/client-ssm',
};

const load = createRequire(import.meta.url);

/** What the operation answers, undefined where there is no model of it. */
const answerOf = (service: ServiceId, operation: string): Schema | undefined => {
  const client = CLIENTS[service];
  const model = client === undefined ? undefined : (load(client) as Record<string, readonly unknown[] | undefined>);
  return model?.[`${operation}$`]?.[5] as Schema | undefined;
};

const INVOKED_FIELDS = ['StatusCode', 'ExecutedVersion', 'FunctionError', 'LogResult', 'Payload'];
/**
 * Of `lambda:invoke`, whose client is not among ours. AWS holds the Payload against the API too, where it is a text, though the
 * integration gives it parsed (github.com/aws/agent-toolkit-for-aws, skills of Step Functions: such a mock needs the mode NONE).
 */
const INVOKED = [STRUCTURE, '', '', 0, INVOKED_FIELDS, [NUMERIC, STRING, STRING, STRING, STRING]];

const RESOURCE = /^arn:[^:]+:states:[^:]*:[^:]*:(?:(aws-sdk):)?([a-z0-9-]+):([A-Za-z0-9]+)(\.sync(?::2)?)?$/;

/** AWS: a job that is waited for gives what it is asked about as it runs. Whoever has a token may answer anything. */
const schemaOf = (resource: string): Schema | undefined => {
  const [, sdk, name = '', action = '', sync] = RESOURCE.exec(resource) ?? [];
  if (name === 'lambda' && action === 'invoke') return INVOKED;
  const id = serviceNamed(sdk === undefined ? (optimizedActions[name]?.service ?? '') : name)?.id;
  return id && answerOf(id, sync === undefined ? spelt(action) : 'DescribeExecution');
};

/** Throws ValidationException for a `result` that the Task's service would not answer. */
export const checkAnswer = (resource: string, result: Json, mode: string): void => {
  const schema = mode === 'NONE' ? undefined : schemaOf(resource);
  if (schema === undefined || result === null) return;
  if (!isObject(result)) throw new AwsError('ValidationException', 'Mocked result must be a JSON object.');
  check(result, schema, '', { required: mode === 'STRICT' });
};
