// The skeleton as a tree.
import { type Skeleton, waits } from './groups.ts';
import type { Tree } from './tree.ts';

const sequence = (parts: readonly Tree[]): Tree => ({ kind: 'sequence', parts });

/** `nodeOf` gives the tree that a node of the skeleton stands for; `waitOf` the wait of a group. */
export const assemble = (
  { groups, under }: Skeleton,
  nodeOf: (node: number) => Tree,
  waitOf: (group: number) => Tree,
): Tree => {
  const order = [0];
  for (const number of order) {
    const group = groups[number];
    if (!group) continue;
    order.push(...group.inside, ...(group.next === undefined ? [] : [group.next]));
    for (const member of group.members) {
      const below = under[member];
      if (below !== undefined) order.push(below);
    }
  }
  const made: (Tree | undefined)[] = [];
  const treeOf = (number: number | undefined): readonly Tree[] => {
    const tree = number === undefined ? undefined : made[number];
    return tree ? [tree] : [];
  };
  for (const number of order.toReversed()) {
    const group = groups[number];
    if (!group) continue;
    const branches = [
      ...group.members.map((member) => sequence([nodeOf(member), ...treeOf(under[member])])),
      ...group.inside.flatMap(treeOf),
    ];
    made[number] = sequence([
      ...(waits(groups, number) ? [waitOf(number)] : []),
      branches.length === 1 ? sequence(branches) : { kind: 'parallel', branches },
      ...treeOf(group.next),
    ]);
  }
  return made[0] ?? sequence([]);
};
