// A plan's shape: nodes one after the other or side by side, with waits for what the shape does not say.

/** `wait` stands where a node must still wait for nodes of other branches. */
export type Tree =
  | { readonly kind: 'node'; readonly node: number }
  | { readonly kind: 'wait'; readonly group: number }
  | { readonly kind: 'sequence'; readonly parts: readonly Tree[] }
  | { readonly kind: 'parallel'; readonly branches: readonly Tree[] };

export const partsOf = (tree: Tree): readonly Tree[] =>
  tree.kind === 'sequence' ? tree.parts : tree.kind === 'parallel' ? tree.branches : [];

/** Every part of a tree, each before the parts inside it. Trees may be as deep as the graph is long: nothing here recurses. */
export const outermostFirst = (tree: Tree): readonly Tree[] => {
  const found: Tree[] = [];
  const open: Tree[] = [tree];
  for (let part = open.pop(); part; part = open.pop()) {
    found.push(part);
    for (const inner of partsOf(part).toReversed()) open.push(inner);
  }
  return found;
};

/** The same plan without a sequence right inside a sequence, a parallel right inside a parallel, or either with one part. */
export const flatten = (tree: Tree): Tree => {
  const flat = new Map<Tree, Tree>();
  const known = (part: Tree): Tree => flat.get(part) ?? part;
  // Parts that will be taken apart into the one around are left as they are until it is their turn.
  const merged = (kind: 'sequence' | 'parallel', around: Tree): Tree[] => {
    const parts: Tree[] = [];
    const open = [...partsOf(around)].reverse();
    for (let part = open.pop(); part; part = open.pop()) {
      const inner = part.kind === kind ? part : known(part);
      if (inner.kind === kind) for (const each of partsOf(inner).toReversed()) open.push(each);
      else parts.push(inner);
    }
    return parts;
  };
  const inside = new Set<Tree>();
  const all = outermostFirst(tree);
  for (const part of all) for (const each of partsOf(part)) if (each.kind === part.kind) inside.add(each);
  for (const part of all.toReversed()) {
    if (part.kind === 'node' || part.kind === 'wait' || inside.has(part)) continue;
    const parts = merged(part.kind, part);
    const only = parts.length === 1 ? parts[0] : undefined;
    flat.set(
      part,
      only ?? (part.kind === 'sequence' ? { kind: 'sequence', parts } : { kind: 'parallel', branches: parts }),
    );
  }
  return known(tree);
};
