// Heddle's engine inside the benchmark's process, stage bodies in its worker threads: a real bundle on disk, each event copied
// to the thread and back. Bodies cannot tell the benchmark's counter from there, so the history is asked instead (evidence),
// and the time of the first stage's end comes from the second one's start, which travels in the results.
import { mkdirSync, writeFileSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { machineOf, plainTask, runner } from './heddle-machine.mjs';

enableCompileCache(process.env.HEDDLE_CACHE);
const { openServices } = await import(pathToFileURL(join(process.env.HEDDLE_ROOT, 'lib/local/embedding.ts')).href);

export const meta = {
  mockedBody: true,
  durability: 'as heddle-inprocess; stage bodies run in worker threads (Lambda isolation), all of them for real',
  versions: `node ${process.version}`,
};

const here = import.meta.dirname;
const bundle = (spec) => `
import { makeStage } from ${JSON.stringify(pathToFileURL(join(here, '..', 'lib', 'workloads.mjs')).href)};
import { callStage } from ${JSON.stringify(pathToFileURL(join(here, 'heddle-machine.mjs')).href)};
const spec = ${JSON.stringify({ kind: spec.kind, sleepMs: spec.sleepMs })};
const stage = makeStage(spec, { n: 0 });
export const handler = async ({ node, event }) => {
  const startedAt = performance.timeOrigin + performance.now();
  const output = await callStage(spec, node, event, stage);
  const secondAt = event?.secondAt ?? (output.v === 2 ? startedAt : undefined);
  return { ...output, secondAt };
};
`;

export const open = async ({ spec, dir, wid }) => {
  const directory = join(dir, `bundle-${process.pid}`);
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'index.mjs'), bundle(spec));
  const engine = await openServices({ stateDir: join(dir, `heddle-${process.pid}`) });
  await engine.service('lambda').call('CreateFunction', {
    FunctionName: 'stage',
    Code: { LocalDirectory: directory },
    Timeout: 60,
  });
  const task = ({ id, deps }) => ({
    ...plainTask('stage'),
    Arguments: { node: { id, deps }, event: '{% $states.input %}' },
  });
  const run = await runner(engine, spec, machineOf(spec, task));
  let firstDone;
  const runOnce = async (seq) => {
    const result = await run.runOnce(seq);
    firstDone ??= result.secondAt;
    return result;
  };
  return { ...run, runOnce, firstDoneAt: () => (wid === 'W5' ? firstDone : undefined) };
};
