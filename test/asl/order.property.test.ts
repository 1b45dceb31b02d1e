// The order in which a definition was written leaves no trace in what is compiled.
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Block, gt, type Node, type Pipeline, type Ref } from '../../lib/definition/index.ts';
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

/** A statement of a flow: a stage, or a choice without an id between two blocks; `reads` are stages said before it. */
interface Said {
  readonly name: string;
  readonly reads: readonly string[];
  readonly over: number;
  readonly branches?: readonly [readonly Said[], readonly Said[]];
}

/** Says a block's statements in an order drawn anew, each after those it reads; so for the blocks inside. */
const say = (
  flow: Sample,
  block: readonly Said[],
  known: ReadonlyMap<string, Ref<number>>,
  draw: Draw,
): Ref<number>[] => {
  const said = new Map(known);
  const left = [...block];
  const given: [string, Ref<number>][] = [];
  while (left.length > 0) {
    const ready = left.filter(({ reads }) => reads.every((read) => said.has(read)));
    const next = ready[draw(ready.length)];
    if (!next) throw new Error('a statement reads what is never said');
    left.splice(left.indexOf(next), 1);
    const values = next.reads.map((read) => said.get(read));
    const { name, over, branches } = next;
    const inner = (each: readonly Said[]) => () => ({ all: say(flow, each, said, draw), own: 1 });
    const ref = branches
      ? flow.choose(gt(said.get(next.reads[0] ?? '') ?? flow.input.n, over), inner(branches[0]), inner(branches[1])).own
      : flow.task(stage(name), { values, over }).n;
    said.set(name, ref);
    given.push([name, ref]);
  }
  return given.sort(([one], [other]) => (one < other ? -1 : 1)).map(([, ref]) => ref);
};

type Sample = Parameters<Parameters<typeof pipelineOf>[0]>[0];

/** A block of up to six statements, two choices deep, from a list of numbers. */
const blockFrom = (draw: Draw, above: readonly string[], prefix: string, depth: number): readonly Said[] => {
  const block: Said[] = [];
  for (let place = 0; place < 1 + draw(6); place += 1) {
    const name = `${prefix}${place}`;
    const before = [...above, ...block.map((each) => each.name)];
    const reads = [
      ...new Set(before.length > 0 ? Array.from({ length: draw(3) }, () => before[draw(before.length)] ?? '') : []),
    ];
    const branches = depth > 0 && draw(3) === 0;
    block.push({
      name,
      reads,
      over: draw(4),
      ...(branches
        ? {
            branches: [
              blockFrom(draw, [...above, ...reads], `${name}t`, depth - 1),
              draw(2) === 0 ? [] : blockFrom(draw, [...above, ...reads], `${name}o`, depth - 1),
            ],
          }
        : {}),
    });
  }
  return block;
};

const drawFrom = (genes: readonly number[]): Draw => {
  let used = 0;
  return (below) => (genes[used++ % genes.length] ?? 0) % below;
};

/** Every statement with one thing about it changed: what it reads, or the constant in it. */
const changedOnce = (block: readonly Said[], draw: Draw): readonly Said[] => {
  const at = draw(block.length);
  return block.map((each, place) => (place === at ? { ...each, over: each.over + 1 } : each));
};

test('choices without an id, said in any order, give one hash; another meaning gives another', () => {
  const genes = fc.array(fc.nat(), { minLength: 100, maxLength: 100 });
  let choices = 0;
  fc.assert(
    fc.property(genes, genes, genes, (shape, one, other) => {
      const block = blockFrom(drawFrom(shape), [], 's', 2);
      const said = (what: readonly Said[], order: readonly number[]) =>
        pipelineOf((flow) => say(flow, what, new Map(), drawFrom(order)));
      const first = said(block, one);
      choices += graphOf(first).root.nodes.filter(({ node }) => node.kind === 'choose').length;
      expect(compiled(said(block, other)).hash).toBe(compiled(first).hash);
      expect(compiled(said(changedOnce(block, drawFrom(other)), other)).hash).not.toBe(compiled(first).hash);
    }),
    { numRuns: 300 },
  );
  expect(choices).toBeGreaterThan(100);
});

test('two choices without an id the other way round', () => {
  const said = (forwards: boolean) =>
    pipelineOf((flow) => {
      const one = () => flow.choose(gt(flow.input.n, 1), () => flow.task(stage('one'), {}));
      const other = () => flow.choose(gt(flow.input.n, 2), () => flow.task(stage('other'), {}));
      for (const each of forwards ? [one, other] : [other, one]) each();
    });
  expect(compiled(said(false))).toEqual(compiled(said(true)));
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
