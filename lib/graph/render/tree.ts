import type { GraphNode, Level, PipelineGraph } from '../graph.ts';
import { directNeeds, labelOf } from './drawing.ts';

/** One line a stage, in the order recorded, with what it needs; the branches of a choice indented below it. */
export const renderTree = ({ pipeline, root }: PipelineGraph): string => {
  const upstream = Object.entries(pipeline.upstream).map(([alias, { name }]) =>
    alias === name ? name : `${alias}: ${name}`,
  );
  const after = upstream.length > 0 ? `  (after ${upstream.join(', ')}, of the same partition)` : '';
  return [`${pipeline.name}${after}`, ...linesOf(root, '')].join('\n');
};

const linesOf = (level: Level, indent: string): readonly string[] =>
  level.nodes.flatMap((node, index) => {
    const isLast = index === level.nodes.length - 1;
    const inner = `${indent}${isLast ? '   ' : '│  '}`;
    const needs = directNeeds(node, level);
    const arrow = needs.length > 0 ? `  ← ${needs.join(', ')}` : '';
    return [`${indent}${isLast ? '└─ ' : '├─ '}${labelOf(node.node)}${arrow}`, ...branches(node, inner)];
  });

const branches = ({ onTrue, onFalse }: GraphNode, indent: string): readonly string[] => {
  if (!onTrue || !onFalse) return [];
  const branch = (name: string, level: Level, isLast: boolean): readonly string[] => [
    `${indent}${isLast ? '└─ ' : '├─ '}${name}${level.nodes.length === 0 ? ' (nothing)' : ''}`,
    ...linesOf(level, `${indent}${isLast ? '   ' : '│  '}`),
  ];
  return [...branch('yes', onTrue, false), ...branch('no', onFalse, true)];
};
