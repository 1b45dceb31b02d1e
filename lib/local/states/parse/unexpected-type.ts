// What AWS says of a JSONata expression that gives a value of another type than its field takes.
import { EvaluationProblem } from '../errors.ts';
import type { Query } from '../expressions/jsonata.ts';
import type { Json } from '../json.ts';

const kindOf = (value: Json): string => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value);

export const unexpectedType = ({ source }: Query, field: string, expected: string, value: Json): EvaluationProblem =>
  new EvaluationProblem(
    'States.QueryEvaluationError',
    `The JSONata expression '${source}' specified for the field '${field}' returned an unexpected result type. Expected '${expected}', but was '${kindOf(value)}' for value: ${JSON.stringify(value)}`,
    field,
  );
