// Wait states: for a number of seconds or until a time, literal, by expression or by path.
import { EvaluationProblem } from '../errors.ts';
import { compileJsonata, isJsonata } from '../expressions/jsonata.ts';
import type { Json } from '../json.ts';
import { NO_TIME, timestampOf } from './choice-operators.ts';
import { dataFlow, pathField } from './data-flow.ts';
import { type Fields, LARGEST } from './fields.ts';
import type { Evaluate, WaitState } from './machine.ts';
import { numberField } from './numbers.ts';
import { unexpectedType } from './unexpected-type.ts';

const FARTHEST_SECONDS = 2 ** 31 - 1; // of a timestamp, seen in a recorded execution

const untilOf = (fields: Fields): Evaluate<Json> | undefined => {
  const text = fields.text('Timestamp');
  if (text !== undefined) {
    if (fields.language === 'JSONata' && isJsonata(text)) {
      try {
        const query = compileJsonata(text, 'Timestamp', fields.ambient);
        return async (scope) => {
          const value = await query.evaluate(scope);
          if (typeof value === 'string') return value;
          throw unexpectedType(query, 'Timestamp', 'string', value);
        };
      } catch (thrown) {
        fields.syntaxError('Timestamp', thrown);
        return undefined;
      }
    }
    if (timestampOf(text) === undefined) fields.wrong('Timestamp', NO_TIME);
    return () => text;
  }
  return fields.language === 'JSONPath' ? pathField(fields, 'TimestampPath') : undefined;
};

/** What AWS says of a value that is no time. */
const noTime = (fields: Fields, value: Json): EvaluationProblem => {
  const shown = typeof value === 'string' ? value : JSON.stringify(value);
  const format = 'ISO-8601 extended offset date-time format string';
  return fields.language === 'JSONata'
    ? new EvaluationProblem(
        'States.QueryEvaluationError',
        `The Timestamp field cannot be parsed as an ${format}: ${shown}`,
        'Timestamp',
      )
    : new EvaluationProblem(
        'States.Runtime',
        `The TimestampPath parameter does not reference a valid ${format}: ${fields.get('TimestampPath')} == ${shown}`,
      );
};

const dueOf = (fields: Fields): WaitState['due'] => {
  const seconds = numberField(fields, 'Seconds', { minimum: 0, maximum: LARGEST });
  if (seconds) return async (scope, now) => now + (await seconds(scope)) * 1000;
  const until = untilOf(fields);
  return async (scope, now) => {
    const value = (await until?.(scope)) ?? null;
    const due = timestampOf(value);
    if (due === undefined) throw noTime(fields, value);
    if (due - now > FARTHEST_SECONDS * 1000)
      throw new EvaluationProblem('States.Runtime', 'Wait state delay is too long.');
    return due;
  };
};

export const parseWait = (name: string, fields: Fields, next: string | undefined): WaitState => {
  const given = ['Seconds', 'SecondsPath', 'Timestamp', 'TimestampPath'].filter((field) => fields.has(field));
  if (given.length !== 1) {
    fields.wrong('', 'Exactly one of Seconds, SecondsPath, Timestamp and TimestampPath is expected');
  }
  return { kind: 'Wait', name, language: fields.language, next, flow: dataFlow(fields), due: dueOf(fields) };
};
