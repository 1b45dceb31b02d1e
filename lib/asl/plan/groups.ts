// Nodes with the same needs start together: they are planned as one group. Where each group stands makes the skeleton.
import { followersOf } from './dag.ts';

export interface Group {
  /** What every member needs. Two or more: the group waits, unless something brings them together. */
  readonly needs: readonly number[];
  readonly members: readonly number[];
  /** Groups that wait inside this group's Parallel, beside its members. */
  readonly inside: number[];
  /** The group that starts when this one and all that hangs below it are done: this group's Parallel is closed. */
  next?: number;
  /** The group whose Parallel this one waits inside, or which it is `next` of. */
  owner?: number;
  /** The node that this group comes right after. */
  after?: number;
}

/** Where the groups of a graph stand. The first group is that of the nodes that need nothing. */
export interface Skeleton {
  readonly needs: readonly (readonly number[])[];
  readonly followers: readonly (readonly number[])[];
  readonly groups: readonly Group[];
  readonly groupOf: readonly number[];
  /** The group that comes right after a node, by node. */
  readonly under: (number | undefined)[];
}

/** A group with one need comes right after it. Every other stands nowhere yet. */
export const groupsOf = (needs: readonly (readonly number[])[]): Skeleton => {
  const byNeeds = new Map<string, number>();
  const groups: (Group & { readonly members: number[] })[] = [];
  const under: (number | undefined)[] = needs.map(() => undefined);
  const groupOf = needs.map((before, node) => {
    const key = before.join();
    const known = byNeeds.get(key);
    if (known !== undefined) {
      groups[known]?.members.push(node);
      return known;
    }
    const number = groups.length;
    byNeeds.set(key, number);
    const [only] = before;
    const alone = before.length === 1 && only !== undefined;
    groups.push({ needs: before, members: [node], inside: [], ...(alone ? { after: only } : {}) });
    if (alone) under[only] = number;
    return number;
  });
  return { needs, followers: followersOf(needs), groups, groupOf, under };
};

/** True when a wait must stand before a group: nothing in the skeleton brings all its needs together. */
export const waits = (groups: readonly Group[], number: number): boolean => {
  const group = groups[number];
  if (!group || group.needs.length < 2) return false;
  return group.owner === undefined || groups[group.owner]?.next !== number;
};
