// What the engine keeps of a Lambda function, and how it is read from CreateFunction and Update... inputs.
import { arnOf } from '../../arn.ts';
import { fieldReader, isShape } from '../../field-reader.ts';
import { asked, type PageAsked } from '../../page.ts';
import { AwsError, type EngineContext, notImplemented, type Shape } from '../../service.ts';

export const read = fieldReader('InvalidParameterValueException');

/** The page that a list of Lambda is asked for; it may ask for more than it gets. */
export const pageAsked = (input: Shape, usual = 50): PageAsked => {
  const { size, after } = asked(input, { ...PAGE, usual });
  return { size: Math.min(size, usual), after };
};

const PAGE = { size: 'MaxItems', token: 'Marker', most: 10_000, error: 'InvalidParameterValueException' };

/** The version that a function is until it is published. */
export const LATEST = '$LATEST';

/** Of a function whose log is JSON. */
export interface Logging {
  readonly level: string;
  readonly systemLevel: string;
}

export interface FunctionRecord {
  readonly name: string;
  /** The number of a published version. @default $LATEST */
  readonly version?: string;
  readonly role: string;
  readonly handler: string;
  readonly runtime: string;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  readonly description: string;
  readonly environment: { readonly [name: string]: string };
  /** Folder of the bundle. */
  readonly directory: string;
  readonly logGroup: string;
  /** The least levels of what is written, where the log is JSON. @default text */
  readonly logging?: Logging;
  /** Queue or topic for events that were given up; empty for none. */
  readonly deadLetterArn: string;
  /** Grows with each change, so that sandboxes of older code are told apart. */
  readonly revision: number;
  readonly modifiedMs: number;
}

const MAX_ENVIRONMENT_BYTES = 4096;
const LIMITS = { Timeout: [1, 900], MemorySize: [128, 10_240] } as const;

const RESERVED =
  /^(?:_HANDLER|_X_AMZN_TRACE_ID|AWS_(?:DEFAULT_REGION|REGION|EXECUTION_ENV|LAMBDA_\w+|ACCESS_KEY(?:_ID)?|SECRET_ACCESS_KEY|SESSION_TOKEN)|LAMBDA_(?:TASK_ROOT|RUNTIME_DIR))$/;

// Read by nothing here, and nothing that a function can observe on a laptop hangs on them.
const WITHOUT_EFFECT = new Set([
  'Architectures',
  'EphemeralStorage',
  'KMSKeyArn',
  'PackageType',
  'Publish',
  'RecursiveLoop',
  'RuntimeManagementConfig',
  'Tags',
  'TracingConfig',
]);
const USED = new Set([
  'Code',
  'DeadLetterConfig',
  'Description',
  'Environment',
  'FunctionName',
  'Handler',
  'LoggingConfig',
  'MemorySize',
  'Role',
  'Runtime',
  'Timeout',
]);

const invalid = (message: string): AwsError => new AwsError('InvalidParameterValueException', message);

/** What `FunctionName` (a name or ARN, with a qualifier or without) and `Qualifier` ask for: a version or an alias. */
export const functionAsked = (input: Shape): { readonly name: string; readonly qualifier: string } => {
  const text = read.text(input, 'FunctionName');
  const [name = '', suffix] = text.startsWith('arn:') ? text.split(':').slice(6) : text.split(':');
  return { name, qualifier: suffix ?? read.optionalText(input, 'Qualifier') ?? LATEST };
};

/** What tells a version from the others, and names its ARN: `clean` is the latest, `clean:3` the third. */
export const identityOf = ({ name, version }: FunctionRecord): string =>
  version === undefined ? name : `${name}:${version}`;

export const functionArn = (context: EngineContext, name: string): string =>
  arnOf(context, 'lambda', `function:${name}`);

const bounded = (input: Shape, field: keyof typeof LIMITS, fallback: number): number => {
  const value = read.optionalNumber(input, field) ?? fallback;
  const [low, high] = LIMITS[field];
  if (value < low || value > high) throw invalid(`${field} must be from ${low} to ${high}; found ${value}`);
  return value;
};

const environmentOf = (input: Shape): { readonly [name: string]: string } | undefined => {
  const variables = read.optionalShape(input, 'Environment')?.Variables;
  if (!isShape(variables)) return undefined;
  const texts = Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, String(value)]));
  const reserved = Object.keys(texts).filter((name) => RESERVED.test(name));
  if (reserved.length > 0)
    throw invalid(
      `Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: ${reserved.join(', ')}`,
    );
  if (Buffer.byteLength(JSON.stringify(texts)) > MAX_ENVIRONMENT_BYTES)
    throw invalid(
      'Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit.',
    );
  return texts;
};

const LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];
const SYSTEM_LEVELS = ['DEBUG', 'INFO', 'WARN'];

const oneOf = (input: Shape, field: string, known: readonly string[], fallback: string): string => {
  const value = read.optionalText(input, field) ?? fallback;
  if (known.includes(value)) return value;
  throw invalid(`LoggingConfig.${field} must be one of ${known.join(', ')}; found ${value}`);
};

/** https://docs.aws.amazon.com/lambda/latest/api/API_LoggingConfig.html */
const loggingOf = (config: Shape): Logging | undefined => {
  if (oneOf(config, 'LogFormat', ['Text', 'JSON'], 'Text') === 'JSON')
    return {
      level: oneOf(config, 'ApplicationLogLevel', LEVELS, 'INFO'),
      systemLevel: oneOf(config, 'SystemLogLevel', SYSTEM_LEVELS, 'INFO'),
    };
  const levelled = ['ApplicationLogLevel', 'SystemLogLevel'].find((field) => config[field] !== undefined);
  if (levelled !== undefined) throw invalid(`LoggingConfig.${levelled} wants the LogFormat JSON`);
  return undefined;
};

const directoryOf = (input: Shape): string | undefined => {
  const code = read.optionalShape(input, 'Code') ?? input;
  if (code.ImageUri !== undefined) throw notImplemented('lambda', 'code from ImageUri');
  return read.optionalText(code, 'LocalDirectory');
};

const checkRuntime = (runtime: string): string => {
  if (runtime.startsWith('nodejs')) return runtime;
  throw notImplemented('lambda', `the runtime ${runtime} (expected nodejs22.x or nodejs24.x)`);
};

const refuseUnknown = (input: Shape): void => {
  for (const [field, value] of Object.entries(input)) {
    if (USED.has(field) || WITHOUT_EFFECT.has(field) || value === undefined || field === 'LocalDirectory') continue;
    if (Array.isArray(value) && value.length === 0) continue;
    throw notImplemented('lambda', `the function property ${field}`);
  }
};

/** A function as `input` says, over what it was before. Throws where a needed field is missing or not supported. */
export const functionFrom = (
  context: EngineContext,
  input: Shape,
  before: FunctionRecord | undefined,
): FunctionRecord => {
  refuseUnknown(input);
  const { name } = functionAsked(input);
  const directory = directoryOf(input) ?? before?.directory;
  if (directory === undefined)
    throw invalid('Code is required: a ZipFile, an S3Bucket with its S3Key, or a LocalDirectory');
  const given = read.optionalShape(input, 'LoggingConfig');
  const logging = given ? loggingOf(given) : before?.logging;
  return {
    name,
    directory,
    role: read.optionalText(input, 'Role') ?? before?.role ?? '',
    handler: read.optionalText(input, 'Handler') ?? before?.handler ?? 'index.handler',
    runtime: checkRuntime(read.optionalText(input, 'Runtime') ?? before?.runtime ?? 'nodejs24.x'),
    timeoutSeconds: bounded(input, 'Timeout', before?.timeoutSeconds ?? 3),
    memoryMb: bounded(input, 'MemorySize', before?.memoryMb ?? 128),
    description: read.optionalText(input, 'Description') ?? before?.description ?? '',
    environment: environmentOf(input) ?? before?.environment ?? {},
    logGroup: read.optionalText(given ?? {}, 'LogGroup') ?? before?.logGroup ?? `/aws/lambda/${name}`,
    ...(logging && { logging }),
    deadLetterArn:
      read.optionalText(read.optionalShape(input, 'DeadLetterConfig') ?? {}, 'TargetArn') ??
      before?.deadLetterArn ??
      '',
    revision: (before?.revision ?? 0) + 1,
    modifiedMs: context.clock.now(),
  };
};

/** A FunctionConfiguration as the API gives it. */
export const shownFunction = (context: EngineContext, record: FunctionRecord): Shape => ({
  FunctionName: record.name,
  FunctionArn: functionArn(context, identityOf(record)),
  Runtime: record.runtime,
  Role: record.role,
  Handler: record.handler,
  CodeSize: 0,
  Description: record.description,
  Timeout: record.timeoutSeconds,
  MemorySize: record.memoryMb,
  LastModified: new Date(record.modifiedMs).toISOString().replace('Z', '+0000'),
  Version: record.version ?? LATEST,
  Environment: { Variables: record.environment },
  ...(record.deadLetterArn !== '' && { DeadLetterConfig: { TargetArn: record.deadLetterArn } }),
  RevisionId: String(record.revision),
  State: 'Active',
  LastUpdateStatus: 'Successful',
  PackageType: 'Zip',
  LoggingConfig: {
    LogFormat: record.logging ? 'JSON' : 'Text',
    LogGroup: record.logGroup,
    ...(record.logging && {
      ApplicationLogLevel: record.logging.level,
      SystemLogLevel: record.logging.systemLevel,
    }),
  },
});
