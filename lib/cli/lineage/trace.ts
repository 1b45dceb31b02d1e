// From an artifact outwards, level by level, each artifact once.
import type { Artifact } from './artifact.ts';

/** What lies next to an artifact. */
export interface Neighbours {
  readonly artifacts: readonly Artifact[];
  /** Partitions below, by pipeline, that were too many to be looked at. */
  readonly unseen?: { readonly [pipeline: string]: number };
}

export interface Node extends Pick<Neighbours, 'unseen'> {
  readonly artifact: Artifact;
  readonly depth: number;
  /** Undefined: not looked at, as it is at the greatest depth, or stands elsewhere in the tree. */
  readonly next: readonly Node[] | undefined;
  /** It stands elsewhere in the tree too, with what lies behind it. */
  readonly repeated?: true;
}

export interface Trace {
  readonly root: Node;
  /** There are more artifacts than it has. */
  readonly cut: boolean;
  /** Partitions below some of them were too many to be looked at. */
  readonly unseen: boolean;
}

/** Artifacts of one trace. */
export const mostArtifacts = 500;

interface Growing extends Pick<Node, 'artifact' | 'depth'> {
  unseen?: Node['unseen'];
  next?: Growing[];
  repeated?: true;
}

const keyOf = ({ name, made }: Artifact): string => `${name} ${made?.run ?? ''}`;

export const trace = async (
  start: Artifact,
  neighbours: (artifact: Artifact) => Promise<Neighbours>,
  depth: number,
): Promise<Trace> => {
  const root: Growing = { artifact: start, depth: 0 };
  const seen = new Set([keyOf(start)]);
  let [cut, isUnseen] = [false, false];
  for (let level: Growing[] = [root], at = 0; level.length > 0 && at < depth; at++) {
    const found = await Promise.all(level.map((node) => neighbours(node.artifact)));
    const next: Growing[] = [];
    for (const [index, node] of level.entries()) {
      const { artifacts = [], unseen } = found[index] ?? {};
      node.next = [];
      if (unseen) {
        node.unseen = unseen;
        isUnseen = true;
      }
      const own = new Set<string>();
      for (const artifact of artifacts) {
        const key = keyOf(artifact);
        if (own.has(key)) continue;
        own.add(key);
        const isKnown = seen.has(key);
        if (!isKnown && seen.size >= mostArtifacts) {
          cut = true;
          continue;
        }
        const child: Growing = { artifact, depth: at + 1, ...(isKnown ? { repeated: true } : {}) };
        node.next.push(child);
        if (isKnown) continue;
        seen.add(key);
        next.push(child);
      }
    }
    level = next;
  }
  return { root: root as Node, cut, unseen: isUnseen };
};
