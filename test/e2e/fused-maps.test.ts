// A map over the outputs of a map runs batch by batch behind it. What a run means must not change by that.
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import * as z from 'zod';
import { compile } from '../../lib/asl/index.ts';
import { definePipeline, defineStage, type MapOptions } from '../../lib/definition/index.ts';
import { graphOf } from '../../lib/graph/index.ts';
import { PermanentError } from '../../lib/runtime/index.ts';
import { type Handlers, openWorks, type Ran } from '../run-pipelines.ts';

const item = z.object({ n: z.number(), fails: z.array(z.string()) });
const first = defineStage('first', { input: item, output: item });
const second = defineStage('second', { input: item, output: item });
const third = defineStage('third', { input: item, output: item });
const total = defineStage('total', {
  input: z.object({ all: z.array(item).readonly(), failed: z.number() }),
  output: z.object({ sum: z.number() }),
});

type Limits = Omit<MapOptions, 'onFailure'>;
type Tolerances = readonly [MapOptions['tolerate'], MapOptions['tolerate'], MapOptions['tolerate']];

/** Three maps in a row. `apart`: with limits that keep them from being joined. */
const pipelineOf = (name: string, tolerate: Tolerances, options: Limits, apart: boolean) =>
  definePipeline(name, { input: z.object({ list: z.array(item) }) }, (flow) => {
    const like = (place: 0 | 1 | 2): Limits => ({
      ...options,
      concurrency: (options.concurrency ?? 10) + (apart ? place : 0),
      ...(tolerate[place] ? { tolerate: tolerate[place] } : {}),
    });
    const one = flow.map(first, flow.input.list, (each) => each, like(0));
    const two = flow.map(second, one.outputs, (each) => each, like(1));
    const three = flow.map(third, two.outputs, (each) => ({ n: each.n, fails: each.fails }), like(2));
    const { sum } = flow.task(total, { all: three.outputs, failed: three.failed });
    return { sum, outputs: three.outputs, counts: [one.count, two.count, three.count] };
  });

const work: (name: string) => Handlers[string] =
  (name) =>
  ({ input }) => {
    if (input.fails.includes(name)) throw new PermanentError(`${name} fails`);
    return { ...input, n: input.n + 1 };
  };
const handlers: Handlers = {
  first: work('first'),
  second: work('second'),
  third: work('third'),
  total: ({ input }) => ({ sum: input.all.reduce((sum: number, { n }: { n: number }) => sum + n, input.failed) }),
};

/** All that a run means: how it and its stages ended, and what it gave. */
const meaning = async (ran: Ran) => ({
  status: ran.run.status,
  stages: [...ran.stages.values()].map(({ stage, status, items, reason }) => ({ stage, status, items, reason })),
  // Of a map that was skipped in the end, some items may have been worked, and failed, before.
  letters: ran.deadLetters
    .filter(({ stage }) => ran.stages.get(stage)?.status !== 'skipped')
    .map(({ stage, input }) => ({ stage, input })),
  output: ran.run.status === 'completed' ? await ran.output() : undefined,
});

const states = (pipeline: ReturnType<typeof pipelineOf>): readonly string[] =>
  Object.keys(JSON.parse(compile(graphOf(pipeline)).definition).States);

test('three maps in a row are one Map, unless their limits differ', () => {
  const none: Tolerances = [undefined, undefined, undefined];
  expect(states(pipelineOf('joined', none, {}, false))).not.toContain('second');
  expect(states(pipelineOf('apart', none, {}, true))).toEqual(expect.arrayContaining(['first', 'second', 'third']));
});

const tolerance = fc.constantFrom<MapOptions['tolerate']>(undefined, { count: 1 }, { count: 3 }, { percent: 50 });
const items = fc.array(
  fc.record({
    n: fc.nat(9),
    fails: fc.array(fc.constantFrom('first', 'second', 'third', '', '', '', '', ''), { maxLength: 1 }),
  }),
  { maxLength: 12 },
);

test.each([
  ['inline', { batch: 3 }],
  ['in child executions', { batch: 3, concurrency: 50 }],
] as const)('joined, %s, they mean what they mean apart', async (_, options) => {
  await fc.assert(
    fc.asyncProperty(fc.tuple(tolerance, tolerance, tolerance), items, async (tolerate, list) => {
      const [joined, apart] = [false, true].map((split) => pipelineOf('chain', tolerate, options, split));
      const results: unknown[] = [];
      for (const pipeline of [joined, apart]) {
        if (!pipeline) continue;
        const works = await openWorks([pipeline], handlers);
        try {
          results.push(await meaning(await works.run(pipeline, { list })));
        } finally {
          await works.close();
        }
      }
      expect(results[0]).toEqual(results[1]);
    }),
    { numRuns: 12 },
  );
});
