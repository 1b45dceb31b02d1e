// What AWS warns of in a definition that it takes: literals that were meant as paths. Loaded where warnings are asked for.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinitionDiagnostic.html has the codes; the words are ours.
import { isObject, type Json, type JsonObject } from '../json.ts';
import type { Diagnostic } from './diagnostics.ts';
import { NotJson, readJson } from './json-text.ts';

const PATH = /^\$\$?([.[]|$)/;
const INTRINSIC = /^States\.[A-Za-z0-9]+\(/;

const isPath = (value: Json | undefined): value is string => typeof value === 'string' && PATH.test(value);
const isDynamic = (value: Json): boolean => isPath(value) || (typeof value === 'string' && INTRINSIC.test(value));

const warning = (code: string, location: string, message: string): Diagnostic => ({
  code,
  location,
  message,
  severity: 'WARNING',
});

/** All values in `value` with their keys, at any depth. */
function* entriesIn(value: Json | undefined, at: string): Generator<readonly [key: string, value: Json, at: string]> {
  if (Array.isArray(value)) {
    for (const [index, item] of (value as readonly Json[]).entries()) yield* entriesIn(item, `${at}[${index}]`);
  } else if (isObject(value)) {
    for (const [key, inner] of Object.entries(value)) {
      yield [key, inner, `${at}/${key}`];
      yield* entriesIn(inner, `${at}/${key}`);
    }
  }
}

/** The objects in a field that is one or a list of them. */
const objectsIn = (json: JsonObject, field: string, at: string): readonly (readonly [at: string, JsonObject])[] => {
  const value = json[field];
  if (isObject(value)) return [[`${at}/${field}`, value]];
  const items = Array.isArray(value) ? (value as readonly Json[]) : [];
  return items.flatMap((item, index) => (isObject(item) ? [[`${at}/${field}[${index}]`, item] as const] : []));
};

const TEMPLATES = ['Parameters', 'ResultSelector', 'ItemSelector', 'Assign', 'Credentials', 'BatchInput'];
const PARTS = ['Catch', 'Choices', 'ItemReader', 'ItemBatcher', 'ResultWriter'];

/** Literals in payload templates of `json`, a state or a part of it. */
function* withoutDollar(json: JsonObject, at: string): Generator<Diagnostic> {
  for (const field of TEMPLATES)
    for (const [key, value, where] of entriesIn(json[field], `${at}/${field}`))
      if (!key.endsWith('.$') && isDynamic(value))
        yield warning(
          'NO_DOLLAR',
          where,
          `The value of '${key}' looks like a JSONPath or an intrinsic function, but the field's name does not end with '.$'`,
        );
  for (const part of PARTS) for (const [where, inner] of objectsIn(json, part, at)) yield* withoutDollar(inner, where);
}

/** Literals in the fields of `json` beside which there is one of the same name with `Path`. */
function* withoutPath(json: JsonObject, fields: RegExp, at: string): Generator<Diagnostic> {
  for (const [field, value] of Object.entries(json))
    if (fields.test(field) && isPath(value))
      yield warning(
        'NO_PATH',
        `${at}/${field}`,
        `The value of '${field}' looks like a path, but the field's name does not end with 'Path'`,
      );
  for (const nested of ['Choices', 'And', 'Or', 'Not'])
    for (const [where, inner] of objectsIn(json, nested, at)) yield* withoutPath(inner, fields, where);
}

const OPERAND = /^String[A-Za-z]*(?<!Path)$/;
const REASON = /^(Error|Cause)$/;

function* ofPass({ Result }: JsonObject, at: string): Generator<Diagnostic> {
  const result = `${at}/Result`;
  const found = typeof Result === 'string' ? [['Result', Result, result] as const] : entriesIn(Result, result);
  for (const [key, value, where] of found)
    if (isDynamic(value))
      yield warning(
        'PASS_RESULT_IS_STATIC',
        where,
        `The value of '${key}' looks like a path, but a Result stays as it is`,
      );
}

function* inSequence(sequence: JsonObject, at: string, language: Json | undefined): Generator<Diagnostic> {
  for (const [name, state] of Object.entries(isObject(sequence.States) ? sequence.States : {})) {
    if (!isObject(state)) continue;
    const where = `${at}/States/${name}`;
    if ((state.QueryLanguage ?? language ?? 'JSONPath') === 'JSONPath') {
      yield* withoutDollar(state, where);
      if (state.Type === 'Choice') yield* withoutPath(state, OPERAND, where);
      if (state.Type === 'Fail') yield* withoutPath(state, REASON, where);
      if (state.Type === 'Pass') yield* ofPass(state, where);
    }
    for (const field of ['Branches', 'ItemProcessor', 'Iterator'])
      for (const [inner, below] of objectsIn(state, field, where)) yield* inSequence(below, inner, language);
  }
}

/** None of a text that is no definition. */
export const warningsOf = (definition: string): Diagnostic[] => {
  const json = readJson(definition);
  return json instanceof NotJson || !isObject(json) ? [] : [...inSequence(json, '', json.QueryLanguage)];
};
