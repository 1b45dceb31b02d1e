// A synchronous shortcut for the expressions that most definitions are made of: `$states.input.a.b`, `$variable.c`, literals.
// It answers only where JSONata's own rules could give nothing else, and leaves everything further to the jsonata package.
import { isObject, type Json } from '../json.ts';
import type { Scope } from './scope.ts';

/** The value, or undefined where the whole of JSONata must decide. */
export type Shortcut = (scope: Scope) => Json | undefined;

const PATH = /^\$([A-Za-z_]\w*)((?:\.[A-Za-z_]\w*)*)$/;
const LITERAL = /^(?:true|false|null|(?:0|[1-9]\d{0,14})(?:\.\d{1,9})?|"[^"\\]*")$/;
const OPERATORS = new Set(['and', 'or', 'in']); // names that are not names

const root = (name: string, scope: Scope): Json | undefined => {
  if (!Object.hasOwn(scope.variables, name)) return undefined;
  return scope.variables[name];
};

const statesField = (field: string | undefined): Shortcut | undefined => {
  if (field === 'input') return (scope) => scope.input;
  if (field === 'result') return (scope) => scope.result;
  if (field === 'errorOutput') return (scope) => scope.errorOutput;
  if (field === 'context') return (scope) => scope.context();
  return undefined;
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

/** A shortcut for `source`, which is then sound JSONata; undefined where there is none. */
export const shortcutOf = (source: string): Shortcut | undefined => {
  if (LITERAL.test(source)) {
    const value = JSON.parse(source) as Json;
    return () => value;
  }
  const [found, name = '', steps = ''] = PATH.exec(source) ?? [];
  if (found === undefined) return undefined;
  const path = steps.split('.').slice(1);
  if (path.some((step) => OPERATORS.has(step))) return undefined;
  if (name !== 'states') return walk((scope) => root(name, scope), path);
  const [field, ...inner] = path;
  const start = statesField(field);
  return start && walk(start, inner);
};
