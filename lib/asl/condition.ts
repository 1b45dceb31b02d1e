// A condition of `flow.choose` as JSONata.
import { type Comparison, type Condition, operandsOf } from '../definition/index.ts';
import { expression } from './control.ts';

const operators: { readonly [comparison in Comparison]: string } = {
  eq: '=',
  ne: '!=',
  gt: '>',
  gte: '>=',
  lt: '<',
  lte: '<=',
};

/** The condition as an expression that gives true or false. */
export const conditionExpression = (condition: Condition): string => {
  switch (condition.kind) {
    case 'compare': {
      const [left, right] = [expression(condition.left), expression(condition.right)];
      const compared = `${left} ${operators[condition.comparison]} ${right}`;
      if (condition.comparison === 'eq' || condition.comparison === 'ne') return compared;
      // JSONata throws when the two sides of an order are not both numbers or both strings; here that is false.
      return `($type(${left}) = $type(${right}) and $type(${left}) in ['number', 'string'] ? ${compared} : false)`;
    }
    case 'not':
      return `$not(${conditionExpression(condition.condition)})`;
    case 'and':
    case 'or':
      return `(${condition.conditions.map(conditionExpression).join(` ${condition.kind} `)})`;
  }
};

/** True when a value that the condition reads is missing, because the stage that gives it failed or was skipped. */
export const missingExpression = (condition: Condition): string => {
  const read = operandsOf(condition).filter((operand) => operand.kind !== 'value');
  if (read.length === 0) return 'false'; // all constants: a repetition's state may be one
  return `$not(${read.map((operand) => `$exists(${expression(operand)})`).join(' and ')})`;
};
