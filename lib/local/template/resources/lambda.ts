import { existsSync, statSync } from 'node:fs';
import { arnOf } from '../../arn.ts';
import { isShape } from '../../field-reader.ts';
import { AwsError, type Shape } from '../../service.ts';
import { nameOf, type Provisioned, pick, type Resource, type ResourceHandler } from '../resource.ts';

const CONFIGURATION = [
  'DeadLetterConfig',
  'Description',
  'Environment',
  'Handler',
  'LoggingConfig',
  'MemorySize',
  'Role',
  'Runtime',
  'Timeout',
];

/** The folder of the function's code: its asset in the assembly. */
const codeFolder = ({ properties, assets }: Resource): string => {
  const code = isShape(properties.Code) ? properties.Code : {};
  const asset = typeof code.S3Key === 'string' ? assets.get(code.S3Key) : undefined;
  if (asset && existsSync(asset.path) && statSync(asset.path).isDirectory()) return asset.path;
  const found = asset ? asset.path : JSON.stringify(code).slice(0, 120);
  throw new AwsError('InvalidParameterValueException', `the function's code is not a folder of the assembly: ${found}`);
};

/** AWS::Lambda::Function: Node.js bundles of the assembly. */
export const lambdaFunction: ResourceHandler = {
  applied: ['FunctionName', 'Code', ...CONFIGURATION],
  accepted: [
    'Architectures',
    'EphemeralStorage',
    'KmsKeyArn',
    'PackageType',
    'RecursiveLoop',
    'ReservedConcurrentExecutions',
    'RuntimeManagementConfig',
    'SnapStart',
    'Tags',
    'TracingConfig',
    'VpcConfig',
  ],
  apply: async (resource, context) => {
    const name = nameOf(resource, 'FunctionName', { longest: 64 });
    const configuration = pick(resource.properties, CONFIGURATION);
    await context.service('lambda').call('CreateFunction', {
      FunctionName: name,
      ...configuration,
      Code: { LocalDirectory: codeFolder(resource) },
    });
    const arn = arnOf(context, 'lambda', `function:${name}`);
    return { physicalId: name, arn, attributes: { Arn: arn } };
  },
  remove: async ({ physicalId }, context) => {
    await context.service('lambda').call('DeleteFunction', { FunctionName: physicalId });
  },
};

const withoutQualifier = (name: string): string =>
  name.startsWith('arn:') ? name.split(':').slice(0, 7).join(':') : name;

/** AWS::Lambda::EventSourceMapping of a queue. */
export const eventSourceMapping: ResourceHandler = {
  applied: [
    'FunctionName',
    'EventSourceArn',
    'BatchSize',
    'MaximumBatchingWindowInSeconds',
    'FunctionResponseTypes',
    'ScalingConfig',
    'FilterCriteria',
    'Enabled',
  ],
  accepted: ['Tags'],
  apply: async ({ properties }, context) => {
    const made = await context.service('lambda').call('CreateEventSourceMapping', {
      ...properties,
      FunctionName: withoutQualifier(String(properties.FunctionName)),
    });
    const id = String(made.UUID);
    const arn = arnOf(context, 'lambda', `event-source-mapping:${id}`);
    return { physicalId: id, arn, attributes: { Id: id, EventSourceMappingArn: arn } };
  },
  remove: async ({ physicalId }, context) => {
    await context.service('lambda').call('DeleteEventSourceMapping', { UUID: physicalId });
  },
};

/** AWS::Lambda::EventInvokeConfig. Versions and aliases are the function itself, so the qualifier says nothing. */
export const eventInvokeConfig: ResourceHandler = {
  applied: ['FunctionName', 'DestinationConfig', 'MaximumEventAgeInSeconds', 'MaximumRetryAttempts'],
  accepted: ['Qualifier'],
  apply: async ({ properties, logicalId }, context) => {
    const { Qualifier: _function, ...settings } = properties;
    await context.service('lambda').call('PutFunctionEventInvokeConfig', settings);
    return { physicalId: logicalId, attributes: {} };
  },
};

const latest = (
  { properties, logicalId }: Resource,
  attributes: (arn: string) => Shape,
  region: string,
): Provisioned => {
  const named = String(properties.FunctionName);
  const base = withoutQualifier(named.startsWith('arn:') ? named : `${region}:function:${named}`);
  const arn = `${base}:$LATEST`;
  return { physicalId: logicalId, ref: arn, arn, attributes: attributes(arn) };
};

/** AWS::Lambda::Version: the function itself, whose code here is always the latest. */
export const version: ResourceHandler = {
  applied: ['FunctionName'],
  accepted: ['CodeSha256', 'Description', 'ProvisionedConcurrencyConfig', 'RuntimePolicy'],
  apply: async (resource, context) =>
    latest(resource, (FunctionArn) => ({ Version: '$LATEST', FunctionArn }), arnOf(context, 'lambda', '').slice(0, -1)),
};

/** AWS::Lambda::Alias: the function itself. */
export const alias: ResourceHandler = {
  applied: ['FunctionName', 'Name', 'FunctionVersion'],
  accepted: ['Description', 'ProvisionedConcurrencyConfig'],
  apply: async (resource, context) =>
    latest(resource, (AliasArn) => ({ AliasArn }), arnOf(context, 'lambda', '').slice(0, -1)),
};
