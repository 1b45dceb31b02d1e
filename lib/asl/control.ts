// Control values: the few values of stages' outputs that the state machine itself reads, in conditions and map sizes.
import type { ControlNeed } from '../graph/index.ts';
import { type BeginControl, type Binding, type ControlPath, narrow } from '../records/index.ts';

/** The slot of `$states.input.control` that holds what `begin` worked out. No stage can have this name. */
export const beginSlot = 'begin()';

type Ref = Extract<Binding, { kind: 'ref' }>;

const key = (path: readonly string[], count: boolean): string => `${path.join('.')}${count ? '#' : ''}`;

/** Where a control value is found: the slot of the stage that gives it, and its key there. */
const place = ({ source, path }: Ref, count: boolean): { readonly slot: string; readonly key: string } => {
  if (source.kind === 'stage') return { slot: source.stage, key: key(path, count) };
  const root = source.kind === 'upstream' ? `upstream:${source.upstream}` : source.kind;
  return { slot: beginSlot, key: key([root, ...path], count) };
};

const unique = <T extends { readonly key: string }>(values: readonly T[]): readonly T[] => [
  ...new Map(values.map((value) => [value.key, value])).values(),
];

/** What a stage's Lambda must answer with, for the conditions and maps that read it. */
export const controlOfStage = (stage: string, needs: readonly ControlNeed[]): readonly ControlPath[] =>
  unique(
    needs.flatMap(({ source, path, count }) =>
      source.kind === 'stage' && source.stage === stage
        ? [{ key: key(path, count), path, ...(count ? { count } : {}) }]
        : [],
    ),
  );

/** What `begin` must answer with: values of the run's input or of an upstream's output. */
export const controlOfBegin = (needs: readonly ControlNeed[]): readonly BeginControl[] =>
  unique(
    needs.flatMap(({ source, path, count }): BeginControl[] => {
      if (source.kind === 'stage' || source.kind === 'item') return [];
      const bind: Ref = { kind: 'ref', source, path };
      return [{ key: place(bind, count).key, bind, ...(count ? { count } : {}) }];
    }),
  );

const quoted = (name: string): string => `\`${name}\``;

/** A binding as a JSONata expression over the flow's state; with `count`, the length of the list it gives. */
export const expression = (binding: Binding, count = false): string => {
  switch (binding.kind) {
    case 'value':
      return count && Array.isArray(binding.value) ? String(binding.value.length) : JSON.stringify(binding.value);
    case 'ref': {
      const { slot, key: name } = place(binding, count);
      return `$states.input.control.${quoted(slot)}.${quoted(name)}`;
    }
    case 'chosen': {
      const branch = (taken: Binding): string => expression(narrow(taken, binding.path), count);
      return `($states.input.chosen.${quoted(binding.choose)} = 'then' ? ${branch(binding.onTrue)} : ${branch(binding.onFalse)})`;
    }
    case 'list':
      return count ? String(binding.items.length) : `[${binding.items.map((item) => expression(item)).join(', ')}]`;
    case 'object':
      return `{${Object.entries(binding.fields)
        .map(([name, field]) => `${JSON.stringify(name)}: ${expression(field)}`)
        .join(', ')}}`;
  }
};
