// From an artifact outwards, level by level, each artifact once.
import type { Artifact } from './artifact.ts';

export interface Node {
  readonly artifact: Artifact;
  readonly depth: number;
  /** Undefined: not looked at, as it is at the greatest depth, or stands elsewhere in the tree. */
  readonly next: readonly Node[] | undefined;
  /** It stands elsewhere in the tree too, with what lies behind it. */
  readonly repeated?: true;
}

export interface Trace {
  readonly root: Node;
  /** Artifacts that were found; more lie behind where `cut`. */
  readonly count: number;
  readonly cut: boolean;
}

/** Artifacts of one trace. */
export const mostArtifacts = 500;

interface Growing {
  readonly artifact: Artifact;
  readonly depth: number;
  next?: Growing[];
  repeated?: true;
}

const keyOf = ({ name, made }: Artifact): string => `${name} ${made?.run ?? ''}`;

export const trace = async (
  start: Artifact,
  neighbours: (artifact: Artifact) => Promise<readonly Artifact[]>,
  depth: number,
): Promise<Trace> => {
  const root: Growing = { artifact: start, depth: 0 };
  const seen = new Set([keyOf(start)]);
  let cut = false;
  for (let level: Growing[] = [root], at = 0; level.length > 0 && at < depth; at++) {
    const found = await Promise.all(level.map((node) => neighbours(node.artifact)));
    const next: Growing[] = [];
    for (const [index, node] of level.entries()) {
      node.next = [];
      const own = new Set<string>();
      for (const artifact of found[index] ?? []) {
        const key = keyOf(artifact);
        if (own.has(key)) continue;
        own.add(key);
        const child: Growing = { artifact, depth: at + 1 };
        node.next.push(child);
        if (seen.has(key)) child.repeated = true;
        else if (seen.size >= mostArtifacts) cut = true;
        else {
          seen.add(key);
          next.push(child);
        }
      }
    }
    level = next;
  }
  return { root: root as Node, count: seen.size, cut };
};
