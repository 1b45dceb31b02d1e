import type { PipelineGraph } from '../graph.ts';
import { type Box, drawingOf } from './drawing.ts';

/** Quotes and brackets would end a label: Mermaid takes HTML entities for them. */
const escaped = (label: string): string => label.replaceAll('"', '#quot;');

/** Names such as `end` mean something to Mermaid, so every id gets a prefix. */
const idOf = (id: string): string => `n_${id}`;

const shapes: { readonly [kind in Box['kind']]: (label: string) => string } = {
  task: (label) => `["${label}"]`,
  map: (label) => `[["${label}"]]`,
  choose: (label) => `{"${label}"}`,
  approve: (label) => `[/"${label}"\\]`,
  service: (label) => `[("${label}")]`,
  run: (label) => `[["${label}"]]`,
  check: (label) => `{{"${label}"}}`,
  wait: (label) => `>"${label}"]`,
  upstream: (label) => `(["${label}"])`,
};

/** A Mermaid flowchart: tasks as boxes, maps as double boxes, choices as diamonds, waits as flags, checks as hexagons, approvals as trapezoids, upstream pipelines rounded. */
export const renderMermaid = (graph: PipelineGraph): string => {
  const { title, boxes, arrows } = drawingOf(graph);
  return [
    '---',
    `title: ${title}`,
    '---',
    'flowchart LR',
    ...boxes.map(({ id, kind, label }) => `  ${idOf(id)}${shapes[kind](escaped(label))}`),
    ...arrows.map(({ from, to, branch }) => `  ${idOf(from)} -->${branch ? `|${branch}|` : ''} ${idOf(to)}`),
  ].join('\n');
};
