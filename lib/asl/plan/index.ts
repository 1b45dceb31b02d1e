// The planner: any graph of needs as one tree of nodes in sequence and side by side, plus latches for the needs that no such
// tree can say. It holds true needs only, so nothing waits for strangers and a run takes as long as its critical path.
import { assemble } from './assemble.ts';
import { closeParallels } from './close-parallels.ts';
import { dagOf, type Planned } from './dag.ts';
import { firstNodes, lastNodes } from './ends.ts';
import { groupsOf } from './groups.ts';
import { orderOf } from './order.ts';
import { placeWaiting } from './place-waiting.ts';
import type { Latch, Plan, Planning } from './plan.ts';
import { seriesParts } from './series-cuts.ts';
import { reduceSeriesParallel } from './series-parallel.ts';
import { transitiveReduction } from './transitive-reduction.ts';
import { flatten, outermostFirst, partsOf, type Tree } from './tree.ts';

export type { Planned } from './dag.ts';
export { orderOf, placeOf } from './order.ts';
export { type Latch, outermostFirst, type Plan, type Planning, partsIn } from './plan.ts';

/** A wait by number: the nodes it waits for, and the first of those that wait. */
interface Waiting {
  readonly needs: readonly number[];
  readonly first: number;
}

/** Plans a graph without cycles. Deterministic, whatever order the nodes come in; near linear in nodes and edges. */
export const planOf = (nodes: readonly Planned[]): Planning => {
  const { ids, needs } = dagOf(nodes);
  const quotient = reduceSeriesParallel(transitiveReduction(needs));
  const waiting: Waiting[] = [];
  const treeOf = (node: number): Tree => quotient.trees[node] ?? { kind: 'sequence', parts: [] };

  const partOf = (members: readonly number[]): Tree => {
    const place = new Map(members.map((node, index) => [node, index]));
    const whole = (index: number): Tree => treeOf(members[index] ?? 0);
    const skeleton = groupsOf(
      members.map((node) => (quotient.needs[node] ?? []).flatMap((need) => place.get(need) ?? [])),
    );
    closeParallels(skeleton);
    placeWaiting(skeleton, (node) => whole(node).kind === 'parallel');
    return assemble(skeleton, whole, (number) => {
      const group = skeleton.groups[number];
      const first = (group?.members ?? []).flatMap((member) => firstNodes(whole(member)));
      const producers = (group?.needs ?? []).flatMap((need) => lastNodes(whole(need)));
      waiting.push({ needs: producers, first: first.reduce((least, node) => Math.min(least, node)) });
      return { kind: 'wait', group: waiting.length - 1 };
    });
  };

  const parts = seriesParts(quotient.needs);
  const idOf = (node: number): string => ids[node] ?? '';
  const nameOf = (wait: number): string => idOf(waiting[wait]?.first ?? 0);
  const plan = named(flatten({ kind: 'sequence', parts: parts.map(partOf) }), idOf, nameOf);
  return { plan, latches: latchesOf(plan, waiting, idOf, nameOf) };
};

/** Of what each wait needs, that which the plan's shape has not put before it. */
const latchesOf = (
  plan: Plan,
  waiting: readonly Waiting[],
  idOf: (node: number) => string,
  nameOf: (wait: number) => string,
): readonly Latch[] => {
  if (waiting.length === 0) return [];
  const isBefore = orderOf(plan);
  return waiting
    .map(({ needs, first }, wait) => ({
      first,
      name: nameOf(wait),
      producers: [...needs]
        .sort((a, b) => a - b)
        .map(idOf)
        .filter((id) => !isBefore(`node ${id}`, `wait ${nameOf(wait)}`)),
    }))
    .sort((a, b) => a.first - b.first)
    .map(({ name, producers }) => ({ name, producers }));
};

const named = (tree: Tree, idOf: (node: number) => string, nameOf: (wait: number) => string): Plan => {
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
