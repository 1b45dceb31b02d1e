// JSONPath as Step Functions reads it (Jayway's dialect): `$.a.b[0]`, slices, wildcards, `..`, unions, filters.
import { Characters } from './characters.ts';
import { parsePredicate } from './json-path-filter.ts';
import type { JsonPath, Segment } from './json-path-select.ts';

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
      }
      if (characters.peek() === '[') continue; // Jayway: `$.[0]` is `$[0]`
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

const DEFINITE: ReadonlySet<Segment['kind']> = new Set(['name', 'index', 'pick', 'length']);

const isNames = (keys: readonly (string | number)[]): keys is readonly string[] =>
  keys.every((key) => typeof key === 'string');

/** Names in union at the end of a path make one object; anywhere else they branch. */
const closed = (segments: readonly Segment[]): readonly Segment[] => {
  const last = segments.at(-1);
  if (last?.kind !== 'union' || !isNames(last.keys)) return segments;
  return [...segments.slice(0, -1), { kind: 'pick', names: last.keys }];
};

const cache = new Map<string, JsonPath>();

/** Parses what follows a root, e.g. `.a[0]`. Throws SyntaxError. */
export const parseJsonPath = (text: string): JsonPath => {
  const known = cache.get(text);
  if (known) return known;
  const characters = new Characters(text);
  const segments = closed(parseSegments(characters));
  if (!characters.done) characters.fail('this is not part of a path');
  const definite = segments.every(({ kind }) => DEFINITE.has(kind));
  const path = { segments, definite };
  cache.set(text, path);
  return path;
};
