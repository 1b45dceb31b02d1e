// Compiles how data enters and leaves a state: InputPath ... OutputPath, or Arguments and Output.

import { late } from '../../late-modules.ts';
import { EvaluationProblem } from '../errors.ts';
import type { Template } from '../expressions/jsonata-template.ts';
import type { Scope, Variables } from '../expressions/scope.ts';
import { isObject, type Json } from '../json.ts';
import type { Fields } from './fields.ts';
import type { Assign, Evaluate, Flow } from './machine.ts';
import { missingValue } from './number-problems.ts';

// What the language of a machine does not need is not loaded.
const jsonata = late<typeof import('../expressions/jsonata-template.ts')>(
  import.meta.url,
  '../expressions/jsonata-template.ts',
);
const payloads = late<typeof import('../expressions/payload-template.ts')>(
  import.meta.url,
  '../expressions/payload-template.ts',
);
const references = late<typeof import('../expressions/reference.ts')>(import.meta.url, '../expressions/reference.ts');
const results = late<typeof import('../expressions/result-path.ts')>(import.meta.url, '../expressions/result-path.ts');

const same = (scope: Scope): Json => scope.input;

/** The template of a field in the language of its state, or undefined where the field is absent. */
export const template = (fields: Fields, field: string): Evaluate<Json> | undefined => {
  const value = fields.get(field);
  if (value === undefined) return undefined;
  return fields.language === 'JSONata'
    ? jsonata().compileTemplate(value, fields.name(field), fields.ambient, fields.syntaxError)
    : payloads().compilePayload(value, fields.name(field), fields.ambient, fields.syntaxError);
};

/** A payload template: in JSONPath it is an object. https://states-language.net/spec.html#payload-template */
export const objectTemplate = (fields: Fields, field: string): Evaluate<Json> | undefined => {
  if (fields.language === 'JSONPath') fields.object(field);
  return template(fields, field);
};

/** A field that names a value by path, e.g. InputPath. `null` selects `{}`. Absent: undefined. */
export const pathField = (fields: Fields, field: string): ((scope: Scope) => Json) | undefined => {
  const text = fields.get(field);
  if (text === undefined) return undefined;
  if (text === null) return () => ({});
  if (typeof text !== 'string') {
    fields.wrong(field, 'Expected a path');
    return undefined;
  }
  try {
    if (text.startsWith('States.')) return payloads().compilePathExpression(text, field, fields.ambient);
    const reference = references().parseReference(text);
    return (scope) => {
      const value = reference.read(scope);
      if (value === undefined) {
        throw new EvaluationProblem('States.Runtime', missingValue(field, text, reference.why(scope)));
      }
      return value;
    };
  } catch (thrown) {
    fields.wrong(field, `Value is not a valid JSONPath: ${thrown instanceof Error ? thrown.message : thrown}`);
    return undefined;
  }
};

// https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html: an identifier of at most 80 characters
const VARIABLE_NAME = /^[\p{ID_Start}_][\p{ID_Continue}]{0,79}$/u;

/** `Assign` of a state, a catcher or a choice rule. */
export const assignment = (fields: Fields): Assign => {
  const value = fields.get('Assign');
  if (value === undefined) return undefined;
  if (!isObject(value)) {
    fields.wrong('Assign', 'Expected value of type [OBJECT]');
    return undefined;
  }
  for (const name of Object.keys(value)) {
    const variable = fields.language === 'JSONPath' && name.endsWith('.$') ? name.slice(0, -2) : name;
    if (variable === 'states') fields.wrong('Assign/states', "The variable name 'states' is reserved");
    else if (!VARIABLE_NAME.test(variable)) fields.wrong(`Assign/${name}`, 'Value is not a valid variable name');
  }
  if (Object.keys(value).length === 0) return undefined;
  return template(fields, 'Assign') as Evaluate<Variables>;
};

const resultPath = (fields: Fields): ((input: Json, result: Json) => Json) => {
  const text = fields.get('ResultPath');
  if (text === undefined || text === '$') return (_input, result) => result;
  if (text === null) return (input) => input;
  if (typeof text !== 'string') {
    fields.wrong('ResultPath', 'Expected a reference path or null');
    return (_input, result) => result;
  }
  try {
    const { path } = references().parseReference(text);
    if (!/^\$($|[.[])/.test(text) || !path.segments.every(({ kind }) => kind === 'name' || kind === 'index')) {
      throw new SyntaxError('it names more than one place, or none of the input');
    }
    return (input, result) => results().placeResult(input, path.segments, result);
  } catch (thrown) {
    fields.wrong('ResultPath', `Value is not a Reference Path: ${thrown instanceof Error ? thrown.message : thrown}`);
    return (_input, result) => result;
  }
};

/** What a JSONPath catcher outputs: the error at its ResultPath. */
export const caughtOutput = (fields: Fields): Evaluate<Json> => {
  if (fields.language === 'JSONata') return template(fields, 'Output') ?? ((scope) => scope.errorOutput ?? null);
  const place = resultPath(fields);
  return (scope) => place(scope.input, scope.errorOutput ?? null);
};

const jsonataFlow = (fields: Fields): Flow => {
  const output: Template | undefined = template(fields, 'Output');
  return {
    plainInput: !fields.has('Arguments'),
    plainOutput: !fields.has('Output') && !fields.has('Assign'),
    input: same,
    parameters: template(fields, 'Arguments'),
    select: undefined,
    output: output ?? ((scope) => (scope.result === undefined ? scope.input : scope.result)),
    assign: assignment(fields),
  };
};

const jsonPathFlow = (fields: Fields): Flow => {
  const input = pathField(fields, 'InputPath') ?? same;
  const place = resultPath(fields);
  const output = pathField(fields, 'OutputPath');
  const parameters = objectTemplate(fields, 'Parameters');
  const select = objectTemplate(fields, 'ResultSelector') as Flow['select']; // in JSONPath nothing is awaited
  return {
    plainInput: !fields.has('InputPath') && !fields.has('Parameters'),
    plainOutput: !['ResultSelector', 'ResultPath', 'OutputPath', 'Assign'].some((field) => fields.has(field)),
    input,
    parameters,
    select,
    output: (scope) => {
      const placed = scope.result === undefined ? scope.input : place(scope.input, scope.result);
      return output ? output({ ...scope, input: placed }) : placed;
    },
    assign: assignment(fields),
  };
};

export const dataFlow = (fields: Fields): Flow =>
  fields.language === 'JSONata' ? jsonataFlow(fields) : jsonPathFlow(fields);
