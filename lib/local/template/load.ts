import { EngineError } from '../engine-error.ts';
import { isShape } from '../field-reader.ts';
import type { EngineContext } from '../service.ts';
import type { Stack } from './assembly.ts';
import { removeGone } from './gone.ts';
import { checkNames } from './names.ts';
import { order } from './order.ts';
import { type ProvisionedStack, provisionStack } from './provision.ts';
import { importsOf } from './references.ts';
import { sectionOf } from './template.ts';

const exportNames = ({ template }: Stack): readonly string[] =>
  Object.values(sectionOf(template, 'Outputs')).flatMap(({ Export }) =>
    isShape(Export) && typeof Export.Name === 'string' ? [Export.Name] : [],
  );

const inOrder = (stacks: readonly Stack[]): readonly Stack[] => {
  const byName = new Map(stacks.map((stack) => [stack.name, stack]));
  const exporter = new Map(stacks.flatMap((stack) => exportNames(stack).map((name) => [name, stack.name])));
  const ordered = order([...byName.keys()], (name) => {
    const stack = byName.get(name);
    if (!stack) return [];
    return [...stack.after, ...importsOf(stack.template).flatMap((each) => exporter.get(each) ?? [])];
  });
  if (ordered.kind === 'cycle')
    throw new EngineError('HDL513', {
      found: `the stacks need each other: ${ordered.names.join(' -> ')}`,
      expected: 'stacks without a cycle',
      fix: 'break the cycle; CloudFormation would refuse it too.',
    });
  return ordered.names.flatMap((name) => byName.get(name) ?? []);
};

/**
 * Brings stacks into the engine, in the order of their dependencies. Loading the same stacks again changes nothing;
 * loading changed ones updates what is there and removes what left (but no table, bucket, queue or log group).
 * Call `checkStacks` first. Throws HDL513, HDL514 and HDL515.
 */
export const loadStacks = async (
  stacks: readonly Stack[],
  parameters: { readonly [name: string]: string },
  context: EngineContext,
): Promise<readonly ProvisionedStack[]> => {
  checkNames(stacks, parameters, context);
  const options = { parameters, exports: new Map<string, unknown>(), names: new Map<string, string>() };
  const loaded: ProvisionedStack[] = [];
  for (const stack of inOrder(stacks)) loaded.push(await provisionStack(stack, options, context));
  await removeGone(loaded, context);
  return loaded;
};
