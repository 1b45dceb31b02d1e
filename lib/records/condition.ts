// A claim about values, as data: the compiler writes it as JSONata for a choice, `settle` works it out for a check.
import type { Binding } from './binding.ts';
import type { Json } from './json.ts';

export type Comparison = 'eq' | 'ne' | 'gt' | 'gte' | 'lt' | 'lte';

export type Condition =
  | { readonly kind: 'compare'; readonly comparison: Comparison; readonly left: Binding; readonly right: Binding }
  | { readonly kind: 'and' | 'or'; readonly conditions: readonly Condition[] }
  | { readonly kind: 'not'; readonly condition: Condition };

/** Both sides of every comparison in a condition. */
export const operandsOf = (condition: Condition): readonly Binding[] => {
  switch (condition.kind) {
    case 'compare':
      return [condition.left, condition.right];
    case 'not':
      return operandsOf(condition.condition);
    default:
      return condition.conditions.flatMap(operandsOf);
  }
};

/** Whether a condition holds of these values: what the compiled machine would say of them. */
export const holds = (condition: Condition, value: (operand: Binding) => Json): boolean => {
  switch (condition.kind) {
    case 'compare':
      return compare(condition.comparison, value(condition.left), value(condition.right));
    case 'not':
      return !holds(condition.condition, value);
    case 'and':
      return condition.conditions.every((each) => holds(each, value));
    case 'or':
      return condition.conditions.some((each) => holds(each, value));
  }
};

/** Only scalars are compared. An order of null, or of values of two types, is false. */
const compare = (comparison: Comparison, left: Json, right: Json): boolean => {
  if (comparison === 'eq') return left === right;
  if (comparison === 'ne') return left !== right;
  if (typeof left !== typeof right || (typeof left !== 'number' && typeof left !== 'string')) return false;
  const [one, other] = [left, right as typeof left]; // The types were just found the same.
  if (comparison === 'gt') return one > other;
  if (comparison === 'gte') return one >= other;
  return comparison === 'lt' ? one < other : one <= other;
};
