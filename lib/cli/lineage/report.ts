// A trace as a tree of lines, and as edges. Pure.
import { cutTo } from '../table.ts';
import type { Artifact } from './artifact.ts';
import type { Node } from './trace.ts';

export const treeLines = (node: Node): readonly string[] => {
  const below = [
    ...(node.next ?? []).map(treeLines),
    ...Object.entries(node.unseen ?? {}).map(([pipeline, count]) => [
      `… and ${count.toLocaleString('en-US')} more partitions of ${pipeline} that were not looked at`,
    ]),
  ];
  return [
    lineOf(node),
    ...below.flatMap(([first = '', ...rest], index) => {
      const isLast = index === below.length - 1;
      return [`${isLast ? '└─ ' : '├─ '}${first}`, ...rest.map((line) => `${isLast ? '   ' : '│  '}${line}`)];
    }),
  ];
};

/** No wider than this. What an object is called stands at the end of its URL, so that is cut in its middle. */
export const fitted = (width: number, lines: readonly string[]): readonly string[] =>
  lines.flatMap((line) => {
    if (line.length <= width || !line.includes('s3://')) return cutTo(width, [line]);
    const head = Math.ceil((width - 1) / 2);
    return [`${line.slice(0, head)}…${line.slice(head + 1 - width)}`];
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

/** An edge a line: `from` was read to make `to`, by the run of `to`. Or in place of `to`, what was not looked at. */
export const edgesOf = (root: Node, direction: 'up' | 'down'): readonly object[] => {
  const { artifact, depth, next = [], unseen } = root;
  const edges = next.flatMap((node) => {
    const [from, to] = direction === 'up' ? [node.artifact, artifact] : [artifact, node.artifact];
    return [
      { from: from.name, fromRun: from.made?.run, to: to.name, ...to.made, depth: node.depth, direction },
      ...edgesOf(node, direction),
    ];
  });
  const rest = { from: artifact.name, fromRun: artifact.made?.run, unseen, depth: depth + 1, direction };
  return unseen ? [...edges, rest] : edges;
};
