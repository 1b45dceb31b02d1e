import { selectWords } from '../../records/index.ts';
import type { GraphNode, Level, PipelineGraph } from '../graph.ts';
import { directNeeds, labelOf } from './drawing.ts';

/** One line a stage, in the order recorded, with what it needs; the branches of a choice indented below it. */
export const renderTree = ({ pipeline, root }: PipelineGraph): string => {
  const uses = Object.entries(pipeline.upstream).map(([alias, { name }]) => {
    const select = pipeline.uses?.[alias]?.select ?? [];
    const which = select.length > 0 ? ` ${select.map(selectWords).join(' ')}` : '';
    return { which, text: `${alias === name ? '' : `${alias}: `}${name}${which}` };
  });
  const same = uses.some(({ which }) => which === '') ? ', of the same partition' : '';
  const after = uses.length > 0 ? `  (after ${uses.map(({ text }) => text).join(', ')}${same})` : '';
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
