// Brings one stack into the engine: its resources in the order of their references, then its outputs and exports.
import { arnOf } from '../arn.ts';
import { EngineError } from '../engine-error.ts';
import { isShape } from '../field-reader.ts';
import { AwsError, type EngineContext } from '../service.ts';
import type { Stack } from './assembly.ts';
import { providersOf } from './check.ts';
import { resolveReferences } from './dynamic-references.ts';
import { evaluate, evaluateShape } from './intrinsics.ts';
import { claim, givenName, type Names } from './names.ts';
import { order } from './order.ts';
import { readParameters } from './parameters.ts';
import { referencesOf } from './references.ts';
import type { Provisioned, Resource } from './resource.ts';
import { HANDLERS, NOT_ENFORCED } from './resources/index.ts';
import { type StackScope, stackScope } from './stack-scope.ts';
import { type ResourceText, resourcesOf, sectionOf } from './template.ts';

/** A resource of the engine and where in which template it comes from. */
export type StackResource = Provisioned & {
  readonly stack: string;
  readonly logicalId: string;
  readonly type: string;
  readonly isRetained?: boolean;
};

export type ProvisionedStack = {
  readonly name: string;
  readonly outputs: { readonly [name: string]: string };
  readonly resources: readonly StackResource[];
};

export type ProvisionOptions = {
  readonly parameters: { readonly [name: string]: string };
  /** Exports of the stacks before; this stack's are added. */
  readonly exports: Map<string, unknown>;
  /** Who has which name, in this stack and those before; this stack's are added. */
  readonly names: Names;
};

const inOrder = (stack: Stack, resources: readonly ResourceText[]): readonly ResourceText[] => {
  const byId = new Map(resources.map((resource) => [resource.logicalId, resource]));
  const ordered = order([...byId.keys()], (id) => {
    const resource = byId.get(id);
    return resource
      ? [...referencesOf(resource.properties), ...resource.dependsOn, ...Object.values(resource.standIns)]
      : [];
  });
  if (ordered.kind === 'cycle')
    throw new EngineError('HDL513', {
      found: `the resources of ${stack.name} need each other: ${ordered.names.join(' -> ')}`,
      expected: 'references without a cycle',
      fix: 'break the cycle; CloudFormation would refuse it too.',
    });
  return ordered.names.flatMap((id) => byId.get(id) ?? []);
};

const refused = (resource: Resource, error: unknown): unknown => {
  if (!(error instanceof AwsError)) return error;
  const { stack, logicalId, type } = resource;
  return new EngineError(
    'HDL515',
    {
      found: `${type} ${stack}.${logicalId} was refused (${error.code}: ${error.message})`,
      expected: 'a resource that AWS would make',
      fix: 'correct its properties.',
    },
    { cause: error },
  );
};

const make = async (resource: Resource, isProvider: boolean, context: EngineContext): Promise<Provisioned> => {
  const { type, logicalId } = resource;
  const stand = Object.hasOwn(NOT_ENFORCED, type) ? NOT_ENFORCED[type] : undefined;
  if (stand) return stand(resource, context);
  const handler = HANDLERS[type];
  if (!handler || isProvider)
    return { physicalId: logicalId, attributes: { Arn: arnOf(context, 'lambda', `function:${logicalId}`) } };
  try {
    return await handler.apply(resource, context);
  } catch (error) {
    throw refused(resource, error);
  }
};

const outputsOf = (
  stack: Stack,
  scope: StackScope,
  exports: Map<string, unknown>,
): { readonly [name: string]: string } => {
  const outputs = Object.entries(sectionOf(stack.template, 'Outputs')).filter(
    ([name, output]) => typeof output.Condition !== 'string' || scope.of(name).condition(output.Condition),
  );
  return Object.fromEntries(
    outputs.map(([name, output]) => {
      const value = evaluate(output.Value, scope.of(name));
      if (isShape(output.Export)) exports.set(String(evaluate(output.Export.Name, scope.of(name))), value);
      return [name, typeof value === 'string' ? value : JSON.stringify(value)];
    }),
  );
};

/** Creates or updates all resources of a stack. Throws HDL513, HDL514 and HDL515. */
export const provisionStack = async (
  stack: Stack,
  { parameters, exports, names }: ProvisionOptions,
  context: EngineContext,
): Promise<ProvisionedStack> => {
  const values = await readParameters(stack, parameters, context);
  const scope = stackScope(stack, { place: context, parameters: values, exports });
  const texts = resourcesOf(stack);
  const providers = providersOf(texts);
  const resources: StackResource[] = [];
  for (const { logicalId, type, properties: text, condition, standIns: asked, isRetained } of inOrder(stack, texts)) {
    const here = scope.of(logicalId);
    if (condition !== undefined && !here.condition(condition)) continue;
    const resolved = await resolveReferences(evaluateShape(text, here), here.where, context);
    const properties = isShape(resolved) ? resolved : {};
    const standIns = Object.fromEntries(
      Object.entries(asked).map(([state, id]) => [state, String(here.attribute(id, 'Arn'))]),
    );
    const resource = { stack: stack.name, logicalId, type, properties, assets: stack.assets, standIns };
    const isMade = !providers.has(logicalId);
    if (isMade) claim(resource, givenName(type, properties), names);
    const made = await make(resource, !isMade, context);
    scope.add(logicalId, made);
    if (!isMade) continue;
    const placed = { ...made, stack: stack.name, logicalId, type, ...(isRetained && { isRetained }) };
    claim(placed, made.physicalId, names);
    resources.push(placed);
  }
  return { name: stack.name, outputs: outputsOf(stack, scope, exports), resources };
};
