/**
 * The nodes reachable from `start`, in groups: two nodes share a group when each can be reached from the other. A group comes
 * after every group that it leads to, and begins with the node by which it was entered (Tarjan's algorithm, without recursion, so that long chains are no danger).
 */
export const stronglyConnected = (
  start: string,
  nextOf: (node: string) => readonly string[],
): readonly (readonly string[])[] => {
  const groups: string[][] = [];
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const open: string[] = [];
  const isOpen = new Set<string>();
  const path: { readonly node: string; readonly next: readonly string[]; at: number }[] = [];

  const enter = (node: string): void => {
    index.set(node, index.size);
    low.set(node, index.get(node) ?? 0);
    open.push(node);
    isOpen.add(node);
    path.push({ node, next: nextOf(node), at: 0 });
  };
  const lower = (node: string, to: number | undefined): void => {
    low.set(node, Math.min(low.get(node) ?? 0, to ?? 0));
  };

  enter(start);
  for (let here = path.at(-1); here; here = path.at(-1)) {
    const next = here.next[here.at++];
    if (next !== undefined) {
      if (!index.has(next)) enter(next);
      else if (isOpen.has(next)) lower(here.node, index.get(next));
      continue;
    }
    path.pop();
    const before = path.at(-1);
    if (before) lower(before.node, low.get(here.node));
    if (low.get(here.node) !== index.get(here.node)) continue;
    const group = open.splice(open.lastIndexOf(here.node));
    for (const node of group) isOpen.delete(node);
    groups.push(group);
  }
  return groups;
};
