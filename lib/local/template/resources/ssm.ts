import { isShape } from '../../field-reader.ts';
import { AwsError, type EngineContext } from '../../service.ts';
import { nameOf, type ResourceHandler } from '../resource.ts';

const currentValue = async (context: EngineContext, Name: string): Promise<unknown> => {
  try {
    const { Parameter } = await context.service('ssm').call('GetParameter', { Name, WithDecryption: true });
    return isShape(Parameter) ? Parameter.Value : undefined;
  } catch (error) {
    if (error instanceof AwsError && error.code === 'ParameterNotFound') return undefined;
    throw error;
  }
};

/** AWS::SSM::Parameter. */
export const parameter: ResourceHandler = {
  applied: ['AllowedPattern', 'Name', 'Tier', 'Type', 'Value'],
  accepted: ['DataType', 'Description', 'Policies', 'Tags'],
  apply: async (resource, context) => {
    const { AllowedPattern, Tier, Type, Value } = resource.properties;
    const name = nameOf(resource, 'Name', { longest: 1007, replaced: /[^\w./-]/g });
    // CloudFormation begins its own so: a stack may be called as no parameter may, aws or ssm.
    const Name = name === resource.properties.Name ? name : `CFN-${name}`;
    // Putting the same value again would count up the version.
    if ((await currentValue(context, Name)) !== Value)
      await context.service('ssm').call('PutParameter', { AllowedPattern, Name, Tier, Type, Value, Overwrite: true });
    return { physicalId: Name, attributes: { Type, Value } };
  },
  remove: async ({ physicalId }, context) => {
    await context.service('ssm').call('DeleteParameter', { Name: physicalId });
  },
};
