// A trigger that a person pauses and lets go on, from the template.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as z from 'zod';
import { definePipeline, objectDropped } from '../../lib/definition/index.ts';
import { DeployedApp } from './deployed-app.ts';

const drops = definePipeline(
  'drops',
  { input: z.object({ bucket: z.string(), key: z.string() }), triggers: [objectDropped('drops/{partition}/*')] },
  (flow) => flow.wait('rest', { for: '1s' }),
);
const plain = definePipeline('plain', { input: z.object({}) }, (flow) => flow.wait('rest', { for: '1s' }));

const app = new DeployedApp(drops, plain);
beforeAll(() => app.open());
afterAll(() => app.close());
const { heddle } = app;
const drop = (partition: string): Promise<void> => app.drop(`drops/${partition}/a.csv`, partition);
const listed = (says: RegExp): Promise<string> => app.saying(says, 'runs', 'drops');

test('pause holds what lands, resume-triggers starts it', async () => {
  const plan = await heddle('pause', 'drops');
  expect(plan).toMatchObject({ code: 0, stdout: 'What object1 of drops asks for would be held.\n' });
  expect(plan.stderr).toContain('Nothing is done yet: add --go.');
  expect(await heddle('pause', 'drops', '--because', 'stock-taking', '--go')).toMatchObject({ code: 0 });
  expect((await heddle('pause', 'drops', '--go')).stdout).toMatch(/paused already: .* at .*: stock-taking/);
  await drop('monday');
  expect(await listed(/held/)).toMatch(/monday-\w+ is pending: held, as .* paused drops/);

  const what = await heddle('resume-triggers', 'drops');
  expect(what.stdout).toMatch(/1 held run would start\n {2}monday-\w+ {2}object1 {2}\d/);
  expect(await heddle('resume-triggers', 'drops', '--go')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('The triggers of drops start runs again.'),
  });
  await listed(/monday .*completed/);
  expect((await heddle('resume-triggers', 'drops', '--go')).stdout).toBe('Nothing of drops is paused.\n');
});

test('a trigger that there is not, a pipeline without any', async () => {
  expect(await heddle('pause', 'drops', '--trigger', 'objct1')).toMatchObject({
    code: 2,
    stderr: "HDL680 drops has no trigger 'objct1'; expected one of object1. Fix: did you mean object1?\n",
  });
  expect(await heddle('pause', 'plain')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('HDL681 plain has'),
  });
});
