// The planner: any graph of needs as one tree of nodes in sequence and side by side, plus latches for the needs that no such
// tree can say. It holds true needs only, so nothing waits for strangers and a run takes as long as its critical path.
import { assemble } from './assemble.ts';
import { closeParallels } from './close-parallels.ts';
import { dagOf, type Planned } from './dag.ts';
import { groupsOf } from './groups.ts';
import { firstNodes, lastNodes, latchesOf } from './latches.ts';
import { placeWaiting } from './place-waiting.ts';
import { seriesParts } from './series-cuts.ts';
import { reduceSeriesParallel } from './series-parallel.ts';
import { transitiveReduction } from './transitive-reduction.ts';
import { flatten, outermostFirst, partsOf, type Tree } from './tree.ts';

export type { Planned } from './dag.ts';

/** Nodes by id; `wait` stands for the latch of that name. */
export type Plan =
  | { readonly kind: 'node'; readonly id: string }
  | { readonly kind: 'wait'; readonly latch: string }
  | { readonly kind: 'sequence'; readonly parts: readonly Plan[] }
  | { readonly kind: 'parallel'; readonly branches: readonly Plan[] };

/** What stands after the wait of this name starts when all `producers` are done. Named after the first node that waits. */
export interface Latch {
  readonly name: string;
  readonly producers: readonly string[];
}

export interface Planning {
  readonly plan: Plan;
  readonly latches: readonly Latch[];
}

/** Plans a graph without cycles. Deterministic, whatever order the nodes come in; near linear in nodes and edges. */
export const planOf = (nodes: readonly Planned[]): Planning => {
  const { ids, needs } = dagOf(nodes);
  const quotient = reduceSeriesParallel(transitiveReduction(needs));
  const waiting: { readonly needs: readonly number[]; readonly first: number }[] = [];
  const treeOf = (node: number): Tree => quotient.trees[node] ?? { kind: 'sequence', parts: [] };

  const partOf = (members: readonly number[]): Tree => {
    const place = new Map(members.map((node, index) => [node, index]));
    const whole = (index: number): Tree => treeOf(members[index] ?? 0);
    const skeleton = groupsOf(
      members.map((node) => (quotient.needs[node] ?? []).flatMap((need) => place.get(need) ?? [])),
    );
    closeParallels(skeleton);
    placeWaiting(skeleton);
    return assemble(skeleton, whole, (number) => {
      const group = skeleton.groups[number];
      const first = (group?.members ?? []).flatMap((member) => firstNodes(whole(member)));
      const producers = (group?.needs ?? []).flatMap((need) => lastNodes(whole(need)));
      waiting.push({ needs: producers, first: first.reduce((least, node) => Math.min(least, node)) });
      return { kind: 'wait', group: waiting.length - 1 };
    });
  };

  const parts = seriesParts(quotient.needs);
  const tree = flatten<number>({ kind: 'sequence', parts: parts.map(partOf) });
  const idOf = (node: number): string => ids[node] ?? '';
  const nameOf = (group: number): string => idOf(waiting[group]?.first ?? 0);
  return {
    plan: named(tree, idOf, nameOf),
    latches: latchesOf(tree, (group) => waiting[group]?.needs ?? []).map(({ group, producers }) => ({
      name: nameOf(group),
      producers: producers.map(idOf),
    })),
  };
};

const named = (tree: Tree, idOf: (node: number) => string, nameOf: (group: number) => string): Plan => {
  const made = new Map<Tree, Plan>();
  const known = (part: Tree): Plan => made.get(part) ?? { kind: 'sequence', parts: [] };
  for (const part of outermostFirst(tree).toReversed()) {
    if (part.kind === 'node') made.set(part, { kind: 'node', id: idOf(part.node) });
    else if (part.kind === 'wait') made.set(part, { kind: 'wait', latch: nameOf(part.group) });
    else if (part.kind === 'sequence') made.set(part, { kind: 'sequence', parts: partsOf(part).map(known) });
    else made.set(part, { kind: 'parallel', branches: partsOf(part).map(known) });
  }
  return known(tree);
};
