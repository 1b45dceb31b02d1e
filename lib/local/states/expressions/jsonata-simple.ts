// A synchronous shortcut for the expressions that most definitions are made of: `$states.input.a.b`, `$variable.c`, literals.
// It answers only where JSONata's own rules could give nothing else, and leaves everything further to the jsonata package.
import type { ExprNode } from 'jsonata';
import { isObject, type Json } from '../json.ts';
import type { Scope } from './scope.ts';

/** The value, or undefined where the whole of JSONata must decide. */
export type Shortcut = (scope: Scope) => Json | undefined;

const root = (name: string, scope: Scope): Json | undefined => {
  if (!Object.hasOwn(scope.variables, name)) return undefined;
  return scope.variables[name];
};

const statesField = (field: string): Shortcut | undefined => {
  if (field === 'input') return (scope) => scope.input;
  if (field === 'result') return (scope) => scope.result;
  if (field === 'errorOutput') return (scope) => scope.errorOutput;
  if (field === 'context') return (scope) => scope.context();
  return undefined;
};

const names = (steps: readonly ExprNode[]): string[] | undefined => {
  const found: string[] = [];
  for (const step of steps) {
    const extras = step as ExprNode & {
      readonly keepArray?: boolean;
      readonly predicate?: unknown;
      readonly focus?: unknown;
    };
    if (
      step.type !== 'name' ||
      step.stages ||
      extras.keepArray ||
      extras.predicate ||
      extras.focus ||
      typeof step.value !== 'string'
    )
      return undefined;
    found.push(step.value);
  }
  return found;
};

const walk =
  (start: Shortcut, path: readonly string[]): Shortcut =>
  (scope) => {
    let value = start(scope);
    for (const field of path) {
      // Arrays map and flatten in JSONata: not this file's business.
      if (!isObject(value) || !Object.hasOwn(value, field)) return undefined;
      value = value[field];
    }
    // A JSONata function object in a variable cannot be here: variables hold JSON only.
    return value;
  };

export const compileSimple = (node: ExprNode): Shortcut | undefined => {
  if (node.type === 'string' || node.type === 'number' || node.type === 'value') {
    const value = node.value as Json | undefined;
    return value === undefined ? undefined : () => value;
  }
  const extras = node as ExprNode & {
    readonly keepSingletonArray?: boolean;
    readonly group?: unknown;
    readonly predicate?: unknown;
  };
  if (extras.keepSingletonArray || extras.group || extras.predicate) return undefined;
  if (node.type === 'variable' && typeof node.value === 'string') {
    const name = node.value;
    return name === 'states' || name === '' || name === '$' ? undefined : (scope) => root(name, scope);
  }
  if (node.type !== ('path' as ExprNode['type']) || !node.steps) return undefined;
  const [head, ...rest] = node.steps;
  const path = names(rest);
  if (head?.type !== 'variable' || typeof head.value !== 'string' || head.stages || !path) return undefined;
  if ((head as { readonly predicate?: unknown }).predicate) return undefined;
  if (head.value === 'states') {
    const [field, ...inner] = path;
    const start = field === undefined ? undefined : statesField(field);
    return start && walk(start, inner);
  }
  const name = head.value;
  return name === '' || name === '$' ? undefined : walk((scope) => root(name, scope), path);
};
