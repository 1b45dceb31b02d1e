// The planner's self-check: what it gives holds exactly the order it was given, and takes no longer than it must.
import { describe, expect, test } from '@jest/globals';
import { planOf } from '../../../lib/asl/plan/index.ts';
import { randomGraph, randomOf, seriesParallel } from './random-graphs.ts';
import { closureOf, criticalPathOf, makespanOf, neededIn, nodesIn, partsIn } from './reading.ts';

const seeds = Array.from({ length: 800 }, (_, seed) => seed);

describe('800 random graphs of 2 to 60 nodes', () => {
  test('each node is planned once', () => {
    for (const seed of seeds) {
      const graph = randomGraph(seed);
      const ids = graph.map(({ id }) => id);
      expect([seed, ...[...nodesIn(planOf(graph).plan)].sort()]).toEqual([seed, ...ids.sort()]);
    }
  });

  test('tree and latches together say what the needs say, no more and no less', () => {
    for (const seed of seeds) {
      const graph = randomGraph(seed);
      expect([seed, [...closureOf(neededIn(planOf(graph)))].sort()]).toEqual([seed, [...closureOf(graph)].sort()]);
    }
  });

  test('a run takes as long as the critical path, whatever its nodes take', () => {
    for (const seed of seeds) {
      const graph = randomGraph(seed);
      const planning = planOf(graph);
      const random = randomOf(seed + 1);
      for (let round = 0; round < 3; round++) {
        const seconds = new Map(graph.map(({ id }) => [id, Math.ceil(random() * 1000)]));
        expect([seed, makespanOf(planning, seconds)]).toEqual([seed, criticalPathOf(graph, seconds)]);
      }
    }
  });

  test('every wait waits for something, and each name is given once', () => {
    for (const seed of seeds) {
      const { plan, latches } = planOf(randomGraph(seed));
      const waits = partsIn(plan).flatMap((part) => (part.kind === 'wait' ? [part.latch] : []));
      expect([seed, ...waits.sort()]).toEqual([seed, ...latches.map(({ name }) => name).sort()]);
      expect(new Set(waits).size).toBe(waits.length);
      for (const { producers } of latches) expect(producers.length).toBeGreaterThan(0);
    }
  });

  test('the order that nodes and needs come in makes no difference', () => {
    for (const seed of seeds) {
      const graph = randomGraph(seed);
      const turned = [...graph].reverse().map(({ id, needs }) => ({ id, needs: [...needs].reverse() }));
      expect(planOf(turned)).toEqual(planOf(graph));
    }
  });
});

test('a series-parallel graph needs no latch', () => {
  for (const seed of seeds) expect(planOf(seriesParallel(randomOf(seed), 2 + (seed % 59))).latches).toEqual([]);
});

test('a cycle is our bug by then', () => {
  const circle = [
    { id: 'x', needs: ['y'] },
    { id: 'y', needs: ['x'] },
  ];
  expect(() => planOf(circle)).toThrow('Heddle bug: a cycle reached the planner');
});
