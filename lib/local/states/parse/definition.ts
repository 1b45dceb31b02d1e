// Reads a definition: JSON text in, a runnable machine or the list of its mistakes out.
import type { Ambient } from '../expressions/scope.ts';
import { isLongerThan, isObject } from '../json.ts';
import { type Diagnostic, Diagnostics } from './diagnostics.ts';
import { Fields } from './fields.ts';
import { NotJson, readJson } from './json-text.ts';
import type { QueryLanguage, Sequence, State, StateMachine } from './machine.ts';
import { parseState } from './state.ts';
import { checkTransitions } from './transitions.ts';
import { checkVariableScopes } from './variable-scopes.ts';

const LARGEST_DEFINITION = 1_048_576;
const MACHINE = ['StartAt', 'States', 'Version', 'TimeoutSeconds', 'QueryLanguage'];
const SEQUENCE = ['StartAt', 'States', 'ProcessorConfig'];

export type Parsed =
  | { readonly ok: true; readonly machine: StateMachine; readonly diagnostics: readonly Diagnostic[] }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

export interface ParseOptions {
  readonly express: boolean;
  readonly ambient: Ambient;
  /** The definition is one state out of its machine: its targets need not exist. @default false */
  readonly alone?: boolean;
}

const languageOf = (fields: Fields, inherited: QueryLanguage): QueryLanguage => {
  if (!fields.has('QueryLanguage')) return inherited;
  return fields.word('QueryLanguage', 'JSONPath', 'JSONata') ?? 'JSONata'; // AWS takes any other word for JSONata
};

/** Parses `StartAt` and `States`. Names are shared with `seen`: AWS wants them unique in the whole machine, and labels of maps too. */
const sequenceParser = (global: QueryLanguage, seen: Set<string>, alone: boolean) => {
  const labels = new Set<string>();
  const checkLabel = (fields: Fields, label: string): void => {
    if (labels.has(label))
      fields.diagnostics.add('DUPLICATE_LABEL_NAME', fields.at('Label'), `Duplicate Label name: ${label}`);
    labels.add(label);
  };
  const parse = (fields: Fields, express: boolean): Sequence => {
    fields.only(fields.location === '' ? MACHINE : SEQUENCE);
    const missing = ['States', 'StartAt'].filter((field) => !fields.has(field));
    if (missing.length > 0) fields.wrong('', `These fields are required: [${missing.join(', ')}]`);
    const states = new Map<string, State>();
    const map = fields.object('States');
    for (const [name, json] of Object.entries(map?.json ?? {})) {
      if (!map || !isObject(json)) {
        map?.wrong(name, 'Expected value of type [OBJECT]');
        continue;
      }
      if (seen.has(name)) map.diagnostics.add('DUPLICATE_STATE_NAME', map.at(name), `Duplicate state name: ${name}`);
      seen.add(name);
      const plain = map.child(json, name);
      const language = languageOf(plain, global);
      if (global === 'JSONata' && language === 'JSONPath') {
        plain.wrong('', "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine");
        continue;
      }
      const own = new Fields(json, plain.location, language, plain.diagnostics, plain.ambient);
      const state = parseState(name, own, express, parse);
      if (state) states.set(name, state);
      if (state?.kind === 'Map' && state.distribution?.label !== undefined) checkLabel(own, state.distribution.label);
    }
    const startAt = fields.text('StartAt') ?? '';
    if (!alone || fields.location !== '') checkTransitions(fields, startAt, states);
    return { startAt, states };
  };
  return parse;
};

const failed = (code: string, message: string, location: string | undefined): Parsed => ({
  ok: false,
  diagnostics: [{ code, location, message, severity: 'ERROR' }],
});

/** Parses and checks `text`. Never throws. */
export const parseDefinition = (text: string, { express, ambient, alone = false }: ParseOptions): Parsed => {
  if (isLongerThan(text, LARGEST_DEFINITION)) {
    return failed('SCHEMA_VALIDATION_FAILED', `The definition is larger than ${LARGEST_DEFINITION} bytes`, '/');
  }
  const json = readJson(text);
  if (json instanceof NotJson) return failed('INVALID_JSON_DESCRIPTION', json.message, json.location);
  if (!isObject(json)) return failed('SCHEMA_VALIDATION_FAILED', 'Definition must be a valid JSON object', undefined);
  const diagnostics = new Diagnostics();
  const fields = new Fields(json, '', 'JSONPath', diagnostics, ambient);
  const language = languageOf(fields, 'JSONPath');
  const sequence = sequenceParser(language, new Set(), alone)(fields, express);
  checkVariableScopes(json, '', diagnostics);
  fields.word('Version', '1.0');
  const timeoutSeconds = fields.whole('TimeoutSeconds', 1);
  if (diagnostics.found.length > 0) return { ok: false, diagnostics: diagnostics.found };
  return { ok: true, machine: { ...sequence, timeoutSeconds }, diagnostics: [] };
};
