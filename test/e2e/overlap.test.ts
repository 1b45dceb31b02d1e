// Runs that overlap, from the template: a person starts them, sees who waits and who was not started, and takes one out.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as z from 'zod';
import { type AdmissionOptions, definePipeline } from '../../lib/definition/index.ts';
import { DeployedApp, until } from './deployed-app.ts';

const asking = (name: string, options: AdmissionOptions) =>
  definePipeline(name, { input: z.object({}), ...options }, (flow) =>
    flow.approve('ship', { prompt: 'Ship it?', answer: z.object({ yes: z.boolean() }), timeout: '1h' }),
  );
const pipelines = [
  asking('release', { maxRuns: 1 }),
  asking('hasty', { overlap: 'skip' }),
  asking('newest', { overlap: 'cancelRunning' }),
];

const app = new DeployedApp(...pipelines);
beforeAll(() => app.open());
afterAll(() => app.close());
const { heddle } = app;
const start = async (pipeline: string, id: string): Promise<string> => {
  const { stdout } = await heddle('start', pipeline, '--id', id, '--no-wait');
  return stdout;
};
const runOf = async (pipeline: string, partition: string): Promise<{ run: string; status: string }> => {
  const { stdout } = await heddle('runs', pipeline, '--json');
  const runs = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  return runs.find((run) => run.partition === partition);
};
const answer = (run: string): Promise<void> =>
  until(async () => (await heddle('answer', run, 'ship', '--json', '{"yes":true}')).code === 0);

test('one at a time: the others wait in order, and begin when one ends', async () => {
  await start('release', 'a');
  const first = await app.runThatIs('running', 'release', 'a');
  expect(await start('release', 'b')).toContain('waits for a run of the pipeline to end');
  await start('release', 'c');
  const { run: third } = await runOf('release', 'c');
  expect((await heddle('runs', 'release')).stdout).toContain(`${third} is pending: waits behind 1 other\n`);
  expect((await heddle('run', third)).stdout).toMatch(/waits +waits behind 1 other/);

  const { run: second } = await runOf('release', 'b');
  expect((await heddle('cancel', second)).stdout).toContain('would be taken out of the queue');
  expect(await heddle('cancel', second, '--go')).toMatchObject({
    code: 0,
    stdout: `release ${second} is cancelled.\n`,
  });
  await answer(first);
  expect(await app.runThatIs('running', 'release', 'c')).toBe(third);
  await answer(third);
  await app.runThatIs('completed', 'release', 'c');
  expect((await runOf('release', 'b')).status).toBe('cancelled');
});

test('skip: one that is not started is listed with the reason', async () => {
  await start('hasty', 'a');
  const first = await app.runThatIs('running', 'hasty', 'a');
  const said = await start('hasty', 'b');
  expect(said).toContain(`${first} is under way, and overlap is 'skip'`);
  const { run } = await runOf('hasty', 'b');
  expect((await heddle('runs', 'hasty')).stdout).toContain(`${run} is skipped: ${first} is under way`);
});

test('cancelRunning: the run under way is stopped, then the newest begins', async () => {
  await start('newest', 'a');
  await app.runThatIs('running', 'newest', 'a');
  await start('newest', 'b');
  await app.runThatIs('running', 'newest', 'b');
  expect((await runOf('newest', 'a')).status).toBe('cancelled');
});
