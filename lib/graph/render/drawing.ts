// A pipeline's graph as boxes and arrows, ready for any notation. Edges that follow from others are left out.
import type { Node, WaitNode } from '../../definition/index.ts';
import type { GraphNode, Level, PipelineGraph } from '../graph.ts';
import { spelled } from '../source.ts';

export interface Box {
  readonly id: string;
  readonly kind: Node['kind'] | 'upstream';
  readonly label: string;
}

export interface Arrow {
  readonly from: string;
  readonly to: string;
  /** The branch of a choice that the arrow enters. */
  readonly branch?: 'yes' | 'no';
}

export interface Drawing {
  readonly title: string;
  readonly boxes: readonly Box[];
  readonly arrows: readonly Arrow[];
}

/** How a node reads in one line. */
export const labelOf = (node: Node): string => {
  switch (node.kind) {
    case 'map':
      return `${node.id} [each item, ${node.batch} a call]`;
    case 'choose':
      return `${node.id}?`;
    case 'service':
      return `${node.id} [${node.service}]`;
    case 'run':
      return `${node.id} [runs ${node.child.name}]`;
    case 'approve':
      return `${node.id} [asks: ${node.prompt}]`;
    case 'check':
      return `${node.id} [${node.severity === 'warn' ? 'warns' : 'checks'}]`;
    case 'wait':
      return `${node.id} [${waitText(node.wait)}]`;
    case 'task':
      return node.id;
  }
};

const waitText = (wait: WaitNode['wait']): string => {
  if (wait.kind === 'for') return `waits ${wait.seconds} s`;
  return wait.at.kind === 'ref' ? `waits until ${spelled(wait.at)}` : 'waits until a moment';
};

/** The needs of a node less those that another of its needs has already, at any distance. */
export const directNeeds = (node: GraphNode, level: Level): readonly string[] => {
  const byId = new Map(level.nodes.map((other) => [other.id, other]));
  const above = (id: string, seen: Set<string>): void => {
    for (const need of byId.get(id)?.needs ?? []) {
      if (seen.has(need)) continue;
      seen.add(need);
      above(need, seen);
    }
  };
  const indirect = new Set<string>();
  for (const need of node.needs) above(need, indirect);
  return node.needs.filter((need) => !indirect.has(need));
};

type Start = Omit<Arrow, 'to'>;

/** Where the way on from a node starts: the node itself, or what comes last in each branch of a choice. */
const exitsOf = ({ id, onTrue, onFalse }: GraphNode): readonly Start[] => {
  if (!onTrue || !onFalse) return [{ from: id }];
  const exits = (level: Level, branch: 'yes' | 'no'): readonly Start[] => {
    const needed = new Set(level.nodes.flatMap(({ needs }) => needs));
    return level.nodes.length === 0
      ? [{ from: id, branch }]
      : level.nodes.filter((node) => !needed.has(node.id)).flatMap(exitsOf);
  };
  return [...exits(onTrue, 'yes'), ...exits(onFalse, 'no')];
};

/** The drawing of a pipeline: its stages and choices, and the upstream pipelines that its first stages wait for. */
export const drawingOf = ({ pipeline, root }: PipelineGraph): Drawing => {
  const boxes: Box[] = [];
  const arrows: Arrow[] = [];
  const draw = (level: Level, entry: Start | undefined): void => {
    const byId = new Map(level.nodes.map((node) => [node.id, node]));
    for (const graphNode of level.nodes) {
      const { node, id } = graphNode;
      boxes.push({ id, kind: node.kind, label: labelOf(node) });
      const needs = directNeeds(graphNode, level);
      for (const start of needs.flatMap((need) => byId.get(need) ?? []).flatMap(exitsOf))
        arrows.push({ ...start, to: id });
      if (needs.length === 0 && entry) arrows.push({ ...entry, to: id });
      if (graphNode.onTrue) draw(graphNode.onTrue, { from: id, branch: 'yes' });
      if (graphNode.onFalse) draw(graphNode.onFalse, { from: id, branch: 'no' });
    }
  };
  draw(root, undefined);
  const first = root.nodes.filter(({ needs }) => needs.length === 0);
  for (const [alias, upstream] of Object.entries(pipeline.upstream)) {
    boxes.push({ id: `upstream_${alias}`, kind: 'upstream', label: upstream.name });
    for (const { id } of first) arrows.push({ from: `upstream_${alias}`, to: id });
  }
  return { title: pipeline.name, boxes, arrows };
};
