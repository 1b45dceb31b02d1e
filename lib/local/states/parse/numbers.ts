// Fields that hold a number, an expression for one, or (as `<Field>Path`) a path to one.
import { late } from '../../late-modules.ts';
import { EvaluationProblem } from '../errors.ts';
import { pathField } from './data-flow.ts';
import type { Fields } from './fields.ts';
import type { Evaluate } from './machine.ts';
import { numberProblem } from './number-problems.ts';
import { unexpectedType } from './unexpected-type.ts';

const jsonata = late<typeof import('../expressions/jsonata.ts')>(import.meta.url, '../expressions/jsonata.ts');

export interface NumberRule {
  readonly minimum: number;
  readonly maximum?: number;
  readonly fraction?: boolean;
}

const inRange = (value: number, { minimum, maximum, fraction }: NumberRule) =>
  (fraction || Number.isInteger(value)) && value >= minimum && (maximum === undefined || value <= maximum);

const jsonataNumber = (fields: Fields, name: string, text: string, rule: NumberRule): Evaluate<number> | undefined => {
  const field = fields.name(name);
  try {
    const query = jsonata().compileJsonata(text, field, fields.ambient);
    return async (scope) => {
      const value = await query.evaluate(scope);
      if (typeof value !== 'number') throw unexpectedType(query, field, 'number', value);
      if (!inRange(value, rule)) {
        throw new EvaluationProblem(
          'States.QueryEvaluationError',
          `The JSONata expression '${query.source}' specified for the field '${field}' returned a value that is out of range: ${value}`,
          field,
        );
      }
      return value;
    };
  } catch (thrown) {
    fields.syntaxError(field, thrown);
    return undefined;
  }
};

const pathNumber = (fields: Fields, field: string, rule: NumberRule): Evaluate<number> | undefined => {
  const read = pathField(fields, field);
  const path = String(fields.get(field));
  return (
    read &&
    ((scope) => {
      const value = read(scope);
      // AWS also takes the text of a number here.
      const parsed = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
      if (typeof parsed === 'number' && inRange(parsed, rule)) return parsed;
      const isNumber = rule.fraction ? Number.isFinite(parsed) : Number.isInteger(parsed);
      throw numberProblem(field, path, value, isNumber);
    })
  );
};

/** Reads `field` or `<field>Path`; undefined where neither is given. */
export const numberField = (fields: Fields, field: string, rule: NumberRule): Evaluate<number> | undefined => {
  const value = fields.get(field);
  if (value === undefined) return fields.language === 'JSONPath' ? pathNumber(fields, `${field}Path`, rule) : undefined;
  if (typeof value === 'number' && inRange(value, rule)) return () => value;
  if (fields.language === 'JSONata' && typeof value === 'string' && jsonata().isJsonata(value)) {
    return jsonataNumber(fields, field, value, rule);
  }
  const { minimum, maximum, fraction } = rule;
  const isNumber = typeof value === 'number' && (fraction || Number.isInteger(value));
  const bound = isNumber && value < minimum ? `Minimum value is ${minimum}` : `Maximum value is ${maximum}`;
  fields.wrong(field, isNumber ? bound : `Expected value of type [${fraction ? 'NUMBER' : 'INTEGER'}]`);
  return undefined;
};
