// Conditions of `flow.choose`: data, so that the compiler can write them as JSONata.
import type { Comparison, Condition } from '../records/index.ts';
import { bind } from './bind.ts';
import type { Ref } from './ref.ts';

export { type Comparison, type Condition, operandsOf } from '../records/index.ts';

type Operand<T> = Ref<T> | T;

const compare =
  <Base>(comparison: Comparison) =>
  <T extends Base>(left: Ref<T>, right: Operand<T>): Condition => ({
    kind: 'compare',
    comparison,
    left: bind(left, comparison),
    right: bind(right, comparison),
  });

type Scalar = string | number | boolean | null;

/** `eq(total.currency, 'EUR')`: the two are the same value. */
export const eq = compare<Scalar>('eq');
/** `ne(total.currency, 'EUR')`: the two differ. */
export const ne = compare<Scalar>('ne');
/** `gt(total.rows, 0)`: more than. Numbers with numbers, strings with strings (by code point). */
export const gt = compare<number | string>('gt');
/** `gte(total.rows, 1)`: at least. */
export const gte = compare<number | string>('gte');
/** `lt(total.rows, 10)`: less than. */
export const lt = compare<number | string>('lt');
/** `lte(total.rows, 10)`: at most. */
export const lte = compare<number | string>('lte');

/** True when every condition is. */
export const and = (...conditions: readonly [Condition, ...Condition[]]): Condition => ({ kind: 'and', conditions });
/** True when one condition is, or more. */
export const or = (...conditions: readonly [Condition, ...Condition[]]): Condition => ({ kind: 'or', conditions });
/** True when the condition is not. */
export const not = (condition: Condition): Condition => ({ kind: 'not', condition });
