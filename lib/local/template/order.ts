/** An order in which every name comes after those it needs, or the names of a cycle, in its direction. */
export type Order =
  | { readonly kind: 'order'; readonly names: readonly string[] }
  | { readonly kind: 'cycle'; readonly names: readonly string[] };

/** Orders names; otherwise they keep their order. Needs that are not among the names are ignored. */
export const order = (names: readonly string[], needsOf: (name: string) => readonly string[]): Order => {
  const known = new Set(names);
  const done = new Set<string>();
  const path: string[] = [];

  const visit = (name: string): readonly string[] | undefined => {
    if (done.has(name)) return undefined;
    const at = path.indexOf(name);
    if (at >= 0) return [...path.slice(at), name];
    path.push(name);
    for (const need of needsOf(name)) {
      const cycle = known.has(need) ? visit(need) : undefined;
      if (cycle) return cycle;
    }
    path.pop();
    done.add(name);
    return undefined;
  };

  for (const name of names) {
    const cycle = visit(name);
    if (cycle) return { kind: 'cycle', names: cycle };
  }
  return { kind: 'order', names: [...done] };
};
