// One form for all definitions that mean the same, so that they compile to the same bytes and hash.
import type { Block, Node, Pipeline } from '../definition/index.ts';
import { topologicalRanks } from '../support/topological-order.ts';
import { graphOf, type Level, levelOf, type PipelineGraph } from './graph.ts';

/**
 * The graph with its nodes by rank and then by id, and the fields of all that they are given by name: the order in which
 * independent statements, fields and `after` were written is gone. Names do not hang on it either: see `choiceName`.
 */
export const canonicalGraph = ({ pipeline }: PipelineGraph): PipelineGraph => graphOf(canonicalPipeline(pipeline));

const canonicalPipeline = (pipeline: Pipeline): Pipeline => ({
  ...pipeline,
  flow: canonicalBlock(pipeline.flow, levelOf(pipeline.flow)),
});

const canonicalBlock = (block: Block, { nodes }: Level): Block => {
  const byId = new Map(block.nodes.map((node) => [node.id, node]));
  const order = topologicalRanks([...nodes].sort((a, b) => (a.id < b.id ? -1 : 1)));
  const ids = 'ranks' in order ? order.ranks.flat() : [...byId.keys()].sort();
  return {
    nodes: ids.flatMap((id) => byId.get(id) ?? []).map(canonicalNode),
    output: sorted(block.output) as Block['output'],
  };
};

const canonicalNode = (node: Node): Node => {
  const fields = Object.entries(node).map(([field, value]) => [
    field,
    field === 'after' ? [...new Set(value as readonly string[])].sort() : sorted(value),
  ]);
  return Object.fromEntries(fields) as Node; // the same fields, each of the same shape
};

/** A value with the fields of every plain object in it by name. Contracts and other classes stay as they are. */
const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  if ('kind' in value && 'input' in value) return value; // a stage or a pipeline
  if (isBlock(value)) return canonicalBlock(value, levelOf(value));
  const fields = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(fields.map(([field, inner]) => [field, sorted(inner)]));
};

const isBlock = (value: object): value is Block =>
  'nodes' in value && Array.isArray(value.nodes) && 'output' in value && Object.keys(value).length === 2;
