import { isShape } from '../field-reader.ts';
import { AwsError, type EngineContext, type Shape } from '../service.ts';
import type { Stack } from './assembly.ts';
import { templateError } from './problem.ts';
import { sectionOf } from './template.ts';

const BOOTSTRAP = 'BootstrapVersion'; // the CDK's: the version of its own stack in the account, which is not there

/** The value of an SSM parameter. Throws HDL514 where there is none. */
export const ssmValue = async (context: EngineContext, where: string, Name: string): Promise<string> => {
  try {
    const { Parameter } = await context.service('ssm').call('GetParameter', { Name, WithDecryption: true });
    return String(isShape(Parameter) ? Parameter.Value : '');
  } catch (error) {
    if (!(error instanceof AwsError && error.code === 'ParameterNotFound')) throw error;
    throw templateError(
      where,
      `the SSM parameter ${Name}`,
      'a parameter of this engine',
      'put the parameter first (aws ssm put-parameter).',
    );
  }
};

const isInSsm = (name: string, { Type }: Shape): boolean =>
  String(Type).startsWith('AWS::SSM::Parameter::Value') && name !== BOOTSTRAP;

/** Those parameters of a stack that have a value and need no service to have it. */
export const plainParameters = (stack: Stack, given: { readonly [name: string]: string }): Shape => {
  const values: Shape = {};
  for (const [name, parameter] of Object.entries(sectionOf(stack.template, 'Parameters'))) {
    const value = given[name] ?? parameter.Default;
    if (value === undefined || isInSsm(name, parameter)) continue;
    values[name] = /List/.test(String(parameter.Type))
      ? String(value)
          .split(',')
          .map((each) => each.trim())
      : value;
  }
  return values;
};

/** The parameters of a stack: `given` values, else defaults. Throws HDL514 for one that has neither. */
export const readParameters = async (
  stack: Stack,
  given: { readonly [name: string]: string },
  context: EngineContext,
): Promise<Shape> => {
  const values = plainParameters(stack, given);
  for (const [name, parameter] of Object.entries(sectionOf(stack.template, 'Parameters'))) {
    const value = given[name] ?? parameter.Default;
    const where = `${stack.name}.${name}`;
    if (value === undefined)
      throw templateError(
        where,
        'a parameter without a value',
        'a default, or a value passed to the engine',
        `pass parameters: { ${name}: … }.`,
      );
    if (isInSsm(name, parameter)) values[name] = await ssmValue(context, where, String(value));
  }
  return values;
};
