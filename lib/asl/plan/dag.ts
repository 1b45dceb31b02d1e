// A graph as numbers: what the planner works on. Nodes are numbered so that needs come first, and alike whatever order they
// came in, so that a plan does not depend on the order of the source.
import { invariant } from '../../support/invariant.ts';
import { topologicalRanks } from '../../support/topological-order.ts';

/** A node to plan: its id and the ids of the nodes that must be done before it. Ids outside the list are ignored. */
export interface Planned {
  readonly id: string;
  readonly needs: readonly string[];
}

export interface Dag {
  /** By number, in a topological order: by rank, then by id. */
  readonly ids: readonly string[];
  /** The numbers that each node needs, ascending. */
  readonly needs: readonly (readonly number[])[];
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export const dagOf = (nodes: readonly Planned[]): Dag => {
  const order = topologicalRanks([...nodes].sort((a, b) => byText(a.id, b.id)));
  invariant('ranks' in order, 'a cycle reached the planner: validation comes first');
  const ids = order.ranks.flat();
  const numberOf = new Map(ids.map((id, number) => [id, number]));
  const needsOf = new Map(nodes.map(({ id, needs }) => [id, needs]));
  const needs = ids.map((id) =>
    [...new Set((needsOf.get(id) ?? []).flatMap((need) => numberOf.get(need) ?? []))].sort((a, b) => a - b),
  );
  return { ids, needs };
};

/** The edges the other way round. */
export const followersOf = (needs: readonly (readonly number[])[]): readonly (readonly number[])[] => {
  const followers: number[][] = needs.map(() => []);
  for (const [node, before] of needs.entries()) for (const need of before) followers[need]?.push(node);
  return followers;
};
