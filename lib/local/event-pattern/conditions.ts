// One entry a content filter of the event pattern language, each turning its operand into a test of one event value.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
import { isShape } from '../field-reader.ts';
import type { Shape } from '../service.ts';
import { cidrTest } from './cidr.ts';
import { numericTest } from './numeric.ts';
import { PatternError } from './pattern-error.ts';
import { wildcardTest } from './wildcard.ts';

export type Test = (value: unknown) => boolean;

const isText = (value: unknown): value is string => typeof value === 'string';
const isLiteral = (value: unknown): boolean =>
  value === null || isText(value) || typeof value === 'number' || typeof value === 'boolean';

const textOperand = (name: string, operand: unknown): string => {
  if (!isText(operand)) throw new PatternError(`${name} match pattern must be a string`);
  return operand;
};

/** `prefix` and `suffix` take a text, or `{ "equals-ignore-case": text }`. */
const endTest =
  (name: 'prefix' | 'suffix', holds: (value: string, part: string) => boolean) =>
  (operand: unknown): Test => {
    if (!isShape(operand)) {
      const part = textOperand(name, operand);
      return (value) => isText(value) && holds(value, part);
    }
    const part = textOperand(`${name} with equals-ignore-case`, operand['equals-ignore-case']).toLowerCase();
    return (value) => isText(value) && holds(value.toLowerCase(), part);
  };

const equalsIgnoreCase = (operand: unknown): Test => {
  const wanted = textOperand('equals-ignore-case', operand).toLowerCase();
  return (value) => isText(value) && value.toLowerCase() === wanted;
};

const POSITIVE: { readonly [name: string]: (operand: unknown) => Test } = {
  prefix: endTest('prefix', (value, part) => value.startsWith(part)),
  suffix: endTest('suffix', (value, part) => value.endsWith(part)),
  'equals-ignore-case': equalsIgnoreCase,
  wildcard: (operand) => wildcardTest(textOperand('wildcard', operand)),
  numeric: numericTest,
  cidr: (operand) => cidrTest(textOperand('cidr', operand)),
};

/** The filters that may stand inside anything-but; each takes one text or a list of them. */
const NEGATABLE = ['prefix', 'suffix', 'equals-ignore-case', 'wildcard'];

const anythingBut = (operand: unknown): Test => {
  if (isShape(operand)) {
    const [name, inner] = onlyEntry(operand, 'anything-but');
    const build = NEGATABLE.includes(name) ? POSITIVE[name] : undefined;
    if (!build) throw new PatternError(`Unsupported anything-but pattern: ${name}`);
    const tests = (Array.isArray(inner) ? inner : [inner]).map(build);
    return (value) => isText(value) && !tests.some((test) => test(value));
  }
  const excluded = new Set(Array.isArray(operand) ? operand : [operand]);
  if (excluded.size === 0 || ![...excluded].every(isLiteral))
    throw new PatternError('Value of anything-but must be an array or single string/number value.');
  return (value) => !excluded.has(value);
};

const onlyEntry = (shape: Shape, where: string): readonly [string, unknown] => {
  const [entry, ...others] = Object.entries(shape);
  if (!entry || others.length > 0) throw new PatternError(`Only one key allowed in match expression (${where})`);
  return entry;
};

/** What a leaf of a pattern asks of a field: a test of each of its values, or its presence. */
export type Condition =
  | { readonly kind: 'value'; readonly test: Test }
  | { readonly kind: 'exists'; readonly present: boolean };

/** One element of a leaf's list: a literal or a content filter. Throws PatternError. */
export const conditionOf = (element: unknown): Condition => {
  if (isLiteral(element)) return { kind: 'value', test: (value) => value === element };
  if (!isShape(element)) throw new PatternError('Match value must be String, number, true, false, or null');
  const [name, operand] = onlyEntry(element, Object.keys(element).join(', '));
  if (name === 'exists') {
    if (typeof operand !== 'boolean') throw new PatternError('exists match pattern must be either true or false.');
    return { kind: 'exists', present: operand };
  }
  if (name === 'anything-but') return { kind: 'value', test: anythingBut(operand) };
  const build = Object.hasOwn(POSITIVE, name) ? POSITIVE[name] : undefined;
  if (!build) throw new PatternError(`Unrecognized match type ${name}`);
  return { kind: 'value', test: build(operand) };
};
