// The order in which a definition was written leaves no trace in what is compiled.
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Block, Node, Pipeline } from '../../lib/definition/index.ts';
import { levelOf } from '../../lib/graph/graph.ts';
import { graphOf } from '../../lib/graph/index.ts';
import { randomPipeline } from './random-pipeline.ts';
import { compiled, pipelineOf, stage } from './sample.ts';

type Draw = (below: number) => number;

/** The nodes of a block in another order in which each still comes after those it needs. */
const reordered = (block: Block, draw: Draw): Block => {
  const left = new Map(levelOf(block).nodes.map(({ id, needs }) => [id, needs]));
  const nodes: Node[] = [];
  while (left.size > 0) {
    const ready = [...left].filter(([, needs]) => needs.every((need) => !left.has(need))).map(([id]) => id);
    const id = ready[draw(ready.length)] ?? '';
    left.delete(id);
    nodes.push(...block.nodes.filter((node) => node.id === id).map((node) => shuffledNode(node, draw)));
  }
  return { nodes, output: shuffled(block.output, draw) };
};

const shuffledNode = (node: Node, draw: Draw): Node => {
  if (node.kind === 'choose')
    return { ...node, onTrue: reordered(node.onTrue, draw), onFalse: reordered(node.onFalse, draw) };
  const bind = 'bind' in node ? { bind: shuffled(node.bind, draw) } : {};
  return { ...node, ...bind, after: permuted(node.after, draw) };
};

/** A value with the fields of every object in another order. */
const shuffled = <T>(value: T, draw: Draw): T => {
  const inner = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(inner);
    if (typeof part !== 'object' || part === null) return part;
    return Object.fromEntries(permuted(Object.entries(part), draw).map(([field, each]) => [field, inner(each)]));
  };
  return inner(value) as T;
};

const permuted = <T>(values: readonly T[], draw: Draw): readonly T[] => {
  const left = [...values];
  return values.flatMap(() => left.splice(draw(left.length), 1));
};

test('independent statements, fields and `after` in any order give the same bytes and hash', () => {
  let moved = 0;
  fc.assert(
    fc.property(randomPipeline, fc.array(fc.nat(), { minLength: 200, maxLength: 200 }), ({ pipeline }, genes) => {
      let used = 0;
      const draw: Draw = (below) => (genes[used++ % genes.length] ?? 0) % below;
      const other: Pipeline = { ...pipeline, flow: reordered(pipeline.flow, draw) };
      const order = ({ flow }: Pipeline) => graphOf({ ...pipeline, flow }).stages.map(({ id }) => id);
      if (order(other).join() !== order(pipeline).join()) moved += 1;
      expect(compiled(other).definition === compiled(pipeline).definition).toBe(true);
      expect(compiled(other).hash).toBe(compiled(pipeline).hash);
    }),
  );
  expect(moved).toBeGreaterThan(20);
});

test('two statements the other way round', () => {
  const [one, other] = [stage('one'), stage('other')];
  const forwards = pipelineOf((flow) => {
    const a = flow.task(one, { n: 1, m: 2 });
    const b = flow.task(other, {});
    flow.task(stage('last'), { a: a.n, b: b.n }, { after: [a, b] });
  });
  const backwards = pipelineOf((flow) => {
    const b = flow.task(other, {});
    const a = flow.task(one, { m: 2, n: 1 });
    flow.task(stage('last'), { b: b.n, a: a.n }, { after: [b, a, b] });
  });
  expect(compiled(backwards)).toEqual(compiled(forwards));
});

test('what means something else has another hash', () => {
  const [one, other] = [stage('one'), stage('other')];
  const apart = pipelineOf((flow) => [flow.task(one, {}), flow.task(other, {})]);
  const inOrder = pipelineOf((flow) => flow.task(other, {}, { after: [flow.task(one, {})] }));
  expect(compiled(inOrder).hash).not.toBe(compiled(apart).hash);
});
