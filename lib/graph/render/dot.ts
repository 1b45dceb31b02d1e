import type { PipelineGraph } from '../graph.ts';
import { type Box, drawingOf } from './drawing.ts';

const shapes: { readonly [kind in Box['kind']]: string } = {
  task: 'box',
  map: 'box3d',
  choose: 'diamond',
  upstream: 'oval',
  wait: 'cds',
  check: 'octagon',
  run: 'component',
  service: 'tab',
  approve: 'house',
};

const quoted = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;

/** The graph in Graphviz's DOT. */
export const renderDot = (graph: PipelineGraph): string => {
  const { title, boxes, arrows } = drawingOf(graph);
  return [
    `digraph ${quoted(title)} {`,
    '  rankdir=LR;',
    ...boxes.map(({ id, kind, label }) => `  ${quoted(id)} [shape=${shapes[kind]}, label=${quoted(label)}];`),
    ...arrows.map(
      ({ from, to, branch }) => `  ${quoted(from)} -> ${quoted(to)}${branch ? ` [label=${quoted(branch)}]` : ''};`,
    ),
    '}',
  ].join('\n');
};
