// A condition on what an upstream gave, from the template: what a person sees of a run that it did not hold for.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as z from 'zod';
import { definePipeline, gte } from '../../lib/definition/index.ts';
import { DeployedApp, until } from './deployed-app.ts';

const score = definePipeline('score', { input: z.object({}) }, (flow) => ({
  mean: flow.approve('judge', { prompt: 'How good?', answer: z.object({ mean: z.number() }), timeout: '1h' }).mean,
}));
const release = definePipeline(
  'release',
  { input: z.object({}), upstream: { score }, when: ({ upstream }) => gte(upstream.score.mean, 0.5) },
  (flow) => flow.approve('ship', { prompt: 'Ship it?', answer: z.object({ yes: z.boolean() }), timeout: '1h' }),
);
const app = new DeployedApp(score, release);
beforeAll(() => app.open());
afterAll(() => app.close());
const { heddle } = app;

test('is asked of the output: good enough starts the next pipeline, and what is not says why', async () => {
  for (const [partition, mean] of [
    ['mon', 0.4],
    ['tue', 0.6],
  ] as const) {
    await heddle('start', 'score', '--id', partition, '--no-wait');
    const run = await app.runThatIs('running', 'score', partition);
    await until(async () => (await heddle('answer', run, 'judge', '--json', JSON.stringify({ mean }))).code === 0);
  }
  await app.runThatIs('running', 'release', 'tue');
  const skipped = await app.runThatIs('skipped', 'release', 'mon');
  expect((await heddle('run', skipped)).stdout).toMatch(/its condition does not hold: upstream\.score\.mean is 0\.4/);
});
