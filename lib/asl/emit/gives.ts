// What a node leaves in the flow's state for those after it.
import type { ControlNeed, GraphNode, Level } from '../../graph/index.ts';

/** True when a node, or one inside it, gives control values or takes a branch. A branch of others ends with nothing to tell. */
export const givesOf = (needs: readonly ControlNeed[]): ((node: GraphNode) => boolean) => {
  const read = new Set(needs.flatMap(({ source }) => (source.kind === 'stage' ? [source.stage] : [])));
  return ({ id, onTrue, onFalse, followers = [] }) =>
    read.has(id) ||
    followers.some((follower) => read.has(follower.id)) ||
    onTrue !== undefined ||
    onFalse !== undefined;
};

/** The node of a level that a stage or choice stands in, at any depth. */
export const standsIn = (level: Level): ReadonlyMap<string, string> => {
  const found = new Map<string, string>();
  const walk = (inner: Level | undefined, outer: string | undefined): void => {
    for (const node of inner?.nodes ?? []) {
      found.set(node.id, outer ?? node.id);
      for (const follower of node.followers ?? []) found.set(follower.id, outer ?? node.id);
      walk(node.onTrue, outer ?? node.id);
      walk(node.onFalse, outer ?? node.id);
    }
  };
  walk(level, undefined);
  return found;
};
