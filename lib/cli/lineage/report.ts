// A trace as a tree of lines, and as edges. Pure.
import type { Artifact } from './artifact.ts';
import type { Node } from './trace.ts';

export const treeLines = (root: Node): readonly string[] => [lineOf(root), ...childLines(root.next ?? [], '')];

const childLines = (nodes: readonly Node[], indent: string): readonly string[] =>
  nodes.flatMap((node, index) => {
    const isLast = index === nodes.length - 1;
    return [
      `${indent}${isLast ? '└─ ' : '├─ '}${lineOf(node)}`,
      ...childLines(node.next ?? [], `${indent}${isLast ? '   ' : '│  '}`),
    ];
  });

const lineOf = ({ artifact, repeated }: Node): string =>
  [artifact.name, ...(repeated ? ['(above)'] : factsOf(artifact))].join('  ');

const factsOf = ({ made }: Artifact): readonly string[] => {
  if (!made) return [];
  return [
    `run ${made.run}${made.generation > 1 ? `, execution ${made.generation}` : ''}`,
    ...(made.status === 'completed' ? [] : [made.status]),
    made.at.slice(0, 16).replace('T', ' '),
    ...(made.code ? [`code ${made.code}`] : made.definition ? [`definition ${made.definition}`] : []),
    ...(made.models ? [`model ${made.models.join(', ')}`] : []),
    ...(made.prompts ? [`prompt ${made.prompts.join(', ')}`] : []),
    ...(made.cachedFrom ? [`cached from ${made.cachedFrom}`] : []),
  ];
};

/** An edge a line: `from` was read to make `to`, by the run of `to`. */
export const edgesOf = (root: Node, direction: 'up' | 'down'): readonly object[] =>
  (root.next ?? []).flatMap((node) => {
    const [from, to] = direction === 'up' ? [node.artifact, root.artifact] : [root.artifact, node.artifact];
    return [
      { from: from.name, fromRun: from.made?.run, to: to.name, ...to.made, depth: node.depth, direction },
      ...edgesOf(node, direction),
    ];
  });
