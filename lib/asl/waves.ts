// The order of a level as a series-parallel tree. The one place that decides what runs beside what.
import type { GraphNode, Level } from '../graph/index.ts';
import { invariant } from '../support/invariant.ts';
import { topologicalRanks } from '../support/topological-order.ts';

export type Plan =
  | { readonly kind: 'node'; readonly node: GraphNode }
  | { readonly kind: 'sequence'; readonly parts: readonly Plan[] }
  | { readonly kind: 'parallel'; readonly branches: readonly Plan[] };

/**
 * Plans a level: nodes are cut into waves by rank, and a wave starts when the one before it is done. Correct for every
 * graph, though a node may wait for others of the wave before that it does not need.
 */
export const plan = (level: Level): Plan => {
  const order = topologicalRanks(level.nodes);
  invariant('ranks' in order, 'a cycle reached the planner: validation comes first');
  const byId = new Map(level.nodes.map((node) => [node.id, node]));
  const waves = order.ranks.map((ids) =>
    ids.flatMap((id): Plan[] => {
      const node = byId.get(id);
      return node ? [{ kind: 'node', node }] : [];
    }),
  );
  return sequence(waves.map(parallel));
};

const sequence = (parts: readonly Plan[]): Plan =>
  parts.length === 1 && parts[0] ? parts[0] : { kind: 'sequence', parts };

const parallel = (branches: readonly Plan[]): Plan =>
  branches.length === 1 && branches[0] ? branches[0] : { kind: 'parallel', branches };
