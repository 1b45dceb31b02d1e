// Every target exists, every state can be reached.
import { nearest } from '../../../support/nearest.ts';
import type { Fields } from './fields.ts';
import type { State } from './machine.ts';

const targets = (state: State): { readonly field: string; readonly to: string }[] => [
  ...(state.next === undefined ? [] : [{ field: 'Next', to: state.next }]),
  ...('catch' in state ? state.catch.map(({ next }, index) => ({ field: `Catch[${index}]/Next`, to: next })) : []),
  ...(state.kind === 'Choice'
    ? [
        ...state.rules.map(({ next }, index) => ({ field: `Choices[${index}]/Next`, to: next })),
        ...(state.otherwise === undefined ? [] : [{ field: 'Default', to: state.otherwise }]),
      ]
    : []),
];

const missing = (name: string, states: ReadonlyMap<string, State>): string => {
  const like = nearest(name, [...states.keys()]);
  return `Missing 'Next' target: ${name}${like === undefined ? '' : `; did you mean ${like}?`}`;
};

/** Reports targets that do not exist and, where all do, states that nothing leads to. */
export const checkTransitions = (fields: Fields, startAt: string, states: ReadonlyMap<string, State>): void => {
  const declared = fields.object('States')?.json;
  if (declared === undefined || !fields.has('StartAt')) return;
  const { diagnostics } = fields;
  let broken = Object.keys(declared).length !== states.size;
  if (!Object.hasOwn(declared, startAt)) {
    broken = true;
    diagnostics.add(
      'MISSING_TRANSITION_TARGET',
      fields.at('StartAt'),
      missing(startAt, states).replace("'Next'", "'StartAt'"),
    );
  }
  const reached = new Set([startAt]);
  for (const state of states.values()) {
    for (const { field, to } of targets(state)) {
      if (to !== state.name) reached.add(to);
      if (Object.hasOwn(declared, to)) continue;
      broken = true;
      diagnostics.add('MISSING_TRANSITION_TARGET', fields.at(`States/${state.name}/${field}`), missing(to, states));
    }
  }
  if (broken) return;
  for (const name of states.keys()) {
    if (reached.has(name)) continue;
    diagnostics.add('UNREACHABLE_STATE', fields.at(`States/${name}`), `State "${name}" is not reachable.`);
  }
};
