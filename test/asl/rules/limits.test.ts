// The limits of Step Functions: a definition that breaks each, one that may, a near miss, and the message in full.
import { expect, test } from '@jest/globals';
import * as z from 'zod';
import { checkLimits, estimate } from '../../../lib/asl/index.ts';
import {
  definePipeline,
  defineStage,
  eq,
  type Flow,
  formatDiagnostic,
  type Pipeline,
} from '../../../lib/definition/index.ts';
import { graphOf } from '../../../lib/graph/index.ts';
import { type Numbers, pipelineOf, stage } from '../sample.ts';

const found = (pipeline: Pipeline): readonly string[] => {
  const graph = graphOf(pipeline);
  const told = checkLimits(graph, estimate(graph)).map(formatDiagnostic);
  // What is used changes with every word that the compiler writes; the limits do not.
  return told.map((text) => text.replaceAll(/\b\d[\d,]*\d\b(?= (bytes|history events|retries))/g, limitOrN));
};
const limitOrN = (count: string): string => (['1,048,576', '262,144', '25,000'].includes(count) ? count : 'N');

type AnyFlow = Flow<Numbers, { readonly before: Numbers }>;

const maps = (count: number, items: number): Pipeline =>
  pipelineOf((flow) => {
    for (let map = 1; map <= count; map++)
      flow.map(stage('each'), flow.input.list, (item) => ({ item }), { id: `each${map}`, expect: { items } });
  });

const constants = (count: number, length: number): Pipeline =>
  pipelineOf((flow) => {
    for (let one = 1; one <= count; one++)
      flow.task(stage('one'), { text: 'x'.repeat(length - 500) }, { id: `one${one}` });
  });

/** One stage, which no packing makes smaller: its constant is in the definition three times, the value once. */
const heavy = (length: number): Pipeline =>
  pipelineOf((flow) => {
    const value = { n: 0, list: [], text: 'x'.repeat(length) };
    flow.task(stage('one'), { text: value.text }, { fallback: stage('two'), onFailure: { value } });
  });

/** Each in a machine that holds it; what undoes them is one. */
const undone = (count: number): Pipeline =>
  pipelineOf((flow) => {
    const compensate = defineStage('undo', {
      input: z.object({ input: z.any(), output: z.any() }),
      output: z.object({}),
    });
    for (let one = 1; one <= count; one++) flow.task(stage('one'), {}, { id: `one${one}`, compensate });
  });

const longestThatFits = (): number => {
  const [, definition] = estimate(graphOf(heavy(1_000))).limits;
  return 1_000 + Math.floor(((definition?.most ?? 0) - (definition?.least ?? 0)) / 4);
};

const tooMuchToPass =
  'HDL233 sample.one: a state passes on N bytes, but Step Functions takes 262,144. Fix: pass long constants by reference (a key in the bucket), or run fewer stages beside each other.';

const deciding = (label: z.ZodType<string>): Pipeline =>
  definePipeline('deciding', { input: z.object({}) }, (flow) => {
    const read = defineStage('read', { input: z.object({}), output: z.object({ label, other: label }) });
    const given = flow.task(read, {});
    flow.choose(
      eq(given.label, 'a'),
      () => flow.task(stage('yes'), {}).n,
      () => 0,
    );
  });

const wide = (branches: number): Pipeline =>
  pipelineOf((flow: AnyFlow) => {
    for (let one = 1; one <= branches; one++) flow.task(stage('one'), {}, { id: `one${one}` });
  });

const cases: [string, Pipeline, ...string[]][] = [
  ['batches whose retries stay in bounds', maps(1, 5_000)],
  [
    'batches whose retries may not',
    maps(1, 25_000),
    'HDL231 warning, sample.each1: a run in which every retry is used writes N history events, but Step Functions stops an execution at 25,000; there is room for N retries. Fix: set a larger batch (it runs 1,000 batches), say expect: { items } on flow.map so that each batch gets a history of its own, or fewer retry.attempts.',
  ],
  [
    'more batches than a history holds',
    maps(4, 25_000),
    'HDL231 sample.each1: a run writes N history events, but Step Functions stops an execution at 25,000. Fix: set a larger batch (it runs 1,000 batches), say expect: { items } on flow.map so that each batch gets a history of its own, or fewer retry.attempts.',
  ],
  ['constants that fit', constants(5, 100_000)],
  ['constants that fit once they are packed into machines of their own', constants(20, 100_000)],
  [
    'a stage that does not fit',
    heavy(261_500),
    'HDL232 sample.one: the definition has N bytes, but Step Functions takes 1,048,576. Fix: pass long constants by reference, or make a part of the pipeline a pipeline of its own.',
    tooMuchToPass,
  ],
  [
    'a stage that fits until the names of functions are filled in',
    heavy(longestThatFits()),
    'HDL232 warning, sample.one: the definition may have N bytes once its names are filled in, but Step Functions takes 1,048,576. Fix: pass long constants by reference, or make a part of the pipeline a pipeline of its own.',
    tooMuchToPass,
  ],
  [
    'a constant that no state may pass on',
    constants(1, 263_000),
    'HDL233 sample.one1: a state passes on N bytes, but Step Functions takes 262,144. Fix: pass long constants by reference (a key in the bucket), or run fewer stages beside each other.',
  ],
  ['stages that are undone', undone(300)],
  [
    'more stages than one machine can undo',
    undone(1_200),
    'HDL232 sample.one1000: the definition has N bytes, but Step Functions takes 1,048,576. Fix: pass long constants by reference, or make a part of the pipeline a pipeline of its own.',
  ],
  ['a hundred stages beside each other', wide(100)],
  ['a condition on one of a few', deciding(z.enum(['a', 'b']) as z.ZodType<string>)],
  ['a condition on a short text', deciding(z.string().max(1_000))],
  [
    'a condition on a long text',
    deciding(z.string().max(43_600)),
    'HDL233 warning, deciding.read: a state may pass on N bytes, but Step Functions takes 262,144. Fix: bound the values that conditions read (z.string().max(…)), or run fewer stages beside each other.',
  ],
  [
    'a condition on a text of any length',
    deciding(z.string()),
    'HDL234 warning, deciding.read: a condition reads read.label, whose contract sets no bound to its length, and it travels through the state machine, which takes 262,144 bytes. Fix: bound it in the contract, such as z.enum([…]) or z.string().max(200).',
  ],
];

test.each(cases)('%s', (_, pipeline, ...messages) => {
  expect(found(pipeline)).toEqual(messages);
});
