import { readFileSync } from 'node:fs';
import { arnOf } from '../../arn.ts';
import { isShape } from '../../field-reader.ts';
import { AwsError, type Shape } from '../../service.ts';
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

/** CloudFormation writes these settings in Pascal case, the Step Functions API in camel case. */
const inCamelCase = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(inCamelCase);
  if (!isShape(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name.charAt(0).toLowerCase() + name.slice(1), inCamelCase(inner)]),
  );
};

const SETTINGS = ['LoggingConfiguration', 'TracingConfiguration'];

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
    ...SETTINGS,
  ],
  accepted: ['EncryptionConfiguration', 'Tags'],
  apply: async (resource, context) => {
    const { properties } = resource;
    const name = nameOf(resource, 'StateMachineName', { longest: 80 });
    const arn = arnOf(context, 'states', `stateMachine:${name}`);
    const settings = SETTINGS.filter((each) => properties[each] !== undefined).map((each) => [each, properties[each]]);
    const { definition, notices } = withStandIns(name, definitionOf(resource), resource.standIns);
    const common: Shape = {
      definition,
      roleArn: properties.RoleArn,
      ...Object(inCamelCase(Object.fromEntries(settings))),
    };
    const sfn = context.service('sfn');
    await createOrUpdate(
      'StateMachineAlreadyExists',
      () => sfn.call('CreateStateMachine', { name, type: properties.StateMachineType ?? 'STANDARD', ...common }),
      () => sfn.call('UpdateStateMachine', { stateMachineArn: arn, ...common }),
    );
    const attributes = { Arn: arn, Name: name, StateMachineRevisionId: 'INITIAL' };
    return { physicalId: arn, arn, attributes, ...(notices.length > 0 && { notices }) };
  },
  remove: async ({ physicalId }, context) => {
    await context.service('sfn').call('DeleteStateMachine', { stateMachineArn: physicalId });
  },
};
