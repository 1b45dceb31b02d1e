// Who reads what: every place in a pipeline where a value is taken from somewhere, with where that place stands.
import {
  type Binding,
  type Block,
  bindingsOf,
  type MapItems,
  mapItems,
  type Node,
  operandsOf,
  type Pipeline,
} from '../definition/index.ts';
import type { PlacedStage } from './graph.ts';

export type Within = PlacedStage['within'];

/** A stage or a choice, and the choices it stands in, outermost first. */
export interface Place {
  readonly id: string;
  readonly node: Node;
  readonly within: Within;
}

/** One value read. `items`: what the map goes over that the value is worked out for, so that refs to its item mean something. */
export interface Read {
  /** `pipeline.stage`, or the pipeline alone for what it returns. */
  readonly at: string;
  readonly within: Within;
  readonly binding: Binding;
  readonly as: 'input' | 'list' | 'key' | 'condition' | 'result';
  readonly items?: MapItems;
  /** The `flow.each` in which it is read. */
  readonly each?: string;
}

/** Every stage and choice of a pipeline, in the order recorded, branches included. */
export const placesIn = (block: Block, within: Within = []): readonly Place[] =>
  block.nodes.flatMap((node): Place[] => [
    { id: node.id, node, within },
    ...(node.kind === 'choose'
      ? branchesOf(node, within).flatMap((branch) => placesIn(branch.block, branch.within))
      : []),
  ]);

/** Every read of a pipeline, in the order recorded. */
export const readsIn = (pipeline: Pipeline): readonly Read[] => [
  ...placesIn(pipeline.flow).flatMap((place) => readsOf(place, `${pipeline.name}.${place.id}`)),
  { at: pipeline.name, within: [], binding: pipeline.flow.output, as: 'result' },
  ...(pipeline.when ? operandsOf(pipeline.when) : []).map(
    (binding): Read => ({ at: pipeline.name, within: [], binding, as: 'condition' }),
  ),
];

const readsOf = ({ node, within }: Place, at: string): readonly Read[] => {
  switch (node.kind) {
    case 'task':
      return [{ at, within, binding: node.bind, as: 'input' }];
    case 'map':
      return [
        { at, within, binding: node.items, as: node.rows ? 'key' : 'list' },
        {
          at,
          within,
          binding: node.bind,
          as: 'input',
          items: mapItems(node),
          ...(node.each ? { each: node.each } : {}),
        },
      ];
    case 'check':
      return bindingsOf(node).map((binding): Read => ({ at, within, binding, as: 'condition' }));
    case 'approve':
    case 'run':
    case 'service':
    case 'wait':
      return bindingsOf(node).map((binding): Read => ({ at, within, binding, as: 'input' }));
    case 'choose':
      return [
        ...operandsOf(node.when).map((binding): Read => ({ at, within, binding, as: 'condition' })),
        ...branchesOf(node, within).map(
          (branch): Read => ({ at, within: branch.within, binding: branch.block.output, as: 'result' }),
        ),
      ];
  }
};

const branchesOf = (node: Extract<Node, { kind: 'choose' }>, within: Within) => [
  { block: node.onTrue, within: [...within, { choose: node.id, branch: 'then' as const }] },
  { block: node.onFalse, within: [...within, { choose: node.id, branch: 'otherwise' as const }] },
];
