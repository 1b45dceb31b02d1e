// What is assigned in a branch or an iteration must have another name than all that is assigned around it.
// https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html
import { isObject, type Json, type JsonObject } from '../json.ts';
import type { Diagnostics } from './diagnostics.ts';

const objectsIn = (value: Json | undefined): readonly JsonObject[] =>
  Array.isArray(value) ? (value as readonly Json[]).filter(isObject) : [];

/** Each variable that a state assigns, with where it does. */
const assignments = (state: JsonObject): readonly (readonly [name: string, where: string])[] =>
  [
    ['', state] as const,
    ...['Choices', 'Catch'].flatMap((field) =>
      objectsIn(state[field]).map((part, index) => [`${field}[${index}]/`, part] as const),
    ),
  ].flatMap(([where, { Assign }]) =>
    Object.keys(isObject(Assign) ? Assign : {}).map((name) => [name.replace(/\.\$$/, ''), `${where}Assign`] as const),
  );

/** The sequences in a state that see its variables: those of a Distributed Map do not. */
const inner = (state: JsonObject): readonly (readonly [where: string, JsonObject])[] => {
  const branches = objectsIn(state.Branches).map((branch, index) => [`Branches[${index}]`, branch] as const);
  const field = isObject(state.ItemProcessor) ? 'ItemProcessor' : 'Iterator';
  const processor = state[field];
  if (!isObject(processor)) return branches;
  const isDistributed = isObject(processor.ProcessorConfig) && processor.ProcessorConfig.Mode === 'DISTRIBUTED';
  return isDistributed ? branches : [...branches, [field, processor]];
};

/** Reports each assignment in `sequence` to a variable of `around`. */
export const checkVariableScopes = (
  sequence: JsonObject,
  location: string,
  diagnostics: Diagnostics,
  around: ReadonlySet<string> = new Set(),
): void => {
  const states = Object.entries(isObject(sequence.States) ? sequence.States : {}).flatMap(([name, state]) =>
    isObject(state) ? [{ at: `${location}/States/${name}`, state, assigned: assignments(state) }] : [],
  );
  const own = new Set([...around, ...states.flatMap(({ assigned }) => assigned.map(([name]) => name))]);
  for (const { at, state, assigned } of states) {
    for (const [name, where] of assigned)
      if (around.has(name))
        diagnostics.add(
          'DUPLICATE_VARIABLE_NAME', // as measured on AWS by others (iwamot/sfnx); the words are ours
          `${at}/${where}/${name}`,
          `The variable '${name}' is assigned in an outer scope too`,
        );
    for (const [where, below] of inner(state)) checkVariableScopes(below, `${at}/${where}`, diagnostics, own);
  }
};
