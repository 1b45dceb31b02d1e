import { PatternError } from './pattern-error.ts';

const COMPARE: { readonly [operator: string]: (value: number, bound: number) => boolean } = {
  '=': (value, bound) => value === bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
};

/** AWS: one comparison, or a range of what is below and what is above. */
const checkRange = ([below, bottom, above, top, ...more]: readonly unknown[]): void => {
  if (above === undefined) return;
  const isRange = String(below).startsWith('>') && String(above).startsWith('<');
  if (!isRange || more.length > 0) throw new PatternError('Too many elements in numeric expression');
  if (Number(bottom) >= Number(top)) throw new PatternError('Bottom must be less than top');
};

/** A test for `[">", 0, "<=", 5]`: one or two pairs of operator and bound, all of which must hold. */
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
  checkRange(operand);
  return (value) => typeof value === 'number' && bounds.every((holds) => holds(value));
};
