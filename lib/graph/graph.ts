// A pipeline as a graph: which node needs which, level by level, and which values the state machine itself must see.
import {
  type Binding,
  type Block,
  besideIn,
  bindingsOf,
  choicesIn,
  type HandledNode,
  isHandled,
  type Node,
  operandsOf,
  type Pipeline,
  refsIn,
  type Source,
  type StageNode,
} from '../definition/index.ts';

/** A node of one level (the pipeline itself, or a branch of a `choose`) and the ids of the nodes it needs there. */
export interface GraphNode {
  readonly node: Node;
  readonly id: string;
  readonly needs: readonly string[];
  /** For a `choose`: its branches. */
  readonly onTrue?: Level;
  readonly onFalse?: Level;
  /** For a map: those that run in the same Map, batch by batch; each with what it needs, be it inside or not. */
  readonly followers?: readonly GraphNode[];
}

export interface Level {
  readonly nodes: readonly GraphNode[];
}

/** A value that a condition or a map reads, and where from. `count`: only the length of the list is read. */
export interface ControlNeed {
  readonly source: Source;
  readonly path: readonly string[];
  readonly count: boolean;
}

export interface PlacedStage<N extends StageNode = StageNode> {
  readonly id: string;
  readonly node: N;
  /** The choices it stands in, outermost first. */
  readonly within: readonly { readonly choose: string; readonly branch: 'then' | 'otherwise' }[];
}

export interface PipelineGraph {
  readonly pipeline: Pipeline;
  readonly root: Level;
  /** Every stage, in the order recorded, branches included. */
  readonly stages: readonly PlacedStage[];
  /** Those of them whose work is a handler. */
  readonly handled: readonly PlacedStage<HandledNode>[];
  readonly controls: readonly ControlNeed[];
}

/** The stages and choices that a node reads from or waits for, at any level. */
export const dependenciesOf = (node: Node): readonly string[] => {
  const from = (binding: Binding): string[] => [
    ...refsIn(binding).flatMap((ref) => (ref.source.kind === 'stage' ? [ref.source.stage] : [])),
    ...besideIn(binding),
    ...choicesIn(binding),
  ];
  const read = bindingsOf(node).flatMap(from);
  if (node.kind !== 'choose') return [...read, ...node.after];
  return [...read, ...[node.onTrue, node.onFalse].flatMap(dependenciesOfBlock)];
};

const dependenciesOfBlock = (block: Block): readonly string[] => {
  const inside = new Set(block.nodes.map((node) => node.id));
  return block.nodes.flatMap(dependenciesOf).filter((id) => !inside.has(id));
};

/** The nodes of a block, each with those of the same block that it needs. */
export const levelOf = (block: Block): Level => {
  const here = new Map<string, string>();
  for (const node of block.nodes) for (const id of idsIn(node)) here.set(id, node.id);
  return {
    nodes: block.nodes.map((node) => {
      const needs = dependenciesOf(node).flatMap((id) => here.get(id) ?? []);
      const base = {
        node,
        id: node.id,
        needs: [...new Set(needs)].filter((id) => id !== node.id || node.kind !== 'choose'),
      };
      return node.kind === 'choose' ? { ...base, onTrue: levelOf(node.onTrue), onFalse: levelOf(node.onFalse) } : base;
    }),
  };
};

/** A node's own id and those of the nodes in its branches. */
const idsIn = (node: Node): readonly string[] =>
  node.kind === 'choose'
    ? [node.id, ...[node.onTrue, node.onFalse].flatMap((block) => block.nodes.flatMap(idsIn))]
    : [node.id];

const stagesIn = (block: Block, within: PlacedStage['within']): readonly PlacedStage[] =>
  block.nodes.flatMap((node) =>
    node.kind === 'choose'
      ? [
          ...stagesIn(node.onTrue, [...within, { choose: node.id, branch: 'then' }]),
          ...stagesIn(node.onFalse, [...within, { choose: node.id, branch: 'otherwise' }]),
        ]
      : [{ id: node.id, node, within }],
  );

/** The bindings that the state machine itself reads, for a node and those inside it; `count`: only a list's length. */
const controlBindingsOf = (node: Node): readonly { readonly binding: Binding; readonly count: boolean }[] => {
  if (node.kind === 'map') return [{ binding: node.items, count: node.rows === undefined }];
  if (node.kind !== 'choose') return [];
  return [
    ...operandsOf(node.when).map((binding) => ({ binding, count: false })),
    ...[node.onTrue, node.onFalse].flatMap(({ nodes }) => nodes.flatMap(controlBindingsOf)),
  ];
};

/** The control values that a node and those inside it read. */
export const controlsOf = (node: Node): readonly ControlNeed[] =>
  controlBindingsOf(node).flatMap(({ binding, count }) =>
    refsIn(binding).map(({ source, path }) => ({ source, path, count })),
  );

/** The choices whose outcome the state machine itself reads for a node and those inside it. */
export const controlChoicesOf = (node: Node): readonly string[] =>
  controlBindingsOf(node).flatMap(({ binding }) => choicesIn(binding));

/** The graph of a pipeline. Pure, and total: it also takes definitions that break the rules. */
export const graphOf = (pipeline: Pipeline): PipelineGraph => {
  const stages = stagesIn(pipeline.flow, []);
  return {
    pipeline,
    root: levelOf(pipeline.flow),
    stages,
    handled: stages.flatMap(({ node, ...place }) => (isHandled(node) ? [{ node, ...place }] : [])),
    controls: pipeline.flow.nodes.flatMap(controlsOf),
  };
};
