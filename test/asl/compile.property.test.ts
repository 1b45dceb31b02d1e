import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Block, operandsOf, refsIn } from '../../lib/definition/index.ts';
import { dependenciesOf, graphOf, type PipelineGraph, validate } from '../../lib/graph/index.ts';
import { placesIn } from '../../lib/graph/read.ts';
import { interpret } from './interpreter.ts';
import { randomPipeline } from './random-pipeline.ts';
import { compiled, machineOf } from './sample.ts';
import { worldEngine } from './world-engine.ts';

/** When a stage was called, as places in the log. */
const callsOf = (id: string, calls: readonly string[]): readonly number[] =>
  calls.flatMap((call, index) => (call === id || call.startsWith(`${id}[`) || call === `${id} settled` ? [index] : []));

/** Each stage with the stages it may not start before: what it reads or waits for, and what the choices around it read. */
const needsIn = (block: Block, around: readonly string[] = []): readonly (readonly [string, readonly string[]])[] =>
  block.nodes.flatMap((node) => {
    const own = [...around, ...dependenciesOf(node)].flatMap((need) => [need, ...insideOf(need, block)]);
    if (node.kind !== 'choose') return [[node.id, own] as const];
    const read = operandsOf(node.when).flatMap((binding) => refsIn(binding).map(({ source }) => source));
    const stages = read.flatMap((source) => (source.kind === 'stage' ? [source.stage] : []));
    return [...needsIn(node.onTrue, [...around, ...stages]), ...needsIn(node.onFalse, [...around, ...stages])];
  });

/** The stages inside a choice of this block. */
const insideOf = (choose: string, block: Block): readonly string[] =>
  block.nodes.flatMap((node) => {
    if (node.kind !== 'choose') return [];
    const inner = [node.onTrue, node.onFalse];
    return node.id === choose
      ? inner.flatMap((branch) => placesIn(branch).map(({ id }) => id))
      : inner.flatMap((branch) => insideOf(choose, branch));
  });

/** The maps whose batches a map may follow one by one: that whose outputs it goes over, and those of its `flow.each`. */
const followed = ({ stages }: PipelineGraph, id: string): readonly string[] => {
  const node = stages.find((stage) => stage.id === id)?.node;
  if (node?.kind !== 'map') return [];
  if (node.each !== undefined)
    return stages.flatMap((other) =>
      other.node.kind === 'map' && other.node.each === node.each && dependenciesOf(node).includes(other.id)
        ? [other.id]
        : [],
    );
  if (node.items.kind !== 'ref' || node.items.path[0] !== 'outputs') return [];
  return node.items.source.kind === 'stage' ? [node.items.source.stage] : [];
};

test('random pipelines break no rule', () => {
  fc.assert(
    fc.property(randomPipeline, ({ pipeline }) => {
      expect(validate([pipeline]).filter(({ code }) => !['HDL210', 'HDL241', 'HDL212'].includes(code))).toEqual([]);
    }),
  );
});

test('compiling twice gives equal bytes', () => {
  fc.assert(
    fc.property(randomPipeline, ({ pipeline }) => {
      expect(compiled(pipeline)).toEqual(compiled(pipeline));
    }),
  );
});

test('a run does what the pipeline means: every stage once, after its needs, on the branches taken', async () => {
  await fc.assert(
    fc.asyncProperty(randomPipeline, async ({ pipeline, world }) => {
      // One machine of several needs the others, which only a template names (test/e2e/latches runs such a one).
      fc.pre(compiled(pipeline).children.length === 0);
      const graph = graphOf(pipeline);
      const { sfn, log } = await worldEngine(
        graph.stages.map(({ id }) => id),
        world,
      );
      const ended = await sfn.run(machineOf(pipeline), { run: 'r1' });
      await sfn.close();
      expect(ended).toMatchObject({ status: 'SUCCEEDED' });

      const meaning = interpret(pipeline.flow, world);
      expect(log.chosen).toEqual(meaning.chosen);
      expect(new Map([...log.outcomes].sort())).toEqual(new Map([...meaning.stages].sort()));

      for (const { id, node } of graph.stages) {
        const outcome = meaning.stages.get(id);
        const began = node.kind !== 'map' ? log.calls.filter((call) => call === id).length : 1;
        const settled = log.calls.filter((call) => call === `${id} settled`).length;
        const settles = node.kind === 'map' || node.kind === 'wait' || (outcome && meaning.failed.has(id)) ? 1 : 0;
        if (outcome) expect([id, began, settled]).toEqual([id, 1, settles]);
        else expect(callsOf(id, log.calls)).toEqual([]);
      }
      for (const [id, ranges] of log.batches) {
        const starts = ranges.map(([first]) => first).sort((a, b) => a - b);
        expect([id, ...starts]).toEqual([id, ...starts.map((_, batch) => batch * 25)]);
      }
      const at = (call: string): number => log.calls.indexOf(call);
      for (const [id, needs] of needsIn(pipeline.flow)) {
        const givers = followed(graph, id);
        const calls = callsOf(id, log.calls);
        for (const giver of givers)
          for (const call of calls.flatMap((index) => log.calls[index] ?? []))
            if (at(call.replace(id, giver)) >= 0) expect(at(call.replace(id, giver))).toBeLessThan(at(call));
        const last = calls.length === 0 ? [] : needs.filter((need) => !givers.includes(need));
        for (const before of last.map((need) => callsOf(need, log.calls).at(-1)))
          if (before !== undefined) expect(before).toBeLessThan(calls[0] ?? -1);
      }
    }),
    { numRuns: 80 },
  );
});
