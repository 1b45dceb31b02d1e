// Control values: the few values of stages' outputs that the state machine itself reads, in conditions and map sizes.
import type { ControlNeed } from '../graph/index.ts';
import { type BeginControl, type Binding, beginSlot, type ControlPath, narrow } from '../records/index.ts';
import { literal } from './constant.ts';

type Ref = Extract<Binding, { kind: 'ref' }>;

/** One spelling for one path, whatever its fields hold, and no mark that JSONata or CloudFormation would read. */
const key = (path: readonly string[], count: boolean): string =>
  `${path.map(escaped).join('.') || '.'}${count ? '#' : ''}`;

const escaped = (field: string): string =>
  field === '' ? '%' : field.replaceAll(/[%.#`${}]/g, (mark) => `%${mark.charCodeAt(0).toString(16)}`);

/** Where a control value is found: the slot of the stage that gives it, and its key there. */
const place = ({ source, path }: Ref, count: boolean): { readonly slot: string; readonly key: string } => {
  if (source.kind === 'stage') return { slot: source.stage, key: key(path, count) };
  const root = source.kind === 'upstream' ? `upstream:${source.upstream}` : source.kind;
  return { slot: beginSlot, key: key([root, ...path], count) };
};

/** Each key once, in an order that does not depend on who asks first. */
const unique = <T extends { readonly key: string }>(values: readonly T[]): readonly T[] =>
  [...new Map(values.map((value) => [value.key, value])).values()].sort((a, b) => (a.key < b.key ? -1 : 1));

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

/**
 * A binding as a JSONata expression over the flow's state; with `count`, the length of the list it gives. It gives nothing
 * (JSONata's undefined) where the stage behind it did not complete, or the `choose` behind it took no branch.
 */
export const expression = (binding: Binding, count = false): string => {
  switch (binding.kind) {
    case 'value':
      if (!count) return literal(binding.value);
      return Array.isArray(binding.value) ? String(binding.value.length) : '0';
    case 'ref': {
      const { slot, key: name } = place(binding, count);
      return `$states.input.control.${quoted(slot)}.${quoted(name)}`;
    }
    case 'chosen': {
      const branch = (result: Binding): string => expression(narrow(result, binding.path), count);
      const taken = `$states.input.chosen.${quoted(binding.choose)}`;
      return `(${taken} = 'then' ? ${branch(binding.onTrue)} : ${taken} = 'otherwise' ? ${branch(binding.onFalse)})`;
    }
    case 'list':
      return count ? String(binding.items.length) : `[${binding.items.map((item) => expression(item)).join(', ')}]`;
    case 'object':
      return `{${Object.entries(binding.fields)
        .map(([name, field]) => `${literal(name)}: ${expression(field)}`)
        .join(', ')}}`;
  }
};
