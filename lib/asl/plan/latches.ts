// What the tree does not say by itself: for each wait, the nodes that must release it.
import { outermostFirst, partsOf, type Tree } from './tree.ts';

/** A wait and the nodes it waits for, those excepted that the tree has already put before it. */
export interface NumberedLatch {
  readonly group: number;
  readonly producers: readonly number[];
}

/** The nodes with which a tree ends. */
export const lastNodes = (tree: Tree): readonly number[] => {
  const found: number[] = [];
  const open = [tree];
  for (let part = open.pop(); part; part = open.pop()) {
    if (part.kind === 'node') found.push(part.node);
    else if (part.kind === 'sequence') open.push(...part.parts.slice(-1));
    else for (const branch of partsOf(part)) open.push(branch);
  }
  return found;
};

/** The nodes with which a tree starts. */
export const firstNodes = (tree: Tree): readonly number[] => {
  const found: number[] = [];
  const open = [tree];
  for (let part = open.pop(); part; part = open.pop()) {
    if (part.kind === 'node') found.push(part.node);
    else if (part.kind === 'sequence') open.push(...part.parts.slice(0, 1));
    else for (const branch of partsOf(part)) open.push(branch);
  }
  return found;
};

const keyOf = (leaf: Tree): string =>
  leaf.kind === 'node' ? `${leaf.node}` : leaf.kind === 'wait' ? `wait ${leaf.group}` : '';

/** Leaves by place, branches read from the first to the last or from the last to the first. */
const places = (tree: Tree, backwards: boolean): ReadonlyMap<string, number> => {
  const found = new Map<string, number>();
  const open = [tree];
  for (let part = open.pop(); part; part = open.pop()) {
    if (part.kind === 'node' || part.kind === 'wait') found.set(keyOf(part), found.size);
    else if (part.kind === 'parallel' && backwards) for (const branch of part.branches) open.push(branch);
    else for (const inner of partsOf(part).toReversed()) open.push(inner);
  }
  return found;
};

/** `needsOf` gives the nodes that a wait's group needs. */
export const latchesOf = (tree: Tree, needsOf: (group: number) => readonly number[]): readonly NumberedLatch[] => {
  // One leaf comes before another in a series-parallel order if and only if it does in both readings.
  const [forwards, backwards] = [places(tree, false), places(tree, true)];
  const place = (readings: ReadonlyMap<string, number>, key: string): number => readings.get(key) ?? -1;
  return outermostFirst(tree).flatMap((leaf) => {
    if (leaf.kind !== 'wait') return [];
    const key = keyOf(leaf);
    const producers = needsOf(leaf.group).filter(
      (node) =>
        place(forwards, `${node}`) > place(forwards, key) || place(backwards, `${node}`) > place(backwards, key),
    );
    return [{ group: leaf.group, producers: producers.toSorted((a, b) => a - b) }];
  });
};
