// Metric math: arithmetic over time series. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
import { AwsError } from '../../service.ts';
import { mathFunction } from './math-functions.ts';
import type { MathScope, MathValue } from './math-scope.ts';

const TOKEN = /\s*(?:(\d+(?:\.\d+)?)|([A-Za-z_]\w*)|"([^"]*)"|'([^']*)'|(&&|\|\||[<>=!]=|[-+*/^()[\],<>]))/y;
type Token = { readonly kind: 'number' | 'name' | 'text' | 'sign'; readonly text: string };

const tokens = (expression: string): readonly Token[] => {
  const found: Token[] = [];
  TOKEN.lastIndex = 0;
  while (expression.slice(TOKEN.lastIndex).trim() !== '') {
    const match = TOKEN.exec(expression);
    if (!match) throw new AwsError('ValidationError', `Error in expression '${expression}': cannot be read`);
    const [, number, name, double, single, sign] = match;
    if (number !== undefined) found.push({ kind: 'number', text: number });
    else if (name !== undefined) found.push({ kind: 'name', text: name });
    else if (sign !== undefined) found.push({ kind: 'sign', text: sign });
    else found.push({ kind: 'text', text: double ?? single ?? '' });
  }
  return found;
};

const OPERATORS: { readonly [sign: string]: (a: number, b: number) => number } = {
  '||': (a, b) => Number(a !== 0 || b !== 0),
  OR: (a, b) => Number(a !== 0 || b !== 0),
  '&&': (a, b) => Number(a !== 0 && b !== 0),
  AND: (a, b) => Number(a !== 0 && b !== 0),
  '<': (a, b) => Number(a < b),
  '<=': (a, b) => Number(a <= b),
  '>': (a, b) => Number(a > b),
  '>=': (a, b) => Number(a >= b),
  '==': (a, b) => Number(a === b),
  '!=': (a, b) => Number(a !== b),
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '^': (a, b) => a ** b,
};
const LEVELS: readonly (readonly string[])[] = [
  ['||', 'OR'],
  ['&&', 'AND'],
  ['<', '<=', '>', '>=', '==', '!='],
  ['+', '-'],
  ['*', '/'],
  ['^'],
];

/** Element by element, at the times that both sides have; results that are not finite are no data. */
const combine = (a: MathValue, b: MathValue, operate: (a: number, b: number) => number): MathValue => {
  if (typeof a === 'number' && typeof b === 'number') return operate(a, b);
  if (Array.isArray(a)) return a.map((each: MathValue) => combine(each, b, operate));
  if (Array.isArray(b)) return b.map((each: MathValue) => combine(a, each, operate));
  const times = a instanceof Map ? a.keys() : b instanceof Map ? b.keys() : [];
  const at = (value: MathValue, time: number) => (value instanceof Map ? value.get(time) : Number(value));
  const result = new Map<number, number>();
  for (const time of times) {
    const [left, right] = [at(a, time), at(b, time)];
    const value = left === undefined || right === undefined ? Number.NaN : operate(left, right);
    if (Number.isFinite(value)) result.set(time, value);
  }
  return result;
};

/** Evaluates one expression. Throws ValidationError, or NotImplemented naming an unknown function. */
export const evaluateMath = (expression: string, scope: MathScope): MathValue => {
  const list = tokens(expression);
  let at = 0;
  const fail = (): never => {
    throw new AwsError('ValidationError', `Error in expression '${expression}': unexpected ${list[at]?.text ?? 'end'}`);
  };
  const takes = (...signs: readonly string[]): string | undefined => {
    const token = list[at];
    if (!token || token.kind === 'text' || !signs.includes(token.text)) return undefined;
    at += 1;
    return token.text;
  };
  const upTo = (close: string): readonly MathValue[] => {
    const values: MathValue[] = [];
    if (takes(close)) return values;
    do values.push(level(0));
    while (takes(','));
    return takes(close) ? values : fail();
  };

  const primary = (): MathValue => {
    if (takes('-')) return combine(0, primary(), (a, b) => a - b);
    if (takes('(')) return upTo(')')[0] ?? fail();
    if (takes('[')) return upTo(']');
    const token = list[at] ?? fail();
    at += 1;
    if (token.kind === 'number') return Number(token.text);
    if (token.kind === 'text') return token.text;
    if (token.kind === 'sign') {
      at -= 1;
      return fail();
    }
    if (takes('(')) return mathFunction(token.text, upTo(')'), scope);
    return /^[a-z]/.test(token.text) ? scope.lookUp(token.text) : token.text; // REPEAT and LINEAR are bare words
  };

  const level = (depth: number): MathValue => {
    const signs = LEVELS[depth];
    if (!signs) return primary();
    let value = level(depth + 1);
    for (let sign = takes(...signs); sign !== undefined; sign = takes(...signs)) {
      const operate = OPERATORS[sign];
      if (operate) value = combine(value, level(depth + 1), operate);
    }
    return value;
  };

  const value = level(0);
  return at === list.length ? value : fail();
};
