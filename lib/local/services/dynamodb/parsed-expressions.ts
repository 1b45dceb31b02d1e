// dynalite parses each expression of each call, which took a sixth of a run: here the same text with the same names, and values of the
// same types, is parsed once. A parsed expression holds the values themselves; in a repeat they are put in their places.
import { createRequire } from 'node:module';
import type { Shape } from '../../service.ts';

/** What dynalite hands to its parsers. They take the names and values that they meet out of those unused. */
interface Context {
  readonly attrNames?: { readonly [name: string]: string };
  readonly attrVals?: { readonly [name: string]: Shape };
  readonly unusedAttrNames: { [name: string]: true };
  readonly unusedAttrVals: { [name: string]: true };
  readonly isKeyCondition?: boolean;
}

interface Parser {
  parse(text: string, options: { readonly context: Context }): unknown;
}

/** A part of a parsed expression with the values of a call. */
type Fill = (values: { readonly [name: string]: Shape }) => unknown;

interface Parsed {
  readonly fill: Fill;
  readonly names: readonly string[];
  readonly values: readonly string[];
}

const MOST_KEPT = 1_000;
/** What is said of these depends on the values, not only on their types. */
const BY_VALUE = /between|attribute_type/i;

const fillOf = (part: unknown, nameOf: ReadonlyMap<unknown, string>): Fill => {
  const name = nameOf.get(part);
  if (name !== undefined) return (values) => values[name];
  if (typeof part !== 'object' || part === null) return () => part;
  if (Array.isArray(part)) {
    const fills = part.map((each) => fillOf(each, nameOf));
    return (values) => fills.map((fill) => fill(values));
  }
  const prototype = Object.getPrototypeOf(part); // some have none, so that any name can be a key
  const fields = Object.entries(part).map(([field, each]) => [field, fillOf(each, nameOf)] as const);
  return (values) => {
    const made: Shape = Object.create(prototype);
    for (const [field, fill] of fields) made[field] = fill(values);
    return made;
  };
};

const remembering = (parse: Parser['parse']): Parser['parse'] => {
  const kept = new Map<string, Parsed>();
  return (text, options) => {
    const { context } = options;
    const { attrNames = {}, attrVals = {}, unusedAttrNames, unusedAttrVals } = context;
    if (BY_VALUE.test(text)) return parse(text, options);
    const types = Object.entries(attrVals).map(([name, value]) => [name, ...Object.keys(value)]);
    const key = JSON.stringify([text, attrNames, types, context.isKeyCondition]);
    const known = kept.get(key);
    if (known) {
      for (const name of known.names) delete unusedAttrNames[name];
      for (const name of known.values) delete unusedAttrVals[name];
      return known.fill(attrVals);
    }
    const before = [Object.keys(unusedAttrNames), Object.keys(unusedAttrVals)] as const;
    const result = parse(text, options);
    const nameOf = new Map(Object.entries(attrVals).map(([name, value]) => [value, name]));
    // What is wrong with it; or one value has two names, which may have two values the next time.
    if (typeof result === 'string' || nameOf.size < types.length) return result;
    if (kept.size >= MOST_KEPT) kept.clear();
    kept.set(key, {
      fill: fillOf(result, nameOf),
      names: before[0].filter((name) => !unusedAttrNames[name]),
      values: before[1].filter((name) => !unusedAttrVals[name]),
    });
    return result;
  };
};

const replaced = new WeakSet<Parser>();

/** Makes dynalite's parsers remember; once in a process, as its modules are. */
export const rememberExpressions = (): void => {
  const load = createRequire(import.meta.url);
  for (const name of ['conditionParser', 'updateParser', 'projectionParser']) {
    const parser: Parser = load(`dynalite/db/${name}.js`);
    if (replaced.has(parser)) continue;
    replaced.add(parser);
    parser.parse = remembering(parser.parse);
  }
};
