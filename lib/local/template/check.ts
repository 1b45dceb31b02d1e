// What the engine cannot run is said before anything is made, all of it at once.
import { EngineError } from '../engine-error.ts';
import type { Stack } from './assembly.ts';
import { HANDLERS, NOT_ENFORCED } from './resources/index.ts';
import { type ResourceText, resourcesOf } from './template.ts';

const isKnown = (type: string): boolean => Object.hasOwn(HANDLERS, type) || Object.hasOwn(NOT_ENFORCED, type);

const unknownProperties = ({ type, properties }: ResourceText): readonly string[] => {
  const handler = Object.hasOwn(HANDLERS, type) ? HANDLERS[type] : undefined;
  if (!handler) return [];
  return Object.keys(properties).filter((name) => !handler.applied.includes(name) && !handler.accepted.includes(name));
};

/** Functions that only carry out custom resources which the engine carries out itself: they are not made. */
export const providersOf = (resources: readonly ResourceText[]): ReadonlySet<string> => {
  const tokens = resources.filter(({ type }) => type.startsWith('Custom::') && isKnown(type));
  return new Set(
    tokens.flatMap(({ properties }) => {
      const { ServiceToken } = properties as { readonly ServiceToken?: { readonly 'Fn::GetAtt'?: readonly unknown[] } };
      const [id] = ServiceToken?.['Fn::GetAtt'] ?? [];
      return typeof id === 'string' ? [id] : [];
    }),
  );
};

const problemsOf = (stack: Stack): readonly string[] => {
  const resources = resourcesOf(stack);
  const providers = providersOf(resources);
  return resources
    .filter(({ logicalId }) => !providers.has(logicalId))
    .flatMap((resource) => {
      const where = `(${stack.name}.${resource.logicalId})`;
      if (!isKnown(resource.type)) return [`${resource.type} ${where}`];
      return unknownProperties(resource).map((property) => `${resource.type}.${property} ${where}`);
    });
};

/** Throws HDL512 naming every resource type and property of the stacks that the engine does not have. */
export const checkStacks = (stacks: readonly Stack[]): void => {
  const problems = stacks.flatMap(problemsOf);
  if (problems.length === 0) return;
  throw new EngineError('HDL512', {
    found: `the local engine does not implement ${problems.join(', ')}`,
    expected: 'resource types and properties that it runs (lib/local/template/resources)',
    fix: 'load only the stacks without them, or leave them out of the local synthesis.',
  });
};
