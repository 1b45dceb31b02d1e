// Groups that wait and stand nowhere yet: each comes after one of its own needs where nothing does, which saves a latch; the
// rest wait inside the first Parallel.
import { type Skeleton, waits } from './groups.ts';

export const placeWaiting = ({ groups, groupOf, under }: Skeleton): void => {
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
    const host = group.needs.findLast((need) => under[need] === undefined && aroundNode(need) === closedAround[number]);
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
