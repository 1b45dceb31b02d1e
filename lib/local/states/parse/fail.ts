// Fail states: error and cause, literal, by expression or by path.
import { EvaluationProblem } from '../errors.ts';
import { compileJsonata, halfOpen, isHalfOpen, isJsonata } from '../expressions/jsonata.ts';
import { compilePathExpression } from '../expressions/payload-template.ts';
import { dataFlow } from './data-flow.ts';
import type { Fields } from './fields.ts';
import type { Evaluate, FailState } from './machine.ts';
import { unexpectedType } from './unexpected-type.ts';

const given = (fields: Fields, field: string, text: string): Evaluate<string> | undefined => {
  if (fields.language === 'JSONPath') return () => text;
  if (isHalfOpen(text)) fields.syntaxError(field, halfOpen(text));
  if (!isJsonata(text)) return () => text;
  try {
    const query = compileJsonata(text, field, fields.ambient);
    return async (scope) => {
      const value = await query.evaluate(scope);
      if (typeof value === 'string') return value;
      throw unexpectedType(query, field, 'string', value);
    };
  } catch (thrown) {
    fields.syntaxError(field, thrown);
    return undefined;
  }
};

const byPath = (fields: Fields, field: string): Evaluate<string> | undefined => {
  const path = fields.text(field);
  if (path === undefined) return undefined;
  try {
    const read = compilePathExpression(path, field, fields.ambient);
    return (scope) => {
      const value = read(scope);
      if (typeof value === 'string') return value;
      const found = JSON.stringify(value);
      throw new EvaluationProblem(
        'States.Runtime',
        `The ${field} field refers to value "${found}" which is not a string: ${path}`,
      );
    };
  } catch (thrown) {
    fields.wrong(field, `Value is not a valid JSONPath: ${thrown instanceof Error ? thrown.message : thrown}`);
    return undefined;
  }
};

const part = (fields: Fields, field: 'Error' | 'Cause'): Evaluate<string> | undefined => {
  const text = fields.text(field);
  return text === undefined ? byPath(fields, `${field}Path`) : given(fields, field, text);
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
