// The fewest edges that say the same: an edge goes when a longer way says it too.
import { BitRows } from './bit-rows.ts';

/** `needs` are in a topological order, as a Dag's are. */
export const transitiveReduction = (needs: readonly (readonly number[])[]): readonly (readonly number[])[] => {
  const before = new BitRows(needs.length, needs.length);
  return needs.map((all, node) => {
    const kept: number[] = [];
    // From the last to the first: whatever a need implies comes before it in the order.
    for (const need of all.toReversed()) {
      if (before.has(node, need)) continue;
      kept.push(need);
      before.include(node, need);
      before.add(node, need);
    }
    return kept.reverse();
  });
};

/** For each node, all that must be done before it. */
export const everythingBefore = (needs: readonly (readonly number[])[]): BitRows => {
  const before = new BitRows(needs.length, needs.length);
  for (const [node, all] of needs.entries()) {
    for (const need of all) {
      before.include(node, need);
      before.add(node, need);
    }
  }
  return before;
};

/** For each node, all that must wait for it. */
export const everythingAfter = (followers: readonly (readonly number[])[]): BitRows => {
  const after = new BitRows(followers.length, followers.length);
  for (let node = followers.length - 1; node >= 0; node--) {
    for (const follower of followers[node] ?? []) {
      after.include(node, follower);
      after.add(node, follower);
    }
  }
  return after;
};
