// A JSONPath expression with its root: `$.a` (input), `$$.Execution.Id` (context object), `$total.sum` (variable).
import type { Json } from '../json.ts';
import { parseJsonPath } from './json-path.ts';
import { type JsonPath, selectPath, whyNothing } from './json-path-select.ts';
import type { Scope } from './scope.ts';

export interface Reference {
  readonly text: string;
  readonly path: JsonPath;
  readonly definite: boolean;
  /** The value, or undefined where a definite path selects nothing or the variable does not exist. */
  read(scope: Scope): Json | undefined;
  /** What AWS says where `read` gives nothing. */
  why(scope: Scope): string;
}

const VARIABLE = /^\$([A-Za-z_À-￿][\w$À-￿]*)/;

/** Parses `text`, which must start with `$`. Throws SyntaxError. */
export const parseReference = (text: string): Reference => {
  if (text.startsWith('$$')) return reference(text, text.slice(2), (scope) => scope.context());
  const variable = VARIABLE.exec(text)?.[1];
  if (variable !== undefined) {
    const read = (scope: Scope) => (Object.hasOwn(scope.variables, variable) ? scope.variables[variable] : undefined);
    return reference(text, text.slice(variable.length + 1), read);
  }
  if (!text.startsWith('$')) throw new SyntaxError(`a path starts with $ but this is ${text}`);
  return reference(text, text.slice(1), (scope) => scope.input);
};

const reference = (text: string, rest: string, root: (scope: Scope) => Json | undefined): Reference => {
  const path = parseJsonPath(rest);
  return {
    text,
    path,
    definite: path.definite,
    why: (scope) => whyNothing(path, root(scope) ?? {}),
    read: (scope) => {
      const from = root(scope);
      return from === undefined ? undefined : selectPath(path, from);
    },
  };
};
