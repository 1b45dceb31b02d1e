// What a parsed JSONPath selects from a value.
import { isObject, type Json } from '../json.ts';

export type Predicate = (item: Json, root: Json) => boolean;

export type Segment =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'slice'; readonly from?: number; readonly to?: number; readonly step: number }
  | { readonly kind: 'wild' }
  | { readonly kind: 'union'; readonly keys: readonly (string | number)[] }
  /** Several names at the end of a path: one object of them, as Jayway gives it. */
  | { readonly kind: 'pick'; readonly names: readonly string[] }
  | { readonly kind: 'filter'; readonly keep: Predicate }
  | { readonly kind: 'deep' }
  | { readonly kind: 'length' };

/** A path without its root (`$`, `$$`, `$name` or `@`). `definite`: it can only ever name one value. */
export interface JsonPath {
  readonly segments: readonly Segment[];
  readonly definite: boolean;
}

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

const pair = (value: Json, name: string): [string, Json][] => {
  const found = child(value, name);
  return found === undefined ? [] : [[name, found]];
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
    case 'pick':
      return isObject(value) ? [Object.fromEntries(segment.names.flatMap((name) => pair(value, name)))] : [];
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

/** Whether `segment` cannot be of `value`, to which one way alone leads: Jayway finds no path then, not nothing below one. */
const isAstray = (value: Json, segment: Segment): boolean => {
  switch (segment.kind) {
    case 'index':
    case 'slice':
      return !Array.isArray(value);
    case 'union':
      return !Array.isArray(value) && !isObject(value);
    case 'filter':
      return typeof value !== 'object' || value === null;
    default:
      return false;
  }
};

/** Whether the path goes astray before it branches. */
const goesAstray = (path: JsonPath, root: Json): boolean => {
  let value: Json | undefined = root;
  for (const segment of path.segments) {
    if (isAstray(value, segment)) return true;
    if (segment.kind !== 'name' && segment.kind !== 'index') return false;
    value = child(value, segment.kind === 'name' ? segment.name : segment.index);
    if (value === undefined) return false; // nothing is there, so nothing is found
  }
  return false;
};

/** The one value of a definite path, the list of an indefinite one, undefined where there is no such path. */
export const selectPath = (path: JsonPath, root: Json): Json | undefined => {
  if (!path.definite) return goesAstray(path, root) ? undefined : (selectAll(path, root) as Json[]);
  let value: Json | undefined = root;
  for (const segment of path.segments) {
    if (value === undefined) return undefined;
    value = select(value, segment, root)[0];
  }
  return value;
};

/** What Jayway says where there is no such path. */
export const whyNothing = (path: JsonPath, root: Json): string => {
  let value: Json | undefined = root;
  for (const [at, segment] of path.segments.entries()) {
    if (segment.kind !== 'name' && segment.kind !== 'index') break;
    if (
      segment.kind === 'name' &&
      isObject(value) &&
      !Object.hasOwn(value, segment.name) &&
      at < path.segments.length - 1
    )
      return `Missing property in path ${normalForm(path.segments.slice(0, at + 1))}`;
    value = value === undefined ? undefined : child(value, segment.kind === 'name' ? segment.name : segment.index);
  }
  return `No results for path: ${normalForm(path.segments)}`;
};

/** A path in Jayway's normal form, as AWS prints it: `$['a'][0]`. */
const normalForm = (segments: readonly Segment[]): string =>
  `$${segments
    .map((segment) =>
      segment.kind === 'name' ? `['${segment.name}']` : segment.kind === 'index' ? `[${segment.index}]` : '[*]',
    )
    .join('')}`;
