import type { Binding, Pipeline } from '../../definition/index.ts';
import { type Place, placesIn, readsIn, type Within } from '../read.ts';
import type { Rule } from './rule.ts';

/** A stage or choice read from where its branch may not have run. */
interface Hidden {
  readonly id: string;
  readonly branch: Within[number];
}

/**
 * HDL205: a stage inside a branch of a `flow.choose` is read from outside that branch, where it may not have run. Fix:
 * return the value from the branch, and read what flow.choose gave back: the value of whichever branch ran.
 */
export const refsStayInScope: Rule = ({ graph: { pipeline } }) => {
  const places = new Map(placesIn(pipeline.flow).map((place) => [place.id, place]));
  const told = new Set<string>();
  return [...readsOf(pipeline, places), ...waitsOf(pipeline, places)].flatMap(({ at, id, branch }) => {
    if (told.has(`${at} ${id}`)) return [];
    told.add(`${at} ${id}`);
    return [
      {
        code: 'HDL205',
        severity: 'error',
        at,
        message: `reads ${id}, which runs only in the ${branch.branch} branch of ${branch.choose}`,
        fix: `return ${id} from that branch and read what flow.choose gave back`,
      },
    ];
  });
};

type Places = ReadonlyMap<string, Place>;

const readsOf = (pipeline: Pipeline, places: Places) =>
  readsIn(pipeline).flatMap(({ at, binding, within }) =>
    hiddenIn(binding, within, places).map((hidden) => ({ at, ...hidden })),
  );

const waitsOf = (pipeline: Pipeline, places: Places) =>
  [...places.values()].flatMap(({ id, node, within }) => {
    const after = node.kind === 'choose' ? [] : node.after;
    return after.flatMap((stage) =>
      hiddenFrom(within, stage, places).map((hidden) => ({ at: `${pipeline.name}.${id}`, ...hidden })),
    );
  });

/** Empty when a reader standing in `within` can rely on `id` to have had its turn. */
const hiddenFrom = (within: Within, id: string, places: Places): readonly Hidden[] => {
  const branch = places.get(id)?.within.find((step, depth) => !same(step, within[depth]));
  return branch ? [{ id, branch }] : [];
};

const hiddenIn = (binding: Binding, within: Within, places: Places): readonly Hidden[] => {
  switch (binding.kind) {
    case 'value':
      return [];
    case 'ref':
      return binding.source.kind === 'stage' ? hiddenFrom(within, binding.source.stage, places) : [];
    case 'object':
      return Object.values(binding.fields).flatMap((field) => hiddenIn(field, within, places));
    case 'list':
      return binding.items.flatMap((item) => hiddenIn(item, within, places));
    case 'chosen': {
      const { choose } = binding;
      const around = places.get(choose)?.within ?? [];
      return [
        ...hiddenFrom(within, choose, places),
        // What a branch returns is read in that branch, wherever the choice's value goes.
        ...hiddenIn(binding.onTrue, [...around, { choose, branch: 'then' }], places),
        ...hiddenIn(binding.onFalse, [...around, { choose, branch: 'otherwise' }], places),
      ];
    }
  }
};

const same = (one: Within[number], other: Within[number] | undefined): boolean =>
  one.choose === other?.choose && one.branch === other.branch;
