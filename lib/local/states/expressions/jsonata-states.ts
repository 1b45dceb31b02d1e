// What AWS refuses as a machine is made: there is no `$$`, and `$states` has an error only in a Catch.
import { UnsupportedExpression } from './jsonata-top-level.ts';

/** What of a parsed expression is looked at. */
interface Node {
  readonly type?: unknown;
  readonly value?: unknown;
  readonly steps?: readonly Node[];
}

const isVariable = ({ type, value }: Node, name: string): boolean => type === 'variable' && value === name;

const known = ['input', 'result', 'context'];

const checkField = (name: string, field: string): void => {
  if (known.includes(name) || (name === 'errorOutput' && field.startsWith('Catch['))) return;
  throw new UnsupportedExpression(`Field '$states.${name}' does not exist.`);
};

/** Throws UnsupportedExpression for an expression of `field`. */
export const checkStates = (node: Node, field: string): void => {
  if (isVariable(node, '$')) throw new UnsupportedExpression("Reference to '$$' is not supported.");
  node.steps?.forEach(({ type, value }, place, steps) => {
    const before = steps[place - 1];
    if (before && isVariable(before, 'states') && type === 'name') checkField(String(value), field);
  });
  for (const inner of Object.values(node)) if (typeof inner === 'object' && inner !== null) checkStates(inner, field);
};

/** The same of a path as it is written, such as `$states.input.a`. */
export const checkPath = (source: string, field: string): void => {
  const [, name] = /^\$states\.(\w+)/.exec(source) ?? [];
  if (name !== undefined) checkField(name, field);
};
