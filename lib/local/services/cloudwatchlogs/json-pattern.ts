// JSON filter patterns: `{ ($.level = "ERROR" || $.ms > 500) && $.run NOT EXISTS }`.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/matching-terms-json-log-events.html
import { fitsParts } from '../../../support/glob.ts';
import { isShape } from '../../field-reader.ts';
import { invalid } from './groups.ts';
import { regexTest } from './regex-term.ts';

type DocumentTest = (document: unknown) => boolean;
type Selector = (document: unknown) => readonly unknown[];

const SPACE = /\s*/y;
const STEP = /\.?\['([^']*)'\]|\.([\w-]+|\*)|\[(\d+|\*)\]/y;
const OPERATOR = /!=|<=|>=|=|<|>|IS NOT\b|IS\b|NOT EXISTS\b/y;
const OPERAND = /"((?:[^"\\]|\\.)*)"|%([^%]+)%|([^\s()&|"%]+)/y;

const childrenOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : isShape(value) ? Object.values(value) : [];

const childOf = (value: unknown, name: string): unknown => {
  if (Array.isArray(value)) return /^\d+$/.test(name) ? value[Number(name)] : undefined;
  return isShape(value) && Object.hasOwn(value, name) ? value[name] : undefined;
};

/** AWS: an object, an array or a boolean is equal to nothing, and different from nothing. */
const isComparable = (value: unknown): value is string | number =>
  typeof value === 'string' || typeof value === 'number';

const numberOf = (text: string): number => (text.trim() === '' ? Number.NaN : Number(text));

const NUMERIC: { readonly [sign: string]: (found: number, wanted: number) => boolean } = {
  '=': (found, wanted) => found === wanted,
  '!=': (found, wanted) => found !== wanted,
  '<': (found, wanted) => found < wanted,
  '<=': (found, wanted) => found <= wanted,
  '>': (found, wanted) => found > wanted,
  '>=': (found, wanted) => found >= wanted,
};

const numeric = (sign: string, wanted: number): ((found: string | number) => boolean) => {
  const compare = NUMERIC[sign];
  return (found) => {
    const number = numberOf(String(found));
    return Number.isNaN(number) ? sign === '!=' : compare?.(number, wanted) === true;
  };
};

const CONSTANTS: { readonly [name: string]: unknown } = { TRUE: true, FALSE: false, NULL: null };

/** Compiles what stands between the braces. Throws InvalidParameterException. */
export const jsonPattern = (pattern: string): DocumentTest => {
  let at = 0;
  const fail = (): never => {
    throw invalid(`Invalid filter pattern { ${pattern.trim()} } at '${pattern.slice(at).trim() || 'its end'}'`);
  };
  const next = (token: RegExp): RegExpExecArray | undefined => {
    token.lastIndex = at;
    const found = token.exec(pattern) ?? undefined;
    if (found !== undefined) at = token.lastIndex;
    return found;
  };
  const takes = (sign: string): boolean => {
    next(SPACE);
    if (!pattern.startsWith(sign, at)) return false;
    at += sign.length;
    return true;
  };

  const selector = (): Selector => {
    if (!takes('$')) return fail();
    const steps: string[] = [];
    for (let step = next(STEP); step !== undefined; step = next(STEP)) steps.push(step[1] ?? step[2] ?? step[3] ?? '');
    if (steps.length === 0) return fail();
    const into = (values: readonly unknown[], step: string): readonly unknown[] =>
      step === '*' ? values.flatMap(childrenOf) : values.map((value) => childOf(value, step));
    return (document) => steps.reduce(into, [document]).filter((value) => value !== undefined);
  };

  const valueTest = (sign: string): ((found: string | number) => boolean) => {
    next(SPACE);
    const [, quoted, regex, bare = ''] = next(OPERAND) ?? fail();
    const isWanted = sign === '=';
    if (quoted === undefined && regex === undefined && !Number.isNaN(numberOf(bare)))
      return numeric(sign, Number(bare));
    if (!isWanted && sign !== '!=') return fail(); // only numbers have an order
    if (regex === undefined) {
      const parts = (quoted?.replace(/\\(.)/g, '$1') ?? bare).split('*');
      return (found) => fitsParts(parts, String(found)) === isWanted;
    }
    const fits = regexTest(regex);
    return (found) => fits(String(found)) === isWanted;
  };

  const comparison = (): DocumentTest => {
    const select = selector();
    next(SPACE);
    const [sign] = next(OPERATOR) ?? fail();
    if (sign === 'NOT EXISTS') return (document) => select(document).length === 0;
    if (!sign.startsWith('IS')) {
      const test = valueTest(sign);
      return (document) => select(document).some((found) => isComparable(found) && test(found));
    }
    next(SPACE);
    const name = next(/\w+/y)?.[0].toUpperCase() ?? '';
    if (!Object.hasOwn(CONSTANTS, name)) return fail();
    return (document) => select(document).some((found) => (found === CONSTANTS[name]) === (sign === 'IS'));
  };

  const term = (): DocumentTest => {
    if (!takes('(')) return comparison();
    const inner = any();
    return takes(')') ? inner : fail();
  };
  const all = (): DocumentTest => {
    const tests = [term()];
    while (takes('&&')) tests.push(term());
    return (document) => tests.every((test) => test(document));
  };
  const any = (): DocumentTest => {
    const tests = [all()];
    while (takes('||')) tests.push(all());
    return (document) => tests.some((test) => test(document));
  };

  const test = any();
  next(SPACE);
  return at === pattern.length ? test : fail();
};
