/**
 * Names in an order in which each comes after those it needs, ties by the order given (Kahn's algorithm), in ranks: a name's
 * rank is one more than the highest of its needs. Needs outside the list are ignored. A cycle comes back as its path, first
 * name repeated at the end.
 */
export const topologicalRanks = (
  nodes: readonly { readonly id: string; readonly needs: readonly string[] }[],
): { readonly ranks: readonly (readonly string[])[] } | { readonly cycle: readonly string[] } => {
  const known = new Map(nodes.map((node) => [node.id, node]));
  const rank = new Map<string, number>();
  const waiting = new Map(nodes.map((node) => [node.id, node.needs.filter((need) => known.has(need)).length]));
  const place = new Map(nodes.map((node, index) => [node.id, index]));
  const ranks: string[][] = [];
  let ready = nodes.filter((node) => waiting.get(node.id) === 0).map((node) => node.id);
  const dependants = new Map<string, string[]>();
  for (const node of nodes) {
    for (const need of node.needs) {
      const those = dependants.get(need);
      if (those) those.push(node.id);
      else dependants.set(need, [node.id]);
    }
  }
  while (ready.length > 0) {
    const next: string[] = [];
    for (const id of ready) {
      rank.set(id, ranks.length);
      for (const dependant of dependants.get(id) ?? []) {
        const left = (waiting.get(dependant) ?? 0) - 1;
        waiting.set(dependant, left);
        if (left === 0) next.push(dependant);
      }
    }
    ranks.push(ready);
    ready = next.sort((a, b) => (place.get(a) ?? 0) - (place.get(b) ?? 0));
  }
  if (rank.size === known.size) return { ranks };
  const stuck = new Map(
    nodes
      .filter((node) => !rank.has(node.id))
      .map((node) => [node.id, node.needs.filter((need) => known.has(need) && !rank.has(need))]),
  );
  const path: string[] = [];
  let at = [...stuck.keys()][0];
  while (at !== undefined && !path.includes(at)) {
    path.push(at);
    at = stuck.get(at)?.[0];
  }
  return { cycle: at === undefined ? path : [...path.slice(path.indexOf(at)), at].reverse() };
};
