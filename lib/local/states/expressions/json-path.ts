// JSONPath as Step Functions reads it (Jayway's dialect): `$.a.b[0]`, slices, wildcards, `..`, unions, filters.
import { isObject, type Json } from '../json.ts';
import { Characters } from './characters.ts';
import { type Predicate, parsePredicate } from './json-path-filter.ts';

export type Segment =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'slice'; readonly from?: number; readonly to?: number; readonly step: number }
  | { readonly kind: 'wild' }
  | { readonly kind: 'union'; readonly keys: readonly (string | number)[] }
  | { readonly kind: 'filter'; readonly keep: Predicate }
  | { readonly kind: 'deep' }
  | { readonly kind: 'length' };

/** A path without its root (`$`, `$$`, `$name` or `@`). `definite`: it can only ever name one value. */
export interface JsonPath {
  readonly segments: readonly Segment[];
  readonly definite: boolean;
}

const NAME = /[^.[\]()'"\s,=<>!&|?@*~]+/y;
const INTEGER = /-?\d+/y;

const parseBracket = (characters: Characters): Segment => {
  if (characters.take('*')) return { kind: 'wild' };
  if (characters.take('?')) return { kind: 'filter', keep: parsePredicate(characters, parseSegments) };
  const keys: (string | number)[] = [];
  do {
    characters.spaces();
    const quote = characters.peek();
    if (quote === "'" || quote === '"') keys.push(characters.quoted());
    else {
      const from = characters.match(INTEGER);
      if (characters.take(':')) {
        const to = characters.match(INTEGER);
        const step = characters.take(':') ? characters.match(INTEGER) : undefined;
        return {
          kind: 'slice',
          ...(from === undefined ? {} : { from: Number(from) }),
          ...(to === undefined ? {} : { to: Number(to) }),
          step: step === undefined ? 1 : Number(step),
        };
      }
      if (from === undefined) characters.fail('an index, a name, *, ? or a slice is expected');
      keys.push(Number(from));
    }
  } while (characters.take(','));
  const [only] = keys;
  if (keys.length > 1 || only === undefined) return { kind: 'union', keys };
  return typeof only === 'number' ? { kind: 'index', index: only } : { kind: 'name', name: only };
};

/** Reads segments until something that cannot belong to a path. */
export const parseSegments = (characters: Characters): Segment[] => {
  const segments: Segment[] = [];
  for (;;) {
    if (characters.peek() === '[') {
      characters.at++;
      segments.push(parseBracket(characters));
      characters.expect(']');
    } else if (characters.peek() === '.') {
      characters.at++;
      if (characters.peek() === '.') {
        characters.at++;
        segments.push({ kind: 'deep' });
        if (characters.peek() === '[') continue;
      }
      if (characters.peek() === '*') {
        characters.at++;
        segments.push({ kind: 'wild' });
        continue;
      }
      const name = characters.match(NAME);
      if (name === undefined) characters.fail('a field name is expected');
      if (name === 'length' && characters.text.startsWith('()', characters.at)) {
        characters.at += 2;
        segments.push({ kind: 'length' });
      } else segments.push({ kind: 'name', name });
    } else return segments;
  }
};

const cache = new Map<string, JsonPath>();

/** Parses what follows a root, e.g. `.a[0]`. Throws SyntaxError. */
export const parseJsonPath = (text: string): JsonPath => {
  const known = cache.get(text);
  if (known) return known;
  const characters = new Characters(text);
  const segments = parseSegments(characters);
  if (!characters.done) characters.fail('this is not part of a path');
  const definite = segments.every(({ kind }) => kind === 'name' || kind === 'index' || kind === 'length');
  const path = { segments, definite };
  cache.set(text, path);
  return path;
};

const descendants = (value: Json, found: Json[]): Json[] => {
  found.push(value);
  if (Array.isArray(value)) for (const item of value as readonly Json[]) descendants(item, found);
  else if (isObject(value)) for (const item of Object.values(value)) descendants(item, found);
  return found;
};

const child = (value: Json, key: string | number): Json | undefined => {
  if (typeof key === 'number') return Array.isArray(value) ? (value as readonly Json[]).at(key) : undefined;
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
};

const slice = (items: readonly Json[], segment: Segment & { kind: 'slice' }): Json[] => {
  const part = items.slice(segment.from ?? 0, segment.to ?? items.length);
  return segment.step > 1 ? part.filter((_, index) => index % segment.step === 0) : part;
};

const childrenOf = (value: Json): readonly Json[] =>
  Array.isArray(value) ? (value as readonly Json[]) : isObject(value) ? Object.values(value) : [];

const select = (value: Json, segment: Segment, root: Json): readonly Json[] => {
  switch (segment.kind) {
    case 'name':
    case 'index': {
      const found = child(value, segment.kind === 'name' ? segment.name : segment.index);
      return found === undefined ? [] : [found];
    }
    case 'union':
      return segment.keys.map((key) => child(value, key)).filter((found): found is Json => found !== undefined);
    case 'slice':
      return Array.isArray(value) ? slice(value as readonly Json[], segment) : [];
    case 'wild':
      return childrenOf(value);
    case 'filter':
      return (Array.isArray(value) ? (value as readonly Json[]) : [value]).filter((item) => segment.keep(item, root));
    case 'deep':
      return descendants(value, []);
    case 'length':
      return Array.isArray(value) ? [value.length] : [];
  }
};

// Not flatMap: that would flatten a selected value that is itself an array.
const selectEach = (values: readonly Json[], segment: Segment, root: Json): Json[] => {
  const found: Json[] = [];
  for (const value of values) found.push(...select(value, segment, root));
  return found;
};

/** All values that the path selects below `root`. */
export const selectAll = (path: JsonPath, root: Json, from: Json = root): readonly Json[] => {
  let values: readonly Json[] = [from];
  for (const segment of path.segments) values = selectEach(values, segment, root);
  return values;
};

/** The one value of a definite path, the list of an indefinite one, undefined where a definite path selects nothing. */
export const selectPath = (path: JsonPath, root: Json): Json | undefined => {
  if (!path.definite) return selectAll(path, root) as Json[];
  let value: Json | undefined = root;
  for (const segment of path.segments) {
    if (value === undefined) return undefined;
    value = select(value, segment, root)[0];
  }
  return value;
};

/** The path in Jayway's normal form, as AWS prints it: `$['a'][0]`. */
export const normalForm = (path: JsonPath): string =>
  `$${path.segments
    .map((segment) =>
      segment.kind === 'name' ? `['${segment.name}']` : segment.kind === 'index' ? `[${segment.index}]` : '[*]',
    )
    .join('')}`;
