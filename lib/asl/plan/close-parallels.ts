// Closing: a Parallel that must be there anyway can also bring a later group's needs together, and saves its wait. Group `h`
// closes the Parallel of group `g` when all that hangs in it comes before `h`, all that `h` needs can hang in it, and so can
// whatever must then come along. Innermost first.
import { BitRows } from './bit-rows.ts';
import type { Group, Skeleton } from './groups.ts';
import { everythingAfter, everythingBefore } from './transitive-reduction.ts';

/** How many groups are tried for each Parallel, nearest first. */
const mostTried = 16;
/** Steps for each node of the graph: a bound on the whole search, which real graphs do not come near. */
const stepsPerNode = 200;

export const closeParallels = (skeleton: Skeleton): void => {
  const { needs, followers, groups, groupOf, under } = skeleton;
  const before = everythingBefore(needs);
  const after = everythingAfter(followers);
  /** For each group, what comes after everything that hangs in it. */
  const afterAll = new BitRows(groups.length, needs.length);
  let steps = needs.length * stepsPerNode;

  const narrow = (number: number, group: Group): void => {
    if (group.next !== undefined) {
      afterAll.include(number, group.next);
      return;
    }
    for (const [index, member] of group.members.entries()) {
      const below = under[member];
      const [row, rows] = below === undefined ? [member, after] : [below, afterAll];
      if (index === 0) afterAll.include(number, row, rows);
      else afterAll.restrict(number, row, rows);
    }
  };

  /** The groups that would have to wait inside `closed`, or undefined when `by` cannot close it. */
  const broughtInside = (closed: number, by: number): readonly number[] | undefined => {
    const [bounds, target] = [groups[closed]?.needs ?? [], groups[by]?.members[0] ?? 0];
    const found = new Set<number>([closed]);
    const open = [closed];
    const brought: number[] = [];
    const reach = (number: number | undefined): void => {
      if (number === undefined || found.has(number)) return;
      found.add(number);
      open.push(number);
    };
    for (const need of groups[by]?.needs ?? []) reach(groupOf[need]);
    for (let number = open.pop(); number !== undefined; number = open.pop()) {
      const group = groups[number];
      steps -= 1;
      if (!group || steps < 0) return undefined;
      if (group.next !== undefined) reach(group.next);
      else {
        if (!group.members.every((member) => before.has(target, member))) return undefined;
        for (const member of group.members) reach(under[member]);
      }
      if (number === closed) continue;
      if (group.owner !== undefined) reach(group.owner);
      else if (group.after !== undefined) reach(groupOf[group.after]);
      else if (group.members.every((member) => bounds.every((bound) => before.has(member, bound))))
        brought.push(number);
      else return undefined;
    }
    return brought.sort((a, b) => a - b);
  };

  /** The first member of the group that closes the innermost closed Parallel around a group. */
  const endAround = (number: number): number | undefined => {
    let inner = number;
    for (;;) {
      const group = groups[inner];
      const outer = group?.owner ?? (group?.after === undefined ? undefined : groupOf[group.after]);
      if (outer === undefined) return undefined;
      const end = groups[outer]?.next;
      if (end !== undefined && end !== inner) return groups[end]?.members[0];
      inner = outer;
      steps -= 1;
    }
  };

  const close = (number: number, group: Group): void => {
    const tried = new Set<number>();
    const end = endAround(number);
    for (const node of afterAll.members(number)) {
      const by = groupOf[node] ?? 0;
      const closing = groups[by];
      if (tried.has(by) || !closing || closing.needs.length < 2 || closing.owner !== undefined) continue;
      if (tried.size === mostTried) return;
      // What a closed Parallel holds must stay before the group that closes it.
      if (end !== undefined && !before.has(end, node)) continue;
      tried.add(by);
      const brought = broughtInside(number, by);
      if (!brought) continue;
      for (const inner of brought) {
        group.inside.push(inner);
        const placed = groups[inner];
        if (placed) placed.owner = number;
      }
      group.next = by;
      closing.owner = number;
      return;
    }
  };

  // The first group's Parallel holds all that has no better place, so it stays open.
  for (let number = groups.length - 1; number > 0; number--) {
    const group = groups[number];
    if (!group) continue;
    if (group.members.length > 1) {
      narrow(number, group);
      close(number, group);
      if (group.next === undefined) continue;
      afterAll.clear(number);
    }
    narrow(number, group);
  }
};
