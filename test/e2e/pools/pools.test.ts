// A pool from the synthesized template: real bundles, real tokens, real time, and an engine that is killed while a slot is held.
import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { App, Stack } from 'aws-cdk-lib';
import * as z from 'zod';
import { runProgram } from '../../../lib/cli/index.ts';
import { Orchestrator } from '../../../lib/constructs/index.ts';
import { definePipeline, definePool, defineStage } from '../../../lib/definition/index.ts';
import { testSetting } from '../../cli/setting.ts';
import { until } from '../deployed-app.ts';

const named = z.object({ name: z.string() });
const desk = definePool('desk', { slots: 1 });
const using = (name: string, timeout: '1m' | '3s') => {
  const work = defineStage('work', { input: named, output: named, timeout, retry: { attempts: 1 } });
  return definePipeline(name, { input: named }, (flow) => flow.task(work, { name: flow.input.name }, { pool: desk }));
};
const pipelines = [using('ask', '1m'), using('tell', '1m'), using('hurry', '3s')];

const folder = join(process.cwd(), '.cache', `pools-${process.pid}`);
const [notes, fails] = [join(folder, 'notes'), join(folder, 'fails')];
const assembly = join(folder, 'cdk.out');
/** Notes when it begins and ends; hangs while the file `fails` names it. */
const handlerText = `
import { appendFileSync, readFileSync } from 'node:fs';
import * as z from 'zod';
import { defineStage } from '../../../../lib/definition/index.ts';
import { stageHandler } from '../../../../lib/runtime/index.ts';
const named = z.object({ name: z.string() });
const note = (line) => appendFileSync(${JSON.stringify(notes)}, line + '\\n');
export const handler = stageHandler(defineStage('work', { input: named, output: named }), async ({ input }) => {
  note('began ' + input.name);
  if (readFileSync(${JSON.stringify(fails)}, 'utf8').split('\\n').includes(input.name)) await new Promise(() => {});
  note('ended ' + input.name);
  return input;
});
`;

let engine: ChildProcess | undefined;
let endpoint = '';
const open = async (): Promise<void> => {
  const program = join(import.meta.dirname, 'engine.ts');
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', program, assembly, join(folder, 'state')],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  engine = child;
  endpoint = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (chunk) => resolve(String(chunk).trim()));
    child.on('close', (code) => reject(new Error(`the engine ended with ${code}`)));
  });
};
const kill = async (): Promise<void> => {
  const child = engine;
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.on('close', resolve));
  child.kill('SIGKILL');
  await gone;
};

beforeAll(async () => {
  for (const { name } of pipelines) {
    mkdirSync(join(folder, 'stages', name), { recursive: true });
    writeFileSync(join(folder, 'stages', name, 'work.ts'), handlerText);
  }
  hang();
  const app = new App({ outdir: assembly });
  new Orchestrator(new Stack(app, 'Test'), 'Heddle', { pipelines, handlers: join(folder, 'stages') });
  app.synth();
  await open();
});
afterAll(async () => {
  await kill();
  rmSync(folder, { recursive: true, force: true });
});

/** From now on these hang, and no others. */
const hang = (...names: readonly string[]): void => writeFileSync(fails, names.join('\n'));
const noted = (): readonly string[] => {
  appendFileSync(notes, '');
  return readFileSync(notes, 'utf8').split('\n').filter(Boolean);
};
const heddle = async (...words: readonly string[]): Promise<string> => {
  const environment = {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  };
  const { setting, stdout, stderr } = testSetting(pipelines, { environment, now: Date.now });
  const code = await runProgram(words, setting);
  if (code === 2) throw new Error(stderr());
  return stdout();
};
const start = async (pipeline: string, name: string): Promise<string> => {
  const input = JSON.stringify({ name });
  return JSON.parse(await heddle('start', pipeline, '--id', name, '--input', input, '--no-wait', '--json')).run;
};
const begun = (name: string): Promise<void> => until(() => noted().includes(`began ${name}`));
const statusOf = async (run: string): Promise<string> => JSON.parse(await heddle('run', run, '--json')).status;
const ended = (run: string, status: string): Promise<void> => until(async () => (await statusOf(run)) === status);
const pool = async (): Promise<{
  readonly slots: { readonly held: number };
  readonly waiting: { readonly live: number };
}> => JSON.parse(await heddle('pools', 'desk', '--json'));
const waiting = (count: number): Promise<void> => until(async () => (await pool()).waiting.live === count);
/** Whether never two were at work at once, but for one that was killed and did it again. */
const oneAtATime = (lines: readonly string[]): boolean => {
  let at: string | undefined;
  return lines.every((line) => {
    const [what, name] = line.split(' ');
    const fits = what === 'began' ? at === undefined || at === name : at === name;
    at = what === 'began' ? name : undefined;
    return fits;
  });
};

test('an engine that is killed while a slot is held goes on with it, then with those who wait, in two pipelines', async () => {
  hang('held');
  const held = await start('ask', 'held');
  await begun('held');
  const others = [await start('tell', 'second'), await start('ask', 'third')];
  await waiting(2);
  await kill();
  hang();
  await open();
  for (const run of [held, ...others]) await ended(run, 'completed');
  expect(oneAtATime(noted())).toBe(true);
  expect(
    noted()
      .filter((line) => line.startsWith('ended'))
      .toSorted(),
  ).toEqual(['ended held', 'ended second', 'ended third']);
  expect(await pool()).toMatchObject({ slots: { held: 0 }, waiting: { live: 0 } });
});

test('a stage that runs out of time, and a run that is stopped, give their slot to the next', async () => {
  hang('late', 'stopped');
  const late = await start('hurry', 'late');
  await begun('late');
  const stopped = await start('tell', 'stopped');
  await waiting(1);
  await begun('stopped'); // which the first one's end lets begin
  const last = await start('ask', 'last');
  await waiting(1);
  await heddle('cancel', stopped, '--go');
  await ended(last, 'completed');
  expect([await statusOf(late), await statusOf(stopped)]).toEqual(['failed', 'cancelled']);
  expect(await pool()).toMatchObject({ slots: { held: 0 }, waiting: { live: 0 } });
});
