// What AWS's model of the API asks of the fields of a request, whatever the operation then makes of them. Loaded for what may break it.
// https://docs.aws.amazon.com/step-functions/latest/apireference (the constraints of each operation)
import { isShape } from '../../field-reader.ts';
import { AwsError, type Shape } from '../../service.ts';

interface Text {
  readonly is: 'string';
  readonly least?: number;
  readonly most?: number;
  readonly pattern?: string;
  readonly words?: readonly string[];
  /** Its value is not told in an error. */
  readonly secret?: true;
}

interface Numeric {
  readonly is: 'whole number' | 'number';
  readonly least?: number;
  readonly most?: number;
}

type Rule =
  | Text
  | Numeric
  | { readonly is: 'boolean' }
  | { readonly is: 'list'; readonly of: Rule }
  | { readonly is: 'structure'; readonly fields: Rules; readonly required?: readonly string[] };

type Rules = { readonly [field: string]: Rule };

const text = (least: number, most: number): Text => ({ is: 'string', least, most });
const secret = (most: number): Text => ({ is: 'string', most, secret: true });
const oneOf = (...words: readonly string[]): Text => ({ is: 'string', words });
const whole = (least: number, most?: number): Numeric => ({
  is: 'whole number',
  least,
  ...(most !== undefined && { most }),
});
const listOf = (of: Rule): Rule => ({ is: 'list', of });
const structure = (fields: Rules, ...required: readonly string[]): Rule => ({ is: 'structure', fields, required });

const ARN = text(1, 256);
const LONG_ARN = text(1, 2000);
const NAME = text(1, 80);
const TOKEN = text(1, 1024);
const DATA = secret(262_144);
const FLAG: Rule = { is: 'boolean' };
const ERROR = secret(256);
const CAUSE = secret(32_768);
const KEY = text(1, 128);

/** A field has the same rule in all operations, but for the few below. Words are in the order in which AWS was seen to list them. */
const FIELDS: Rules = {
  activityArn: ARN,
  executionArn: ARN,
  resourceArn: ARN,
  roleArn: ARN,
  stateMachineArn: ARN,
  stateMachineAliasArn: ARN,
  mapRunArn: LONG_ARN,
  stateMachineVersionArn: LONG_ARN,
  name: NAME,
  stateName: { ...NAME, secret: true },
  workerName: NAME,
  clientToken: { ...text(1, 64), pattern: '[!-~]+' },
  traceHeader: { ...text(0, 256), pattern: String.raw`\p{ASCII}*` },
  nextToken: TOKEN,
  taskToken: text(1, 2048),
  maxResults: whole(0, 1000),
  definition: secret(1_048_576), // an empty one was seen to be no breach
  input: DATA,
  output: DATA,
  variables: DATA,
  context: DATA,
  error: ERROR,
  cause: CAUSE,
  description: secret(256),
  versionDescription: secret(256),
  revisionId: { is: 'string' },
  publish: FLAG,
  reverseOrder: FLAG,
  includeExecutionData: FLAG,
  revealSecrets: FLAG,
  type: oneOf('STANDARD', 'EXPRESS'),
  severity: oneOf('ERROR', 'WARNING'),
  includedData: oneOf('ALL_DATA', 'METADATA_ONLY'),
  inspectionLevel: oneOf('INFO', 'DEBUG', 'TRACE'),
  statusFilter: oneOf('SUCCEEDED', 'TIMED_OUT', 'PENDING_REDRIVE', 'ABORTED', 'FAILED', 'RUNNING'),
  redriveFilter: oneOf('NOT_REDRIVEN', 'REDRIVEN'),
  maxConcurrency: whole(0, 2_147_483_647),
  toleratedFailureCount: whole(0),
  toleratedFailurePercentage: { is: 'number', least: 0, most: 100 },
  tags: listOf(structure({ key: KEY, value: text(0, 256) }, 'key', 'value')),
  tagKeys: listOf(KEY),
  loggingConfiguration: structure({
    level: oneOf('ALL', 'FATAL', 'ERROR', 'OFF'),
    includeExecutionData: FLAG,
    destinations: listOf(structure({ cloudWatchLogsLogGroup: structure({ logGroupArn: ARN }) })),
  }),
  tracingConfiguration: structure({ enabled: FLAG }),
  encryptionConfiguration: structure(
    {
      kmsKeyId: text(1, 2048),
      kmsDataKeyReusePeriodSeconds: whole(60, 900),
      type: oneOf('AWS_OWNED_KEY', 'CUSTOMER_MANAGED_KMS_KEY'),
    },
    'type',
  ),
  routingConfiguration: listOf(
    structure({ stateMachineVersionArn: ARN, weight: whole(0, 100) }, 'stateMachineVersionArn', 'weight'),
  ),
  mock: structure({
    result: DATA,
    errorOutput: structure({ error: ERROR, cause: CAUSE }),
    fieldValidationMode: oneOf('PRESENT', 'STRICT', 'NONE'),
  }),
  stateConfiguration: structure({
    retrierRetryCount: whole(0),
    errorCausedByState: { ...NAME, secret: true },
    mapIterationFailureCount: whole(0),
    mapItemReaderData: DATA,
  }),
};

const OF_OPERATION: Readonly<Record<string, Rules>> = {
  ListExecutions: { nextToken: text(1, 3096) },
  ValidateStateMachineDefinition: { maxResults: whole(0, 100) },
  CreateStateMachineAlias: { name: { ...NAME, pattern: String.raw`^(?=.*[a-zA-Z_\-\.])[a-zA-Z0-9_\-\.]+$` } },
};

const kindOf = (value: unknown): string => {
  if (Array.isArray(value)) return 'a list';
  return isShape(value) ? 'a structure' : `the ${typeof value} ${value}`;
};

const isOf = (value: unknown, is: Rule['is']): boolean => {
  if (is === 'list') return Array.isArray(value);
  if (is === 'structure') return isShape(value);
  if (is === 'whole number') return Number.isSafeInteger(value);
  return typeof value === is;
};

/** What `value` breaks of its rule, in AWS's words. Throws SerializationException where it is of another type. */
function* breaches(value: unknown, at: string, rule: Rule): Generator<string> {
  if (!isOf(value, rule.is))
    throw new AwsError('SerializationException', `${at} is ${kindOf(value)}; expected a ${rule.is}`);
  const told = rule.is === 'string' && rule.secret ? '' : ` '${value}'`;
  const breach = (must: string, found = told): string =>
    `Value${found} at '${at}' failed to satisfy constraint: Member must ${must}`;
  if (rule.is === 'structure') {
    yield* breachesIn(value as Shape, `${at}.`, (field) => rule.fields[field]);
    for (const field of rule.required ?? [])
      if ((value as Shape)[field] === undefined)
        yield `Value null at '${at}.${field}' failed to satisfy constraint: Member must not be null`;
  } else if (rule.is === 'list') {
    for (const [index, item] of (value as readonly unknown[]).entries())
      yield* breaches(item, `${at}.${index + 1}.member`, rule.of);
  } else if (rule.is === 'string') {
    const { length } = value as string;
    const { least = 0, most = length, pattern, words } = rule;
    if (length < least) yield breach(`have length greater than or equal to ${least}`);
    else if (length > most) yield breach(`have length less than or equal to ${most}`);
    else if (pattern !== undefined && !new RegExp(`^(?:${pattern})$`, 'u').test(value as string))
      yield breach(`satisfy regular expression pattern: ${pattern}`);
    if (words !== undefined && !words.includes(value as string))
      yield breach(`satisfy enum value set: [${words.join(', ')}]`);
  } else if (rule.is !== 'boolean') {
    const { least, most } = rule;
    if (least !== undefined && Number(value) < least) yield breach(`have value greater than or equal to ${least}`);
    if (most !== undefined && Number(value) > most) yield breach(`have value less than or equal to ${most}`);
  }
}

function* breachesIn(shape: Shape, prefix: string, ruleOf: (field: string) => Rule | undefined): Generator<string> {
  for (const [field, value] of Object.entries(shape)) {
    const rule = value === undefined || value === null ? undefined : ruleOf(field);
    if (rule) yield* breaches(value, `${prefix}${field}`, rule);
  }
}

const own = (rules: Rules | undefined, field: string): Rule | undefined =>
  rules !== undefined && Object.hasOwn(rules, field) ? rules[field] : undefined;

/** Throws ValidationException with all that breaks the model, SerializationException for a field of another type. */
export const checkRequest = (operation: string, input: Shape): void => {
  const found = [...breachesIn(input, '', (field) => own(OF_OPERATION[operation], field) ?? own(FIELDS, field))];
  if (found.length === 0) return;
  const count = `${found.length} validation error${found.length > 1 ? 's' : ''} detected`;
  throw new AwsError('ValidationException', `${count}: ${found.join('; ')}`);
};
