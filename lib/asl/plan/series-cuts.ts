// Where everything before comes before everything after: the parts between can be planned each for itself.
import { everythingBefore } from './transitive-reduction.ts';

/** The nodes of each part, ascending, the parts in order. `needs` are in a topological order. */
export const seriesParts = (needs: readonly (readonly number[])[]): readonly (readonly number[])[] => {
  const before = everythingBefore(needs);
  const sorted = needs.map((_, node) => ({ node, count: before.count(node) })).sort((a, b) => a.count - b.count);
  const parts: number[][] = [];
  // A node with as many before it as there are nodes in the parts so far comes after all of them, and so do the rest.
  for (const [place, { node, count }] of sorted.entries()) {
    if (count === place) parts.push([]);
    parts.at(-1)?.push(node);
  }
  return parts.map((part) => part.sort((a, b) => a - b));
};
