// Groups that wait and stand nowhere yet: each comes after one of its own needs where nothing does, which saves a latch; the
// rest wait inside the first Parallel. A node that is a Parallel itself takes none: with nothing after it, it is one with the
// Parallel around, and that saves a state where the latch saves none.
import { type Skeleton, waits } from './groups.ts';

export const placeWaiting = ({ groups, groupOf, under }: Skeleton, isParallel: (node: number) => boolean): void => {
  const joinsAround = (node: number): boolean =>
    isParallel(node) && (groups[groupOf[node] ?? 0]?.members.length ?? 0) > 1;

  /** The innermost closed Parallel that a group stands in: whatever is in there may not leave it. */
  const closedAround: (number | undefined)[] = [];
  const aroundNode = (node: number): number | undefined => {
    const number = groupOf[node] ?? 0;
    return groups[number]?.next === undefined ? closedAround[number] : number;
  };
  for (const [number, group] of groups.entries()) {
    if (group.after !== undefined) closedAround[number] = aroundNode(group.after);
    else if (group.owner === undefined) closedAround[number] = undefined;
    else closedAround[number] = groups[group.owner]?.next === number ? closedAround[group.owner] : group.owner;
  }

  for (const [number, group] of groups.entries()) {
    if (!waits(groups, number)) continue;
    const host = group.needs.findLast(
      (need) => under[need] === undefined && aroundNode(need) === closedAround[number] && !joinsAround(need),
    );
    if (host !== undefined) {
      under[host] = number;
      group.after = host;
      const owner = group.owner === undefined ? undefined : groups[group.owner];
      owner?.inside.splice(owner.inside.indexOf(number), 1);
      delete group.owner;
    } else if (group.owner === undefined) {
      group.owner = 0;
      groups[0]?.inside.push(number);
    }
  }
};
