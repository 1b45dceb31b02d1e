import { existsSync, statSync } from 'node:fs';
import { arnOf, parseArn } from '../../arn.ts';
import { isShape } from '../../field-reader.ts';
import { AwsError, type EngineContext, type Shape } from '../../service.ts';
import { createOrUpdate } from '../create-or-update.ts';
import { nameOf, pick, type Resource, type ResourceHandler } from '../resource.ts';

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

/** The function's code: the folder of its asset in the assembly, or a text of the template, which is `index.js`. */
const codeOf = ({ properties, assets }: Resource): Shape => {
  const code = isShape(properties.Code) ? properties.Code : {};
  if (typeof code.ZipFile === 'string') return { InlineText: code.ZipFile };
  const asset = typeof code.S3Key === 'string' ? assets.get(code.S3Key) : undefined;
  if (asset && existsSync(asset.path) && statSync(asset.path).isDirectory()) return { LocalDirectory: asset.path };
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
      Code: codeOf(resource),
    });
    const arn = arnOf(context, 'lambda', `function:${name}`);
    return { physicalId: name, arn, attributes: { Arn: arn } };
  },
  remove: async ({ physicalId }, context) => {
    await context.service('lambda').call('DeleteFunction', { FunctionName: physicalId });
  },
};

/** Of a queue that the template does not make: on AWS it is there, and here it is made where a function takes from it. */
const makeQueue = async (context: EngineContext, { EventSourceArn, FunctionName }: Shape): Promise<void> => {
  const arn = parseArn(String(EventSourceArn));
  if (arn?.service !== 'sqs') return;
  const { Timeout } = await context.service('lambda').call('GetFunctionConfiguration', { FunctionName });
  const VisibilityTimeout = String(6 * Number(Timeout)); // as Lambda advises
  const Attributes = { VisibilityTimeout, ...(arn.resource.endsWith('.fifo') && { FifoQueue: 'true' }) };
  await createOrUpdate(
    'QueueNameExists',
    () => context.service('sqs').call('CreateQueue', { QueueName: arn.resource, Attributes }),
    () => Promise.resolve({}),
  );
};

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
    await makeQueue(context, properties);
    const made = await context.service('lambda').call('CreateEventSourceMapping', properties);
    const id = String(made.UUID);
    const arn = arnOf(context, 'lambda', `event-source-mapping:${id}`);
    return { physicalId: id, arn, attributes: { Id: id, EventSourceMappingArn: arn } };
  },
  remove: async ({ physicalId }, context) => {
    await context.service('lambda').call('DeleteEventSourceMapping', { UUID: physicalId });
  },
};

/** AWS::Lambda::EventInvokeConfig: one for a function and all its versions, so the qualifier says nothing. */
export const eventInvokeConfig: ResourceHandler = {
  applied: ['FunctionName', 'DestinationConfig', 'MaximumEventAgeInSeconds', 'MaximumRetryAttempts'],
  accepted: ['Qualifier'],
  apply: async ({ properties }, context) => {
    const { Qualifier: _function, ...settings } = properties;
    await context.service('lambda').call('PutFunctionEventInvokeConfig', settings);
    return { physicalId: String(settings.FunctionName), attributes: {} };
  },
  remove: async ({ physicalId }, context) => {
    await context.service('lambda').call('DeleteFunctionEventInvokeConfig', { FunctionName: physicalId });
  },
};

/** AWS::Lambda::Url: of the function itself, buffered. */
export const functionUrl: ResourceHandler = {
  applied: ['TargetFunctionArn', 'AuthType', 'InvokeMode'],
  accepted: [],
  apply: async ({ properties: { TargetFunctionArn, AuthType, InvokeMode } }, context) => {
    const lambda = context.service('lambda');
    const made = await lambda.call('CreateFunctionUrlConfig', {
      FunctionName: TargetFunctionArn,
      AuthType,
      InvokeMode,
    });
    const { FunctionArn, FunctionUrl } = made;
    return { physicalId: String(FunctionArn), arn: String(FunctionArn), attributes: { FunctionArn, FunctionUrl } };
  },
  remove: async ({ physicalId }, context) => {
    await context.service('lambda').call('DeleteFunctionUrlConfig', { FunctionName: physicalId });
  },
};
