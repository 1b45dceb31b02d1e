// A JSON value of a definition in which strings may be `{% ... %}`: Arguments, Output, Assign, Items, ...
import { isObject, type Json } from '../json.ts';
import { compileJsonata, halfOpen, isHalfOpen, isJsonata, type OnSyntaxError } from './jsonata.ts';
import type { Ambient, Scope } from './scope.ts';

/** Gives the value with its expressions replaced. Synchronous where every expression in it is. */
export type Template = (scope: Scope) => Json | Promise<Json>;

/** Compiles `value` once. Expressions that do not parse are reported, not thrown. */
export const compileTemplate = (value: Json, field: string, ambient: Ambient, onError: OnSyntaxError): Template => {
  if (typeof value === 'string' && isHalfOpen(value)) onError(field, halfOpen(value));
  if (typeof value === 'string' && isJsonata(value)) {
    try {
      const query = compileJsonata(value, field, ambient);
      return (scope) => query.evaluate(scope);
    } catch (thrown) {
      onError(field, thrown);
      return () => null;
    }
  }
  if (Array.isArray(value)) {
    const parts = value.map((item: Json, index) => compileTemplate(item, `${field}[${index}]`, ambient, onError));
    return allConstant(value) ? () => value : (scope) => settleAll(parts, scope, (values) => values);
  }
  if (!isObject(value)) return () => value;
  if (allConstant(value)) return () => value;
  const keys = Object.keys(value);
  const parts = keys.map((key) => compileTemplate(value[key] ?? null, `${field}/${key}`, ambient, onError));
  return (scope) =>
    settleAll(parts, scope, (values) => {
      const made: Record<string, Json> = {};
      for (let at = 0; at < keys.length; at++) made[keys[at] ?? ''] = values[at] ?? null;
      return made;
    });
};

const allConstant = (value: Json): boolean => {
  if (typeof value === 'string') return !isJsonata(value) && !isHalfOpen(value);
  if (Array.isArray(value)) return value.every(allConstant);
  return !isObject(value) || Object.values(value).every(allConstant);
};

const settleAll = (parts: readonly Template[], scope: Scope, make: (values: Json[]) => Json): Json | Promise<Json> => {
  const values = parts.map((part) => part(scope));
  return values.some((value) => value instanceof Promise) ? Promise.all(values).then(make) : make(values as Json[]);
};
