import { PatternError } from './pattern-error.ts';

const COMPARE: { readonly [operator: string]: (value: number, bound: number) => boolean } = {
  '=': (value, bound) => value === bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
};

/** A test for `[">", 0, "<=", 5]`: pairs of operator and bound, all of which must hold. */
export const numericTest = (operand: unknown): ((value: unknown) => boolean) => {
  if (!Array.isArray(operand) || operand.length === 0 || operand.length % 2 !== 0)
    throw new PatternError('Value of numeric must be an array of operators and numbers.');
  const bounds: ((value: number) => boolean)[] = [];
  for (let at = 0; at < operand.length; at += 2) {
    const operator: unknown = operand[at];
    const bound: unknown = operand[at + 1];
    const compare = typeof operator === 'string' && Object.hasOwn(COMPARE, operator) ? COMPARE[operator] : undefined;
    if (!compare) throw new PatternError(`Unrecognized numeric range operator: ${String(operator)}`);
    if (typeof bound !== 'number') throw new PatternError(`Value of ${String(operator)} must be numeric`);
    bounds.push((value) => compare(value, bound));
  }
  return (value) => typeof value === 'number' && bounds.every((holds) => holds(value));
};
