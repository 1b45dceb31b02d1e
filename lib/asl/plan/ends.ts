// Where a tree begins and ends: whoever waits for it waits for its last nodes, and its first nodes are those that wait.
import { partsOf, type Tree } from './tree.ts';

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
