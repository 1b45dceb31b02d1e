// What the values of one stack can refer to while its resources come to be.
import { isShape } from '../field-reader.ts';
import type { Shape } from '../service.ts';
import type { Stack } from './assembly.ts';
import { evaluate, type Scope } from './intrinsics.ts';
import type { Place } from './place.ts';
import { templateError } from './problem.ts';
import type { Provisioned } from './resource.ts';
import { sectionOf } from './template.ts';

export interface StackScope {
  /** The scope for the value of `part`, a logical id or output name, which errors will name. */
  of(part: string): Scope;
  /** Makes a resource known to the values that come after it. */
  add(logicalId: string, made: Provisioned): void;
}

export type StackFacts = {
  readonly place: Place;
  readonly parameters: Shape;
  /** Values exported by the stacks before, by export name. */
  readonly exports: ReadonlyMap<string, unknown>;
};

const pseudoParameters = ({ account, region }: Place, stack: string): Shape => ({
  'AWS::AccountId': account,
  'AWS::NotificationARNs': [],
  'AWS::Partition': 'aws',
  'AWS::Region': region,
  'AWS::StackId': `arn:aws:cloudformation:${region}:${account}:stack/${stack}/00000000-0000-4000-8000-000000000000`,
  'AWS::StackName': stack,
  'AWS::URLSuffix': 'amazonaws.com',
});

const dig = (value: unknown, path: readonly string[]): unknown =>
  path.reduce((found, key) => (isShape(found) ? found[key] : undefined), value);

export const stackScope = (stack: Stack, { place, parameters, exports }: StackFacts): StackScope => {
  const values: Shape = { ...pseudoParameters(place, stack.name), ...parameters };
  const resources = new Map<string, Provisioned>();
  const conditions = sectionOf(stack.template, 'Conditions');
  const known = new Map<string, boolean>();

  const missing = (where: string, name: string): Error =>
    templateError(
      where,
      `a reference to ${name}`,
      'a parameter, or a resource that this stack makes',
      'correct the name.',
    );

  const made = (where: string, logicalId: string): Provisioned => {
    const found = resources.get(logicalId);
    if (!found) throw missing(where, logicalId);
    return found;
  };

  const of = (part: string): Scope => {
    const where = `${stack.name}.${part}`;
    return {
      where,
      ref: (name) => {
        if (Object.hasOwn(values, name)) return values[name];
        const found = made(where, name);
        return found.ref ?? found.physicalId;
      },
      attribute: (logicalId, attribute) => {
        const { attributes } = made(where, logicalId);
        if (Object.hasOwn(attributes, attribute)) return attributes[attribute];
        const list = Object.keys(attributes).join(', ') || 'none';
        throw templateError(
          where,
          `the attribute ${logicalId}.${attribute}`,
          `one of its attributes (${list})`,
          'correct the name.',
        );
      },
      condition: (name) => {
        const before = known.get(name);
        if (before !== undefined) return before;
        if (!conditions[name]) throw missing(where, `the condition ${name}`);
        const holds = evaluate(conditions[name], of(name)) === true;
        known.set(name, holds);
        return holds;
      },
      mapping: (path) => dig(stack.template.Mappings, path),
      imported: (name) => {
        if (exports.has(name)) return exports.get(name);
        const list = [...exports.keys()].join(', ') || 'none';
        throw templateError(
          where,
          `the import of ${name}`,
          `an export of a stack that is loaded (${list})`,
          'load the stack that exports it too.',
        );
      },
    };
  };
  return { of, add: (logicalId, provisioned) => void resources.set(logicalId, provisioned) };
};
