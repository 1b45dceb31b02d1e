// flow.each: a small graph of stages for each item. Whatever its shape, every item goes through it as if it were alone.
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import * as z from 'zod';
import { compile } from '../../lib/asl/index.ts';
import { definePipeline, defineStage, type EachOptions, fromS3, type Ref } from '../../lib/definition/index.ts';
import { graphOf } from '../../lib/graph/index.ts';
import { PermanentError } from '../../lib/runtime/index.ts';
import { type Handlers, openWorks, type Ran } from '../run-pipelines.ts';

const names = ['s0', 's1', 's2', 's3', 's4', 's5'] as const;
const item = z.object({ n: z.number(), fails: z.array(z.string()) });
type Item = z.infer<typeof item>;
const number = z.object({ n: z.number() });
const stages = names.map((name) =>
  defineStage(name, {
    input: z.object({ n: z.number(), fails: z.array(z.string()), given: z.array(z.number()) }),
    output: number,
    retry: { attempts: 1 },
  }),
);
const total = defineStage('total', {
  input: z.object({ all: z.array(number).readonly() }),
  output: z.object({ all: z.array(z.number()) }),
});

const handlers: Handlers = {
  ...Object.fromEntries(
    names.map((name, place) => [
      name,
      ({ input }: { readonly input: Item & { readonly given: readonly number[] } }) => {
        if (input.fails.includes(name)) throw new PermanentError(`${name} fails`);
        return { n: worked(place, input.n, input.given) };
      },
    ]),
  ),
  total: ({ input }) => ({ all: input.all.map(({ n }: { n: number }) => n) }),
};

const worked = (place: number, n: number, given: readonly number[]): number =>
  given.reduce((sum, each) => (sum * 7 + each) % 1_000_003, n + place);

/** For each stage, those before it whose output it reads; and those it only comes after. */
interface Shape {
  readonly reads: readonly (readonly number[])[];
  readonly after: readonly (readonly number[])[];
}

type Source = 'list' | 'file';

const pipelineOf = ({ reads, after }: Shape, options: EachOptions, source: Source) =>
  definePipeline('each', { input: z.object({ list: z.array(item), key: z.string() }) }, (flow) => {
    const rows = fromS3({ bucket: 'inbox', key: flow.input.key, format: 'jsonl', row: item });
    const given = flow.each<Item, { n: number }>(
      source === 'list' ? flow.input.list : rows,
      (one, each) => {
        const outputs: Ref<{ n: number }>[] = [];
        for (const [place, stage] of stages.slice(0, reads.length).entries())
          outputs.push(
            each.task(
              stage,
              { n: one.n, fails: one.fails, given: (reads[place] ?? []).map((read) => outputs[read]?.n ?? 0) },
              { after: (after[place] ?? []).flatMap((before) => outputs[before] ?? []) },
            ),
          );
        return outputs.at(-1) as Ref<{ n: number }>; // there is at least one stage
      },
      options,
    );
    return flow.task(total, { all: given.outputs });
  });

/** What each stage makes of the items, said plainly. */
const meaningOf = ({ reads, after }: Shape, list: readonly Item[], tolerated: number) => {
  const given: Map<number, number>[] = [];
  const ended: { status: string; failed: number }[] = [];
  const letters: string[] = [];
  for (const [place, read] of reads.entries()) {
    const before = [...read, ...(after[place] ?? [])];
    const isSkipped = before.some((each) => ended[each]?.status !== 'completed');
    const outputs = new Map<number, number>();
    let failed = 0;
    for (const [index, { n, fails }] of list.entries()) {
      if (isSkipped || !before.every((each) => given[each]?.has(index))) continue;
      if (fails.includes(`s${place}`)) {
        failed += 1;
        letters.push(`s${place} ${index}`);
      } else
        outputs.set(
          index,
          worked(
            place,
            n,
            read.map((each) => given[each]?.get(index) ?? 0),
          ),
        );
    }
    given.push(outputs);
    ended.push({ status: isSkipped ? 'skipped' : failed > tolerated ? 'failed' : 'completed', failed });
  }
  const last = ended.at(-1)?.status === 'completed';
  return {
    run: ended.some(({ status }) => status === 'failed') ? 'failed' : 'completed',
    stages: ended.map(({ status }) => status),
    failed: ended.map(({ status, failed }) => (status === 'skipped' ? undefined : failed)),
    letters: letters.sort(),
    output: last ? { all: [...(given.at(-1) ?? new Map()).values()] } : undefined,
  };
};

const found = async (ran: Ran, shape: Shape) => {
  const records = shape.reads.map((_, place) => ran.stages.get(`s${place}`));
  const isSkipped = new Set(records.filter((each) => each?.status === 'skipped').map((each) => each?.stage));
  return {
    run: ran.run.status,
    stages: records.map((each) => each?.status),
    failed: records.map((each) => (each?.status === 'skipped' ? undefined : each?.items?.failed)),
    // Of a stage that was skipped in the end, some items may have been worked before.
    letters: ran.deadLetters
      .filter(({ stage }) => !isSkipped.has(stage))
      .map(({ stage, item: index }) => `${stage} ${index}`)
      .sort(),
    output: ran.stages.get('total')?.status === 'completed' ? await ran.output().catch(() => undefined) : undefined,
  };
};

const subsetBelow = (place: number) =>
  fc.uniqueArray(fc.nat(Math.max(0, place - 1)), { maxLength: place === 0 ? 0 : 3 });
const shapes: fc.Arbitrary<Shape> = fc.integer({ min: 1, max: names.length }).chain((size) =>
  fc.record({
    reads: fc.tuple(...Array.from({ length: size }, (_, place) => subsetBelow(place))),
    after: fc.tuple(
      ...Array.from({ length: size }, (_, place) => (place % 3 === 2 ? subsetBelow(1) : fc.constant<number[]>([]))),
    ),
  }),
);
const items = fc.array(
  fc.record({ n: fc.nat(9), fails: fc.array(fc.constantFrom(...names, '', '', '', '', '', ''), { maxLength: 1 }) }),
  { maxLength: 9 },
);

/** No Parallels and sequences say this: the fourth needs both, the third only one. */
const crossed: Shape = { reads: [[], [], [0], [0, 1]], after: [[], [], [], []] };

let latches = 0;
test.each<[string, EachOptions, Source]>([
  ['inline', { batch: 2 }, 'list'],
  ['in child executions', { batch: 2, concurrency: 50 }, 'list'],
  ['over the rows of a file', { batch: 2 }, 'file'],
])('%s, every item goes through any graph as if it were alone', async (_, options, source) => {
  await fc.assert(
    fc.asyncProperty(shapes, items, fc.constantFrom(0, 1, 3), async (shape, list, count) => {
      const pipeline = pipelineOf(shape, { ...options, tolerate: { count } }, source);
      if (compile(graphOf(pipeline)).definition.includes('.batch.latch')) latches += 1;
      const works = await openWorks([pipeline], handlers);
      try {
        const lines = list.map((each) => JSON.stringify(each)).join('\n');
        await works.services.service('s3').call('PutObject', { Bucket: 'inbox', Key: 'rows.jsonl', Body: lines });
        const ran = await works.run(pipeline, { list, key: 'rows.jsonl' });
        const meaning = meaningOf(shape, list, count);
        expect(await found(ran, shape)).toEqual(meaning);
      } finally {
        await works.close();
      }
    }),
    {
      numRuns: 25,
      examples: [
        [
          crossed,
          [
            { n: 1, fails: [] },
            { n: 2, fails: ['s0'] },
            { n: 3, fails: [] },
          ],
          1,
        ],
      ],
    },
  );
});

test('some of those graphs had latches', () => {
  expect(latches).toBeGreaterThan(2);
});
