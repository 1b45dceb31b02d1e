// Every target exists, every state can be reached, and there is an end.
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

const reachedFrom = (startAt: string, states: ReadonlyMap<string, State>): ReadonlySet<string> => {
  const reached = new Set<string>();
  const ahead = [startAt];
  for (let name = ahead.pop(); name !== undefined; name = ahead.pop()) {
    const state = reached.has(name) ? undefined : states.get(name);
    reached.add(name);
    if (state) ahead.push(...targets(state).map(({ to }) => to));
  }
  return reached;
};

/** Reports targets that do not exist, a whole machine without an end, and else the states that nothing leads to. */
export const checkTransitions = (fields: Fields, startAt: string, states: ReadonlyMap<string, State>): void => {
  const declared = fields.object('States')?.json;
  if (declared === undefined || !fields.has('StartAt')) return;
  const { diagnostics } = fields;
  const names = Object.keys(declared);
  const check = (to: string, at: string): void => {
    if (Object.hasOwn(declared, to)) return;
    diagnostics.add('MISSING_TRANSITION_TARGET', at, `Missing 'Next' target: ${to}`, nearest(to, names));
  };
  check(startAt, fields.at('StartAt'));
  for (const state of states.values())
    for (const { field, to } of targets(state)) check(to, fields.at(`States/${state.name}/${field}`));
  if (names.length !== states.size) return; // nobody knows where those lead that could not be read
  const hasEnd = [...states.values()].some(({ kind, next }) => next === undefined && kind !== 'Choice');
  if (!hasEnd && fields.location === '') {
    diagnostics.add('MISSING_END_STATE', undefined, 'Workflow has no terminal state');
    return;
  }
  const reached = reachedFrom(startAt, states);
  for (const name of names) {
    if (!reached.has(name))
      diagnostics.add('MISSING_TRANSITION_TARGET', fields.at(`States/${name}`), `State "${name}" is not reachable.`);
  }
};
