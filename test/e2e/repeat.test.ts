// Evaluation loops: a part of a pipeline, round after round, run for real in virtual time.
import { afterEach, expect, test } from '@jest/globals';
import * as z from 'zod';
import { definePipeline, defineStage, gte, type Ref } from '../../lib/definition/index.ts';
import { PermanentError } from '../../lib/runtime/index.ts';
import { type Handlers, openWorks, type Works } from '../run-pipelines.ts';

const draft = defineStage('draft', {
  input: z.object({ from: z.string() }),
  output: z.object({ text: z.string() }),
});
const criticize = defineStage('criticize', {
  input: z.object({ text: z.string() }),
  output: z.object({ score: z.number() }),
});
const publish = defineStage('publish', {
  input: z.object({ text: z.string(), rounds: z.number() }),
  output: z.object({ url: z.string() }),
});

const writing = definePipeline('writing', { input: z.object({ topic: z.string() }) }, (flow) => {
  const refined = flow.repeat(
    'refine',
    { initial: { text: flow.input.topic, score: 0 }, until: ({ score }) => gte(score, 0.8), atMost: 4 },
    (state) => {
      const { text } = flow.task(draft, { from: state.text });
      return { text, score: flow.task(criticize, { text }).score };
    },
  );
  const published = flow.task(publish, { text: refined.state.text, rounds: refined.rounds });
  return { url: published.url, score: refined.state.score };
});

let works: Works;
afterEach(() => works.close());

const run = async (scores: readonly (number | 'fails')[]) => {
  let round = 0;
  const handlers: Handlers = {
    draft: ({ input }) => ({ text: `${input.from}+` }),
    criticize: () => {
      const score = scores[round++];
      if (score === 'fails') throw new PermanentError('no opinion');
      return { score };
    },
    publish: ({ input }) => ({ url: `${input.text} after ${input.rounds}` }),
  };
  works = await openWorks([writing], handlers);
  return works.run(writing, { topic: 'a' });
};
const worked = ({ stages }: Awaited<ReturnType<typeof run>>): readonly string[] =>
  [...stages.values()].flatMap(({ stage, status }) => (status === 'completed' ? [stage] : [])).sort();
const rounds = (n: number): readonly string[] =>
  ['criticize', 'draft'].flatMap((name) => Array.from({ length: n }, (_, i) => `${name}Round${i + 1}`));

test.each([
  ['at once', [0.9], 1, 0.9],
  ['in the third round', [0.2, 0.5, 0.8], 3, 0.8],
  ['never, and the cap ends it', [0.1, 0.2, 0.3, 0.4], 4, 0.4],
] as const)(
  'good enough %s: each round has stages of its own, and builds on the one before',
  async (_, scores, n, score) => {
    const ran = await run(scores);
    expect(ran.run.status).toBe('completed');
    expect(await ran.output()).toEqual({ url: `a${'+'.repeat(n)} after ${n}`, score });
    expect(worked(ran)).toEqual([...rounds(n), 'publish']);
  },
);

test('a round that is not run is skipped, and says why', async () => {
  const ran = await run([0.9]);
  expect(ran.stages.get('draftRound2')).toMatchObject({ status: 'skipped', reason: 'refineRound1 took then' });
});

test('a failure ends the repetition: no further round, what reads the result is skipped, the run fails', async () => {
  const ran = await run([0.2, 'fails']);
  expect(ran.run).toMatchObject({ status: 'failed', cause: expect.stringContaining('criticizeRound2 failed') });
  expect(worked(ran)).toEqual(['criticizeRound1', 'draftRound1', 'draftRound2']);
  expect(ran.stages.get('publish')).toMatchObject({ status: 'skipped', reason: 'refineRound2 took neither branch' });
});

test('a stage that only stands by and fails ends the repetition too', async () => {
  const pipeline = definePipeline('sideways', { input: z.object({ topic: z.string() }) }, (flow) => {
    const options = {
      initial: { text: flow.input.topic, n: 0 },
      until: ({ n }: { n: Ref<number> }) => gte(n, 1),
      atMost: 3,
    };
    const refined = flow.repeat('refine', options, (state) => {
      flow.task(criticize, { text: state.text });
      return { text: flow.task(draft, { from: state.text }).text, n: 0 };
    });
    return { text: refined.state.text };
  });
  works = await openWorks([pipeline], {
    draft: ({ input }) => ({ text: `${input.from}+` }),
    criticize: () => {
      throw new PermanentError('no opinion');
    },
  });
  const ran = await works.run(pipeline, { topic: 'a' });
  expect(ran.run.status).toBe('failed');
  expect(worked(ran)).toEqual(['draftRound1']);
  expect(ran.stages.get('draftRound2')).toMatchObject({ status: 'skipped', reason: 'criticizeRound1 is failed' });
});
