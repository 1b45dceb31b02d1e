// Who has which name. A second one of the same name would be the first anew; CloudFormation refuses it.
import { EngineError } from '../engine-error.ts';
import type { Shape } from '../service.ts';
import type { Stack } from './assembly.ts';
import { providersOf } from './check.ts';
import { evaluate } from './intrinsics.ts';
import { plainParameters } from './parameters.ts';
import type { Place } from './place.ts';
import type { Resource } from './resource.ts';
import { stackScope } from './stack-scope.ts';
import { resourcesOf } from './template.ts';

/** The property that names a resource, by its type. */
const NAMED: { readonly [type: string]: string } = {
  'AWS::DynamoDB::Table': 'TableName',
  'AWS::Events::EventBus': 'Name',
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::S3::Bucket': 'BucketName',
  'AWS::SNS::Topic': 'TopicName',
  'AWS::SQS::Queue': 'QueueName',
  'AWS::StepFunctions::StateMachine': 'StateMachineName',
};

type Named = Pick<Resource, 'stack' | 'logicalId' | 'type'>;

/** Who has which name: "stack.logicalId" by type and name. */
export type Names = Map<string, string>;

/** Throws HDL515 where another resource of the type has the name. */
export const claim = ({ type, stack, logicalId }: Named, name: unknown, names: Names): void => {
  if (!Object.hasOwn(NAMED, type) || typeof name !== 'string') return;
  const [key, owner] = [`${type} ${name}`, `${stack}.${logicalId}`];
  const other = names.get(key) ?? owner;
  if (other !== owner)
    throw new EngineError('HDL515', {
      found: `${type} ${owner} was refused (AlreadyExists: ${name} is ${other})`,
      expected: 'a name that no other resource has',
      fix: 'give one of them another name.',
    });
  names.set(key, owner);
};

/** The name that the properties give to a resource of the type. */
export const givenName = (type: string, properties: Shape): unknown =>
  Object.hasOwn(NAMED, type) ? properties[String(NAMED[type])] : undefined;

const ifKnown = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    if (error instanceof EngineError) return undefined; // it depends on what is not made yet, or is wrong: whoever makes it says so
    throw error;
  }
};

/** Throws HDL515 for two resources of one name, as far as it can be told before any is made. */
export const checkNames = (
  stacks: readonly Stack[],
  given: { readonly [name: string]: string },
  place: Place,
): void => {
  const names: Names = new Map();
  for (const stack of stacks) {
    const scope = stackScope(stack, { place, parameters: plainParameters(stack, given), exports: new Map() });
    const texts = resourcesOf(stack);
    const providers = providersOf(texts);
    for (const { logicalId, type, properties, condition } of texts) {
      const here = scope.of(logicalId);
      const name = ifKnown(() =>
        providers.has(logicalId) || (condition !== undefined && !here.condition(condition))
          ? undefined
          : evaluate(givenName(type, properties), here),
      );
      claim({ stack: stack.name, logicalId, type }, name, names);
    }
  }
};
