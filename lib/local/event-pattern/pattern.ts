import { isShape } from '../field-reader.ts';
import type { Shape } from '../service.ts';
import { type Condition, conditionOf } from './conditions.ts';
import { PatternError } from './pattern-error.ts';

/** Whether an event, any plain JSON object, matches. */
export type Matcher = (event: Shape) => boolean;

/** All values under a field: an array stands for each of its elements. Objects are not values. */
const valuesOf = (found: unknown): readonly unknown[] => {
  if (found === undefined) return [];
  return Array.isArray(found) ? found.flatMap(valuesOf) : [found];
};

const holds = (condition: Condition, values: readonly unknown[]): boolean => {
  const leaves = values.filter((value) => !isShape(value)); // exists asks about leaves only
  return condition.kind === 'exists' ? leaves.length > 0 === condition.present : leaves.some(condition.test);
};

const leafMatcher = (field: string, elements: readonly unknown[]): Matcher => {
  if (elements.length === 0) throw new PatternError(`Empty arrays are not allowed (${field})`);
  const conditions = elements.map(conditionOf);
  return (event) => {
    const values = valuesOf(event[field]);
    return conditions.some((condition) => holds(condition, values));
  };
};

const nestedMatcher = (field: string, pattern: Shape): Matcher => {
  const matches = compilePattern(pattern);
  return (event) => {
    const objects = valuesOf(event[field]).filter(isShape);
    // An absent object still satisfies a pattern that only asks for absence.
    return objects.length === 0 ? matches({}) : objects.some(matches);
  };
};

const orMatcher = (alternatives: readonly unknown[]): Matcher => {
  if (alternatives.length < 2 || !alternatives.every(isShape))
    throw new PatternError('There must have at least 2 Objects in $or relationship.');
  const matchers = alternatives.map(compilePattern);
  return (event) => matchers.some((matches) => matches(event));
};

/** Compiles an event pattern: every field must match, by any element of its list. Throws PatternError. */
export const compilePattern = (pattern: Shape): Matcher => {
  const fields = Object.entries(pattern).map(([field, wanted]): Matcher => {
    if (field === '$or' && Array.isArray(wanted)) return orMatcher(wanted);
    if (Array.isArray(wanted)) return leafMatcher(field, wanted);
    if (isShape(wanted)) return nestedMatcher(field, wanted);
    throw new PatternError(`"${field}" must be an object or an array`);
  });
  if (fields.length === 0) throw new PatternError('Empty objects are not allowed');
  return (event) => fields.every((matches) => matches(event));
};
