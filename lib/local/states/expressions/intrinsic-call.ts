// `States.Format('{} of {}', $.done, States.ArrayLength($.all))`: reads a call once, evaluates it many times.
import { nearest } from '../../../support/nearest.ts';
import { EvaluationProblem } from '../errors.ts';
import type { Json } from '../json.ts';
import { Characters } from './characters.ts';
import { ESCAPED_BRACES, intrinsics } from './intrinsics.ts';
import { parseReference } from './reference.ts';
import type { Ambient, Scope } from './scope.ts';

type Read = (scope: Scope) => Json;

const FUNCTION = /States\.[A-Za-z0-9]+/y;
const MOST_NESTED = 10;
const LITERAL = /true|false|null|-?\d+(\.\d+)?([eE][+-]?\d+)?/y;

/** The extent of a path argument: up to the comma or bracket that closes it, with its own brackets and quotes balanced. */
const pathText = (characters: Characters): string => {
  const start = characters.at;
  let depth = 0;
  while (!characters.done) {
    const next = characters.peek();
    if (next === "'" || next === '"') {
      characters.quoted();
      continue;
    }
    if (depth === 0 && (next === ',' || next === ')')) break;
    if (next === '[' || next === '(') depth++;
    if (next === ']' || next === ')') depth--;
    characters.at++;
  }
  return characters.text.slice(start, characters.at).trim();
};

/**
 * A string between single quotes, in which a backslash stands before ' { } or \ only. In the template of States.Format a brace
 * so written is not one of a {}. https://states-language.net/spec.html#intrinsic-functions
 */
const literal = (characters: Characters, isTemplate: boolean): string => {
  let value = '';
  for (characters.at++; characters.peek() !== "'"; characters.at++) {
    if (characters.done) characters.fail('the string does not end');
    let next = characters.peek();
    if (next === '\\') {
      characters.at++;
      next = characters.peek();
      if (!"'{}\\".includes(next) || next === '') characters.fail(`a backslash stands before ' { } or \\ only`);
      if (isTemplate) next = ESCAPED_BRACES[next] ?? next;
    }
    value += next;
  }
  characters.at++;
  return value;
};

const argument = (characters: Characters, ambient: Ambient, isTemplate: boolean, depth: number): Read => {
  characters.spaces();
  const next = characters.peek();
  if (next === '$') {
    const found = parseReference(pathText(characters));
    const path = found.text.replace(/^\$\$/, '$'); // as AWS shows a path into the context object
    return (scope) => {
      const value = found.read(scope);
      if (value === undefined) {
        throw new EvaluationProblem(
          'States.Runtime',
          `The function '${characters.text}' had the following error: The JsonPath argument for the field '${path}' could not be found in the input '${JSON.stringify(scope.input)}'`,
        );
      }
      return value;
    };
  }
  if (next === "'") {
    const value = literal(characters, isTemplate);
    return () => value;
  }
  const constant = characters.match(LITERAL);
  if (constant === undefined) return call(characters, ambient, depth);
  const value = JSON.parse(constant) as Json;
  return () => value;
};

const call = (characters: Characters, ambient: Ambient, depth: number): Read => {
  const name = characters.match(FUNCTION);
  if (name === undefined) characters.fail('an intrinsic function is expected');
  const run = intrinsics[name];
  if (run === undefined) {
    const like = nearest(name, Object.keys(intrinsics));
    characters.fail(`${name} is not an intrinsic function${like === undefined ? '' : `, did you mean ${like}?`}`);
  }
  if (depth > MOST_NESTED) characters.fail(`more than ${MOST_NESTED} intrinsic functions are nested`);
  characters.expect('(');
  const args: Read[] = [];
  if (!characters.take(')')) {
    do args.push(argument(characters, ambient, name === 'States.Format' && args.length === 0, depth + 1));
    while (characters.take(','));
    characters.expect(')');
  }
  return (scope) => {
    const values = args.map((read) => read(scope));
    try {
      return run(values, ambient);
    } catch (thrown) {
      const why = thrown instanceof Error ? thrown.message : String(thrown);
      throw new EvaluationProblem('States.IntrinsicFailure', `The function '${name}' failed: ${why}`);
    }
  };
};

/** Parses a call. Throws SyntaxError. */
export const parseIntrinsic = (text: string, ambient: Ambient): Read => {
  const characters = new Characters(text.trim());
  const read = call(characters, ambient, 1);
  characters.spaces();
  if (!characters.done) characters.fail('this is not part of the call');
  return read;
};
