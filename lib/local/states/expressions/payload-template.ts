// A payload template of a JSONPath machine: fields that end in `.$` hold a path or an intrinsic call, all else is literal.
import { EvaluationProblem } from '../errors.ts';
import { isObject, type Json } from '../json.ts';
import { parseIntrinsic } from './intrinsic-call.ts';
import type { OnSyntaxError } from './jsonata.ts';
import { parseReference } from './reference.ts';
import type { Ambient, Scope } from './scope.ts';

export type PathTemplate = (scope: Scope) => Json;

const DYNAMIC = '.$';
const NEITHER = 'must be a valid JSONPath or a valid intrinsic function call';

/** What a `.$` field may hold: a path (`$.a`, `$$.b`, `$variable`) or `States.Function(...)`. */
export const compilePathExpression = (text: string, field: string, ambient: Ambient): PathTemplate => {
  if (!text.startsWith('$')) return parseIntrinsic(text, ambient);
  const reference = parseReference(text);
  const { definite, path } = reference;
  const isIndex = definite && path.segments.at(-1)?.kind === 'index';
  const list = isIndex ? parseReference(text.slice(0, text.lastIndexOf('['))) : undefined;
  return (scope) => {
    const value = reference.read(scope);
    if (value === undefined && Array.isArray(list?.read(scope))) return null; // AWS: past the end of a list is null, here alone
    if (value === undefined) {
      throw new EvaluationProblem(
        'States.Runtime',
        `The JSONPath '${text}' specified for the field '${field}' could not be found in the input '${JSON.stringify(scope.input)}'`,
      );
    }
    return value;
  };
};

/** Compiles `value` once. Paths and calls that do not parse are reported, not thrown. */
export const compilePayload = (value: Json, field: string, ambient: Ambient, onError: OnSyntaxError): PathTemplate => {
  if (Array.isArray(value)) {
    const parts = value.map((item: Json, index) => compilePayload(item, `${field}[${index}]`, ambient, onError));
    return (scope) => parts.map((part) => part(scope));
  }
  if (!isObject(value)) return () => value;
  const parts = Object.entries(value).map(([key, inner]): [string, PathTemplate] => {
    if (!key.endsWith(DYNAMIC)) return [key, compilePayload(inner, `${field}/${key}`, ambient, onError)];
    try {
      if (typeof inner !== 'string') throw new SyntaxError(`it is ${JSON.stringify(inner)}`);
      return [key.slice(0, -DYNAMIC.length), compilePathExpression(inner, key, ambient)];
    } catch (thrown) {
      const why = thrown instanceof Error ? thrown.message : String(thrown);
      onError(`${field}/${key}`, new SyntaxError(`The value for the field '${key}' ${NEITHER}: ${why}`));
      return [key, () => null];
    }
  });
  return (scope) => Object.fromEntries(parts.map(([key, part]) => [key, part(scope)]));
};
