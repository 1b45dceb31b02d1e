// node driver.mjs --adapters a,b [--workloads W1,W2] [--rounds 5] [--timed 3] [--out FILE]: the medians of our own adapters.
// Each round takes each adapter and workload in a process of its own, which runs it once untimed, then `timed` times.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeStage, WORKLOADS } from './lib/workloads.mjs';

const option = (name, fallback) => {
  const at = process.argv.indexOf(`--${name}`);
  return at === -1 ? fallback : process.argv[at + 1];
};
const now = () => performance.timeOrigin + performance.now();

/** One process: `[name, workload, timed, startedAt, folder]`. Answers milliseconds as JSON. */
const measure = async (name, wid, timed, startedAt, dir) => {
  const spec = WORKLOADS[wid];
  const isStart = wid === 'W5';
  let firstDone;
  const counter = {
    n: 0,
    onSecond: () => {
      firstDone ??= now();
    },
  };
  const { meta, open } = await import(`./adapters/${name}.mjs`);
  const adapter = await open({ wid, spec, stage: makeStage(spec, counter), dir });
  const samples = [];
  for (let n = 0; n <= (isStart ? 0 : timed); n += 1) {
    counter.n = 0;
    const begun = performance.now();
    const results = await Promise.all(
      Array.from({ length: spec.runs }, (_, index) => adapter.runOnce(n * spec.runs + index)),
    );
    if (n > 0) samples.push(performance.now() - begun);
    if (results.some(({ v }) => v !== spec.expect)) throw new Error(`${name} ${wid}: wrong result`);
    if (!meta.mockedBody && counter.n !== spec.stages) throw new Error(`${name} ${wid}: ${counter.n} stage bodies ran`);
  }
  await adapter.evidence();
  if (isStart) samples.push((firstDone ?? adapter.firstDoneAt()) - startedAt);
  process.stdout.write(`\n@@${JSON.stringify(samples)}\n`);
  await adapter.close();
  process.exit(0);
};

const child = (name, wid) => {
  const dir = mkdtempSync(join(tmpdir(), 'heddle-alone-'));
  const job = JSON.stringify([name, wid, Number(option('timed', 3)), now(), dir]);
  const run = spawnSync(process.execPath, ['--no-warnings', process.argv[1], '--job', job], { encoding: 'utf8' });
  rmSync(dir, { recursive: true, force: true });
  if (run.status !== 0) throw new Error(run.stderr);
  return JSON.parse(run.stdout.split('@@').at(-1));
};

const job = option('job');
if (job !== undefined) await measure(...JSON.parse(job));

const names = option('adapters', '').split(',');
const wids = option('workloads', Object.keys(WORKLOADS).join(',')).split(',');
const samples = new Map();
for (let round = 0; round < Number(option('rounds', 5)); round += 1)
  for (const name of names)
    for (const wid of wids) {
      const key = `${wid} ${name}`;
      samples.set(key, [...(samples.get(key) ?? []), ...child(name, wid)]);
    }
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const row = (name, wid) => {
  const taken = samples.get(`${wid} ${name}`);
  return [
    wid,
    { workload: WORKLOADS[wid].title, 'median ms': median(taken).toFixed(1), 'min ms': Math.min(...taken).toFixed(1) },
  ];
};
const out = option('out');
if (out !== undefined) {
  const cell = (name, wid) => {
    const taken = samples.get(`${wid} ${name}`);
    return [wid, { wall_ms: median(taken), min: Math.min(...taken) }];
  };
  const summary = Object.fromEntries(
    names.map((name) => [name, Object.fromEntries(wids.map((wid) => cell(name, wid)))]),
  );
  writeFileSync(out, JSON.stringify({ summary }));
}
for (const name of names) {
  const { meta } = await import(`./adapters/${name}.mjs`);
  console.log(`\n${name}: ${meta.durability}`);
  console.table(Object.fromEntries(wids.map((wid) => row(name, wid))));
}
