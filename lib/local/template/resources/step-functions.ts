import { readFileSync } from 'node:fs';
import { arnOf } from '../../arn.ts';
import { isShape } from '../../field-reader.ts';
import { AwsError, type EngineContext, type Service, type Shape } from '../../service.ts';
import { createOrUpdate } from '../create-or-update.ts';
import { nameOf, type Resource, type ResourceHandler } from '../resource.ts';
import { withStandIns } from './stand-ins.ts';

const fromAsset = ({ properties, assets }: Resource): string | undefined => {
  const location = isShape(properties.DefinitionS3Location) ? properties.DefinitionS3Location : undefined;
  if (!location) return undefined;
  const asset = assets.get(String(location.Key));
  if (!asset)
    throw new AwsError('InvalidDefinition', `the definition ${String(location.Key)} is not an asset of the assembly`);
  return readFileSync(asset.path, 'utf8');
};

const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

const definitionOf = (resource: Resource): string => {
  const { DefinitionString, Definition, DefinitionSubstitutions } = resource.properties;
  const text = DefinitionString ?? (Definition === undefined ? fromAsset(resource) : Definition);
  if (text === undefined) throw new AwsError('InvalidDefinition', 'the state machine has no definition');
  const values = isShape(DefinitionSubstitutions) ? DefinitionSubstitutions : {};
  return asText(text).replace(/\$\{(\w+)\}/g, (found, name: string) =>
    Object.hasOwn(values, name) ? String(values[name]) : found,
  );
};

/** CloudFormation writes these settings in Pascal case, the Step Functions API in camel case; it takes a text for a truth value, the API does not. */
const inCamelCase = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(inCamelCase);
  if (!isShape(value)) return value === 'true' || value === 'false' ? value === 'true' : value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name.charAt(0).toLowerCase() + name.slice(1), inCamelCase(inner)]),
  );
};

/** As CloudFormation has them where the template is silent: a setting that left it is off again. */
const SETTINGS: { readonly [name: string]: Shape } = {
  LoggingConfiguration: { Level: 'OFF', IncludeExecutionData: false },
  TracingConfiguration: { Enabled: false },
};

const settingsOf = (properties: Shape): Shape =>
  Object.fromEntries(Object.entries(SETTINGS).map(([name, off]) => [name, { ...off, ...Object(properties[name]) }]));

const described = async (sfn: Service, stateMachineArn: string): Promise<Shape | undefined> => {
  try {
    return await sfn.call('DescribeStateMachine', { stateMachineArn, includedData: 'METADATA_ONLY' });
  } catch (error) {
    if (error instanceof AwsError && error.code === 'StateMachineDoesNotExist') return undefined;
    throw error;
  }
};

/** Makes the machine, or brings it up to date. Creating it again would leave its role as it was. */
const bring = async (sfn: Service, stateMachineArn: string, wanted: Shape): Promise<Shape> => {
  const { name: _, type, ...settings } = wanted;
  const present = await described(sfn, stateMachineArn);
  if (present?.type === type && present?.status === 'ACTIVE')
    return sfn.call('UpdateStateMachine', { stateMachineArn, ...settings });
  // CloudFormation: of another type it is another machine, as one is that left the template and is there again. There its name may be another too.
  if (present) await sfn.call('ForgetStateMachine', { stateMachineArn });
  return sfn.call('CreateStateMachine', wanted);
};

/** Of a log group that the template does not make: on AWS it is there, and here it is made where a machine logs to it. */
const makeLogGroups = async (context: EngineContext, { LoggingConfiguration }: Shape): Promise<void> => {
  const found = JSON.stringify(LoggingConfiguration ?? {}).matchAll(/:log-group:([^:"*]+)/g);
  for (const [, logGroupName] of found)
    await createOrUpdate(
      'ResourceAlreadyExistsException',
      () => context.service('cloudwatchlogs').call('CreateLogGroup', { logGroupName }),
      () => Promise.resolve({}),
    );
};

/** AWS::StepFunctions::StateMachine. */
export const stateMachine: ResourceHandler = {
  applied: [
    'StateMachineName',
    'StateMachineType',
    'RoleArn',
    'DefinitionString',
    'Definition',
    'DefinitionS3Location',
    'DefinitionSubstitutions',
    ...Object.keys(SETTINGS),
  ],
  accepted: ['EncryptionConfiguration', 'Tags'],
  apply: async (resource, context) => {
    const { properties } = resource;
    const name = nameOf(resource, 'StateMachineName', { longest: 80 });
    const arn = arnOf(context, 'states', `stateMachine:${name}`);
    const { definition, notices } = withStandIns(name, definitionOf(resource), resource.standIns);
    const wanted = {
      name,
      type: properties.StateMachineType ?? 'STANDARD',
      definition,
      roleArn: properties.RoleArn,
      ...Object(inCamelCase(settingsOf(properties))),
    };
    try {
      await bring(context.service('sfn'), arn, wanted);
    } catch (error) {
      if (!(error instanceof AwsError && error.message.endsWith('Log Destination not found.'))) throw error;
      await makeLogGroups(context, properties);
      await bring(context.service('sfn'), arn, wanted);
    }
    const attributes = { Arn: arn, Name: name, StateMachineRevisionId: 'INITIAL' };
    return { physicalId: arn, arn, attributes, ...(notices.length > 0 && { notices }) };
  },
  remove: async ({ physicalId }, context) => {
    await context.service('sfn').call('DeleteStateMachine', { stateMachineArn: physicalId });
  },
};
