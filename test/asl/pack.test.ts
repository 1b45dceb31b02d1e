// Pipelines too large for one machine: packed into several, which run as one.
import { describe, expect, test } from '@jest/globals';
import { compile } from '../../lib/asl/index.ts';
import { graphOf } from '../../lib/graph/index.ts';
import { criticalPathOf, type TaskGraph } from '../dags/dag.ts';
import { pipelineOf } from '../dags/pipeline.ts';
import { runDag } from '../dags/run-dag.ts';
import { randomOf } from './plan/random-graphs.ts';

const size = 420;
const ids = Array.from({ length: size }, (_, number) => `t${number}`);
const random = randomOf(3);
const graph = (id: string, deps: (number: number) => readonly number[]): TaskGraph => ({
  id,
  app: 'large',
  tasks: ids.map((task, number) => ({
    id: task,
    seconds: 1 + Math.floor(random() * 100),
    deps: deps(number)
      .filter((dep) => dep >= 0 && dep < number)
      .map((dep) => `t${dep}`),
  })),
});

const graphs = [
  graph('a chain', (number) => [number - 1]),
  graph('a star', (number) => (number === 0 ? [] : [0])),
  graph('a chain with a leaf at each link', (number) => [number % 2 === 0 ? number - 2 : number - 1]),
  graph('two chains with needs across', (number) => [number - 2, number % 6 === 0 ? number - 1 : -1]),
  graph('layers of twenty', (number) =>
    [1, 7, 13].map((far) => Math.floor(number / 20) * 20 - ((number * far) % 20) - 1),
  ),
];

describe.each(graphs.map((each) => [each.id, each] as const))('%s of 420 stages', (_, large) => {
  test('is cut into machines below the caps, and runs its critical path', async () => {
    const run = await runDag(large);
    expect(run.executions).toBeGreaterThan(1);
    expect(run.bytes).toBeLessThanOrEqual(500_000);
    expect(run.events).toBeLessThanOrEqual(12_000);
    expect(run.milliseconds).toBe(criticalPathOf(large));
  });

  test('compiles to equal bytes again', () => {
    const { pipeline } = pipelineOf(large);
    expect(compile(graphOf(pipeline))).toEqual(compile(graphOf(pipeline)));
  });
});

test('a pipeline of usual size has one machine', () => {
  const { pipeline } = pipelineOf({
    ...graph('small', (number) => [number - 1]),
    tasks: [{ id: 'a', seconds: 1, deps: [] }],
  });
  expect(compile(graphOf(pipeline)).children).toEqual([]);
});

test('ten thousand stages in a chain with leaves compile without running out of stack', () => {
  const tasks = Array.from({ length: 10_000 }, (_, number) => ({
    id: `t${number}`,
    seconds: 1,
    deps: number > 1 ? [`t${number % 2 === 0 ? number - 2 : number - 1}`] : [],
  }));
  const { pipeline } = pipelineOf({ id: 'deep', app: 'large', tasks });
  const { definition, children } = compile(graphOf(pipeline));
  for (const text of [definition, ...children.map((child) => child.definition)])
    expect(text.length).toBeLessThanOrEqual(500_000);
});
