// The filter of a JSONPath: `?(@.price < 10 && @.kind in ['a', 'b'] || !@.hidden)`.
import type { Json } from '../json.ts';
import type { Characters } from './characters.ts';
import { type Predicate, type Segment, selectAll } from './json-path-select.ts';

type Operand = (item: Json, root: Json) => Json | undefined;
type ParseSegments = (characters: Characters) => Segment[];

const NUMBER = /-?\d+(\.\d+)?([eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;
const REGEX = /\/(?:[^/\\]|\\.)*\/[i]?/y;
const OPERATOR = /==|!=|<=|>=|=~|<|>|in\b|nin\b/y;

const path = (characters: Characters, segmentsOf: ParseSegments): Operand => {
  const fromRoot = characters.peek() === '$';
  characters.at++;
  const segments = segmentsOf(characters);
  const parsed = { segments, definite: false };
  return (item, root) => selectAll(parsed, root, fromRoot ? root : item)[0];
};

const literalList = (characters: Characters, segmentsOf: ParseSegments): Operand => {
  characters.expect('[');
  const items: Operand[] = [];
  while (!characters.take(']')) {
    items.push(operand(characters, segmentsOf));
    characters.take(',');
  }
  return (item, root) => items.map((read) => read(item, root) ?? null);
};

const operand = (characters: Characters, segmentsOf: ParseSegments): Operand => {
  characters.spaces();
  const next = characters.peek();
  if (next === '@' || next === '$') return path(characters, segmentsOf);
  if (next === "'" || next === '"') {
    const text = characters.quoted();
    return () => text;
  }
  if (next === '[') return literalList(characters, segmentsOf);
  const word = characters.match(WORD) ?? characters.match(NUMBER) ?? characters.match(REGEX);
  if (word === undefined) characters.fail('a value or a path is expected');
  if (word.startsWith('/')) return () => word;
  const value = JSON.parse(word) as Json;
  return () => value;
};

const same = (a: Json | undefined, b: Json | undefined) => a === b || JSON.stringify(a) === JSON.stringify(b);

const ordered = (a: Json | undefined, b: Json | undefined): number =>
  typeof a === 'number' && typeof b === 'number'
    ? a - b
    : typeof a === 'string' && typeof b === 'string'
      ? a < b
        ? -1
        : a > b
          ? 1
          : 0
      : Number.NaN;

const matches = (value: Json | undefined, regex: Json | undefined): boolean => {
  const text = String(regex);
  const end = text.lastIndexOf('/');
  return typeof value === 'string' && new RegExp(`^(?:${text.slice(1, end)})$`, text.slice(end + 1)).test(value);
};

const compare = (operator: string, a: Json | undefined, b: Json | undefined): boolean => {
  switch (operator) {
    case '==':
      return same(a, b);
    case '!=':
      return !same(a, b);
    case '<':
      return ordered(a, b) < 0;
    case '<=':
      return ordered(a, b) <= 0;
    case '>':
      return ordered(a, b) > 0;
    case '>=':
      return ordered(a, b) >= 0;
    case '=~':
      return matches(a, b);
    default: {
      const within = Array.isArray(b) && b.some((item) => same(a, item));
      return operator === 'in' ? within : !within;
    }
  }
};

const unary = (characters: Characters, segmentsOf: ParseSegments): Predicate => {
  if (characters.take('!')) {
    const inner = unary(characters, segmentsOf);
    return (item, root) => !inner(item, root);
  }
  if (characters.take('(')) {
    const inner = either(characters, segmentsOf);
    characters.expect(')');
    return inner;
  }
  const left = operand(characters, segmentsOf);
  characters.spaces();
  const operator = characters.match(OPERATOR);
  if (operator === undefined) return (item, root) => left(item, root) !== undefined;
  const right = operand(characters, segmentsOf);
  return (item, root) => compare(operator, left(item, root), right(item, root));
};

const both = (characters: Characters, segmentsOf: ParseSegments): Predicate => {
  const parts = [unary(characters, segmentsOf)];
  while (characters.take('&&')) parts.push(unary(characters, segmentsOf));
  return (item, root) => parts.every((part) => part(item, root));
};

const either = (characters: Characters, segmentsOf: ParseSegments): Predicate => {
  const parts = [both(characters, segmentsOf)];
  while (characters.take('||')) parts.push(both(characters, segmentsOf));
  return (item, root) => parts.some((part) => part(item, root));
};

/** Reads `(...)` after the question mark. */
export const parsePredicate = (characters: Characters, segmentsOf: ParseSegments): Predicate => {
  characters.expect('(');
  const predicate = either(characters, segmentsOf);
  characters.expect(')');
  return predicate;
};
