// Random graphs of 2 to 60 stages, compiled and run: with failures, what is skipped because of them, choices, and durations.
// Each run does what the interpreter says, and takes exactly as long as it must.
import { expect, test } from '@jest/globals';
import { gt, type Pipeline, type Ref } from '../../lib/definition/index.ts';
import { graphOf, type Level } from '../../lib/graph/index.ts';
import { interpret, type World } from './interpreter.ts';
import { randomGraph, randomOf } from './plan/random-graphs.ts';
import { machineOf, type Numbers, pipelineOf, stage } from './sample.ts';
import { worldEngine } from './world-engine.ts';

interface Case {
  readonly pipeline: Pipeline;
  readonly world: World;
  readonly takes: ReadonlyMap<string, number>;
}

const one = stage('one');

/** The graph's nodes are stages; about one in eight is a choice with a stage in each branch, and one in ten fails. */
const caseOf = (seed: number): Case => {
  const random = randomOf(seed + 7);
  const outputs = new Map<string, Numbers>();
  const failing = new Set<string>();
  const takes = new Map<string, number>();
  const pipeline = pipelineOf((flow) => {
    const given = new Map<string, Ref<Numbers>>();
    const make = (id: string, needs: readonly Ref<Numbers>[]): Ref<Numbers> => {
      outputs.set(id, { n: Math.floor(random() * 4), list: [] });
      takes.set(id, Math.ceil(random() * 50_000));
      if (random() < 0.1) failing.add(id);
      // Some needs are data, some only order.
      const read = needs.filter(() => random() < 0.6);
      return flow.task(
        one,
        { all: read.map(({ n }) => n) },
        { id, after: needs.filter((need) => !read.includes(need)) },
      );
    };
    for (const { id, needs } of randomGraph(seed)) {
      const before = needs.flatMap((need) => given.get(need) ?? []);
      const [first] = before;
      if (!first || random() > 0.125) given.set(id, make(id, before));
      else {
        const branch = (name: string) => () => ({ n: make(`${id}${name}`, before).n, list: [] as number[] });
        given.set(id, flow.choose(gt(first.n, 1), branch('a'), branch('b'), { id }) as unknown as Ref<Numbers>);
      }
    }
  });
  return { pipeline, takes, world: { outputs, failing, input: { n: 1, list: [] }, upstream: { n: 2, list: [] } } };
};

/** When the last node of a level is done, if each starts when all that it needs are. */
const endOf = (
  level: Level | undefined,
  start: number,
  taken: Readonly<Record<string, string>>,
  takes: Case['takes'],
): number => {
  const ends = new Map<string, number>();
  const nodes = new Map((level?.nodes ?? []).map((node) => [node.id, node]));
  const endOfNode = (id: string): number => {
    const known = ends.get(id);
    const node = nodes.get(id);
    if (known !== undefined || !node) return known ?? start;
    const begins = node.needs.reduce((latest, need) => Math.max(latest, endOfNode(need)), start);
    const branch = taken[id] === 'then' ? node.onTrue : node.onFalse;
    const end =
      node.node.kind !== 'choose'
        ? begins + (takes.get(id) ?? 0)
        : taken[id] === 'none'
          ? begins
          : endOf(branch, begins, taken, takes);
    ends.set(id, end);
    return end;
  };
  return [...nodes.keys()].reduce((latest, id) => Math.max(latest, endOfNode(id)), start);
};

test.each(Array.from({ length: 10 }, (_, part) => part))('500 random graphs, part %i', async (part) => {
  for (let seed = part * 50; seed < part * 50 + 50; seed++) {
    const { pipeline, world, takes } = caseOf(seed);
    const graph = graphOf(pipeline);
    const ids = graph.stages.map(({ id }) => id);
    const { sfn, log } = await worldEngine(ids, world, (id) => takes.get(id) ?? 0);
    const began = sfn.clock.now();
    const ended = await sfn.run(machineOf(pipeline), { run: 'r1' });
    const took = sfn.clock.now() - began;
    await sfn.close();
    expect([seed, ended.status]).toEqual([seed, 'SUCCEEDED']);
    const meaning = interpret(pipeline.flow, world);
    expect([seed, log.chosen]).toEqual([seed, meaning.chosen]);
    expect([seed, new Map([...log.outcomes].sort())]).toEqual([seed, new Map([...meaning.stages].sort())]);
    for (const id of ids) {
      const calls = log.calls.filter((call) => call === id).length;
      expect([seed, id, calls]).toEqual([seed, id, meaning.stages.has(id) ? 1 : 0]);
    }
    expect([seed, took]).toEqual([seed, endOf(graph.root, 0, meaning.chosen, takes)]);
  }
});
