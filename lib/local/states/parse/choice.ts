// Choice states: an ordered list of rules, each a JSONata Condition or a tree of comparisons.
import { EvaluationProblem } from '../errors.ts';
import { compileJsonata, isJsonata } from '../expressions/jsonata.ts';
import { parseReference, type Reference } from '../expressions/reference.ts';
import type { Scope } from '../expressions/scope.ts';
import type { Json } from '../json.ts';
import { comparisons, kinds, NO_TIME, timestampOf } from './choice-operators.ts';
import { assignment, dataFlow, template } from './data-flow.ts';
import type { Fields } from './fields.ts';
import type { ChoiceRule, ChoiceState, Evaluate } from './machine.ts';
import { unexpectedType } from './unexpected-type.ts';

type Test = (scope: Scope) => boolean;
const never: Test = () => false;

const condition = (fields: Fields): Evaluate<boolean> => {
  fields.require('Condition');
  const value = fields.get('Condition');
  if (typeof value === 'boolean') return () => value;
  if (typeof value !== 'string' || !isJsonata(value)) {
    if (value !== undefined) fields.wrong('Condition', 'Expected a boolean or a JSONata expression');
    return never;
  }
  const name = fields.name('Condition');
  try {
    const query = compileJsonata(value, name, fields.ambient);
    return async (scope) => {
      const answer = await query.evaluate(scope);
      if (typeof answer === 'boolean') return answer;
      throw unexpectedType(query, name, 'boolean', answer);
    };
  } catch (thrown) {
    fields.syntaxError(name, thrown);
    return never;
  }
};

const referenceAt = (fields: Fields, field: string): Reference | undefined => {
  const text = fields.text(field);
  if (text === undefined) return undefined;
  try {
    return parseReference(text);
  } catch (thrown) {
    fields.wrong(field, `Value is not a valid JSONPath: ${thrown instanceof Error ? thrown.message : thrown}`);
    return undefined;
  }
};

const read = (reference: Reference, scope: Scope): Json => {
  const value = reference.read(scope);
  if (value !== undefined) return value;
  throw new EvaluationProblem(
    'States.Runtime',
    `Invalid path '${reference.text}': The choice state's condition path references an invalid value.`,
  );
};

const present = (reference: Reference, scope: Scope): boolean => {
  const value = reference.read(scope);
  return value !== undefined && (reference.definite || (value as readonly Json[]).length > 0);
};

const isKind = (fields: Fields, variable: Reference, operator: string): Test => {
  const wanted = fields.get(operator);
  if (typeof wanted !== 'boolean') fields.wrong(operator, 'Expected value of type [BOOLEAN]');
  if (operator === 'IsPresent') return (scope) => present(variable, scope) === wanted;
  const test = kinds[operator];
  return test ? (scope) => test(read(variable, scope)) === wanted : never;
};

const withoutPath = (field: string) => (field.endsWith('Path') ? field.slice(0, -'Path'.length) : field);
/** There is no StringMatchesPath. */
const comparisonOf = (field: string) =>
  field !== 'StringMatchesPath' && Object.hasOwn(comparisons, withoutPath(field))
    ? comparisons[withoutPath(field)]
    : undefined;
const isOperator = (field: string): boolean =>
  field === 'IsPresent' || Object.hasOwn(kinds, field) || comparisonOf(field) !== undefined;

const checkOperand = (fields: Fields, operator: string, wanted: Json): void => {
  if (operator.startsWith('Timestamp')) {
    if (timestampOf(wanted) === undefined) fields.wrong(operator, NO_TIME);
    return;
  }
  const type = operator.startsWith('String') ? 'string' : operator.startsWith('Numeric') ? 'number' : 'boolean';
  if (typeof wanted === type) return;
  fields.wrong(operator, `Expected value of type [${type.toUpperCase()}]`);
};

const NOT_INSIDE = 'Field is not supported inside of a rule';

const comparison = (fields: Fields): Test => {
  fields.require('Variable');
  const variable = referenceAt(fields, 'Variable');
  if (variable === undefined) return never;
  for (const field of Object.keys(fields.json)) {
    if (field === 'IsPresent' || Object.hasOwn(kinds, field)) return isKind(fields, variable, field);
    const byPath = field.endsWith('Path');
    const compare = comparisonOf(field);
    if (compare === undefined) continue;
    if (!byPath) {
      const wanted = fields.get(field) ?? null;
      checkOperand(fields, field, wanted);
      return (scope) => compare(read(variable, scope), wanted);
    }
    const other = referenceAt(fields, field);
    return other ? (scope) => compare(read(variable, scope), read(other, scope)) : never;
  }
  fields.wrong('', 'A comparison operator is expected beside Variable');
  return never;
};

const COMBINED = ['And', 'Or', 'Not'];

// https://states-language.net/spec.html#choice-state: a non-empty array, beside which there is no comparison
const combined = (fields: Fields, field: 'And' | 'Or'): readonly Fields[] => {
  if (fields.has('Variable')) fields.wrong('', "Field 'Variable' is not supported");
  const parts = fields.objects(field);
  if (Array.isArray(fields.get(field)) && parts.length === 0)
    fields.wrong(field, 'At least one choice rule is expected');
  return parts;
};

/** `outer`: the rule itself, which says where to go; what stands inside it does not. */
const tree = (fields: Fields, outer: boolean): Test => {
  if (!outer) for (const field of ['Next', 'Assign', 'Output']) if (fields.has(field)) fields.wrong(field, NOT_INSIDE);
  const operators = Object.keys(fields.json).filter((field) => COMBINED.includes(field) || isOperator(field));
  if (operators.length > 1) fields.exclusive(...operators);
  if (fields.has('And') || fields.has('Or')) {
    const all = fields.has('And');
    const parts = combined(fields, all ? 'And' : 'Or').map((part) => tree(part, false));
    return all ? (scope) => parts.every((part) => part(scope)) : (scope) => parts.some((part) => part(scope));
  }
  if (fields.has('Not')) {
    if (fields.has('Variable')) fields.wrong('', "Field 'Variable' is not supported");
    const inner = fields.object('Not');
    const test = inner ? tree(inner, false) : never;
    return (scope) => !test(scope);
  }
  return comparison(fields);
};

const rule = (fields: Fields): ChoiceRule => {
  fields.require('Next');
  return {
    test: fields.language === 'JSONata' ? condition(fields) : tree(fields, true),
    next: fields.text('Next') ?? '',
    assign: assignment(fields),
    output: fields.language === 'JSONata' ? template(fields, 'Output') : undefined,
  };
};

export const parseChoice = (name: string, fields: Fields): ChoiceState => {
  fields.require('Choices');
  const rules = fields.objects('Choices').map(rule);
  if (fields.has('Choices') && rules.length === 0) fields.wrong('Choices', 'At least one choice rule is expected');
  return {
    kind: 'Choice',
    name,
    language: fields.language,
    next: undefined,
    flow: dataFlow(fields),
    rules,
    otherwise: fields.text('Default'),
  };
};
