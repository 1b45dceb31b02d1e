// Fail states: error and cause, literal, by expression or by path.
import { EvaluationProblem } from '../errors.ts';
import { compilePathExpression } from '../expressions/payload-template.ts';
import type { Json } from '../json.ts';
import { dataFlow, template } from './data-flow.ts';
import type { Fields } from './fields.ts';
import type { Evaluate, FailState } from './machine.ts';

const textOf = (value: Json, field: string): Json => {
  if (typeof value === 'string') return value;
  throw new EvaluationProblem(
    'States.QueryEvaluationError',
    `The field '${field}' of a Fail state must be a string but was: ${JSON.stringify(value)}`,
    field,
  );
};

const part = (fields: Fields, field: 'Error' | 'Cause'): Evaluate<Json> | undefined => {
  const value = fields.get(field);
  if (value !== undefined) {
    if (fields.language === 'JSONPath') {
      const text = fields.text(field) ?? '';
      return () => text;
    }
    const make = template(fields, field);
    return make && (async (scope) => textOf(await make(scope), field));
  }
  const path = fields.text(`${field}Path`);
  if (path === undefined) return undefined;
  try {
    return compilePathExpression(path, `${field}Path`, fields.ambient);
  } catch (thrown) {
    fields.wrong(`${field}Path`, `Value is not a valid JSONPath: ${thrown instanceof Error ? thrown.message : thrown}`);
    return undefined;
  }
};

export const parseFail = (name: string, fields: Fields): FailState => ({
  kind: 'Fail',
  name,
  language: fields.language,
  next: undefined,
  flow: dataFlow(fields),
  error: part(fields, 'Error'),
  cause: part(fields, 'Cause'),
});
