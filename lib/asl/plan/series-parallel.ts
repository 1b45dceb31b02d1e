// Series-parallel reduction: two nodes with the same neighbours become one Parallel, two nodes with only each other become one
// Sequence, until nothing more can be merged. What is left is one node if and only if the graph is series-parallel.
import { followersOf } from './dag.ts';
import type { Tree } from './tree.ts';

/** What is left: a tree for each remaining node, in a topological order, and what each needs. */
export interface Quotient {
  readonly trees: readonly Tree[];
  readonly needs: readonly (readonly number[])[];
}

/** A number's bits, stirred: the hash of a set is the exclusive or of its members'. */
const stirred = (number: number): number => {
  let bits = Math.imul(number + 1, 0x9e3779b1);
  bits = Math.imul(bits ^ (bits >>> 15), 0x85ebca6b);
  return bits ^ (bits >>> 13);
};

/** A set of neighbours that knows its hash. */
class Neighbours {
  readonly members: Set<number>;
  hash = 0;

  constructor(members: readonly number[]) {
    this.members = new Set(members);
    for (const member of members) this.hash ^= stirred(member);
  }

  remove(member: number): void {
    if (this.members.delete(member)) this.hash ^= stirred(member);
  }

  replace(member: number, by: number): void {
    this.remove(member);
    if (this.members.has(by)) return;
    this.members.add(by);
    this.hash ^= stirred(by);
  }

  equals(other: Neighbours): boolean {
    if (this.hash !== other.hash || this.members.size !== other.members.size) return false;
    for (const member of this.members) if (!other.members.has(member)) return false;
    return true;
  }

  only(): number | undefined {
    if (this.members.size !== 1) return undefined;
    for (const member of this.members) return member;
    return undefined;
  }
}

interface Part {
  tree: Tree;
  readonly before: Neighbours;
  readonly after: Neighbours;
}

/** `needs` are a transitive reduction, in a topological order. Near linear: each merge costs the edges that it removes. */
export const reduceSeriesParallel = (needs: readonly (readonly number[])[]): Quotient => {
  const followers = followersOf(needs);
  const parts = new Map<number, Part>();
  for (const [node, before] of needs.entries()) {
    parts.set(node, {
      tree: { kind: 'node', node },
      before: new Neighbours(before),
      after: new Neighbours(followers[node] ?? []),
    });
  }
  const alike = new Map<string, number>();
  const open = [...parts.keys()].reverse();

  const mergeParallel = (kept: number, part: Part, gone: number, other: Part): void => {
    part.tree = { kind: 'parallel', branches: [part.tree, other.tree] };
    parts.delete(gone);
    for (const node of other.before.members) {
      parts.get(node)?.after.remove(gone);
      open.push(node);
    }
    for (const node of other.after.members) {
      parts.get(node)?.before.remove(gone);
      open.push(node);
    }
    open.push(kept);
  };

  /** The number of the side with more neighbours is kept, so that only the fewer are told. */
  const mergeSeries = (first: number, one: Part, second: number, two: Part): void => {
    const keepFirst = one.before.members.size >= two.after.members.size;
    const [kept, gone] = keepFirst ? [first, second] : [second, first];
    parts.delete(gone);
    parts.set(kept, {
      tree: { kind: 'sequence', parts: [one.tree, two.tree] },
      before: one.before,
      after: two.after,
    });
    for (const node of keepFirst ? two.after.members : one.before.members) {
      const neighbour = parts.get(node);
      (keepFirst ? neighbour?.before : neighbour?.after)?.replace(gone, kept);
      open.push(node);
    }
    open.push(kept);
  };

  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const part = parts.get(node);
    if (!part) continue;
    const next = part.after.only();
    const follower = next === undefined ? undefined : parts.get(next);
    if (next !== undefined && follower?.before.members.size === 1) {
      mergeSeries(node, part, next, follower);
      continue;
    }
    const last = part.before.only();
    const leader = last === undefined ? undefined : parts.get(last);
    if (last !== undefined && leader?.after.members.size === 1) {
      mergeSeries(last, leader, node, part);
      continue;
    }
    const key = `${part.before.hash},${part.after.hash}`;
    const twin = alike.get(key);
    const other = twin === undefined ? undefined : parts.get(twin);
    if (twin !== undefined && twin !== node && other?.before.equals(part.before) && other.after.equals(part.after)) {
      mergeParallel(twin, other, node, part);
    } else alike.set(key, node);
  }
  return inOrder(parts);
};

/** The parts renumbered in a topological order, which their own numbers are not: each is that of one node inside. */
const inOrder = (parts: ReadonlyMap<number, Part>): Quotient => {
  const missing = new Map([...parts].map(([node, { before }]) => [node, before.members.size]));
  const order = [...missing].flatMap(([node, count]) => (count === 0 ? [node] : []));
  for (const node of order) {
    for (const follower of parts.get(node)?.after.members ?? []) {
      const left = (missing.get(follower) ?? 0) - 1;
      missing.set(follower, left);
      if (left === 0) order.push(follower);
    }
  }
  const place = new Map(order.map((node, index) => [node, index]));
  const needs = order.map((node) =>
    [...(parts.get(node)?.before.members ?? [])].map((need) => place.get(need) ?? 0).sort((a, b) => a - b),
  );
  return { trees: order.flatMap((node) => parts.get(node)?.tree ?? []), needs };
};
