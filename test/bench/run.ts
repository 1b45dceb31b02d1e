// `npm run bench`: the figures that Heddle promises, measured here and now. `npm run bench -- engine` takes only those of
// the local engine; there are warm, synth, bundles, engine, backfill, pools, scale, console, telemetry and clean.
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { table } from '../../lib/cli/table.ts';
import { backfill } from './backfill.ts';
import { consolePages } from './console.ts';
import { engine } from './engine.ts';
import { type Measured, measure, median } from './measure.ts';
import { pools } from './pools.ts';
import { expectSuccess, type Row } from './row.ts';
import { scale } from './scale.ts';
import { telemetry } from './telemetry.ts';

const root = join(import.meta.dirname, '..', '..');
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';

const seconds = (figure: string, runs: readonly Measured[], goal: number, command: string): Row => {
  const value = median(runs.map((run) => run.seconds));
  return { figure, value: `${value.toFixed(1)} s`, goal: `at most ${goal} s`, holds: value <= goal, command };
};

/** From an empty folder to the end of `npm start`, installation included. npm's own cache stays as it is. */
const clean = async (): Promise<readonly Row[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-clean-'));
  try {
    const script = `git clone --quiet "${root}" "${folder}/heddle" && cd "${folder}/heddle" && npm start`;
    const run = expectSuccess(await measure('sh', ['-c', script], folder), 'a clean clone');
    return [seconds('clean clone to finished npm start', [run], 120, 'git clone … && npm start')];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** `npm start` on the demo's reviews with everything installed and synthesized, and no state from earlier runs. */
const warm = async (): Promise<readonly Row[]> => {
  expectSuccess(await measure(npm, ['start', '--silent', '--', '--help'], root), 'npm start -- --help');
  const runs: Measured[] = [];
  for (let i = 0; i < 4; i++) {
    const state = mkdtempSync(join(tmpdir(), 'heddle-warm-'));
    const run = await measure(npm, ['start', '--silent', '--', '--state', state], root);
    rmSync(state, { recursive: true, force: true });
    expectSuccess(run, 'a warm npm start');
    if (i > 0) runs.push(run); // The first may synthesize.
  }
  const peak = median(runs.map((run) => run.peakMb ?? Number.NaN));
  return [
    seconds('warm npm start, 3,003 reviews', runs, 15, 'npm start -- --state NEW'),
    {
      figure: 'peak memory of it, all processes',
      value: `${peak.toFixed(0)} MB`,
      goal: 'at most 700 MB',
      holds: peak <= 700,
      command: 'the same, sampled from /proc',
    },
  ];
};

const synth = async (): Promise<readonly Row[]> => {
  const runs: Measured[] = [];
  for (let i = 0; i < 3; i++) {
    const folder = mkdtempSync(join(tmpdir(), 'heddle-synth-'));
    const run = await measure(npm, ['exec', '--', 'cdk', 'synth', '--quiet', '--output', folder], root);
    rmSync(folder, { recursive: true, force: true });
    runs.push(expectSuccess(run, 'cdk synth'));
  }
  return [seconds('cdk synth', runs, 8, 'npx cdk synth --quiet')];
};

/** The largest bundle of a stage's Lambda, and the slowest import, each in a process of its own. */
const bundles = async (): Promise<readonly Row[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-bundles-'));
  try {
    expectSuccess(await measure(npm, ['exec', '--', 'cdk', 'synth', '--quiet', '--output', folder], root), 'cdk synth');
    const files = readdirSync(folder)
      .filter((name) => name.startsWith('asset.') && statSync(join(folder, name)).isDirectory())
      .map((name) => join(folder, name, 'index.mjs'));
    const largest = Math.max(...files.map((file) => statSync(file).size));
    const imports: number[] = [];
    for (const file of files) {
      const times: number[] = [];
      for (let i = 0; i < 3; i++) {
        const code = `const t = performance.now(); await import(${JSON.stringify(file)}); console.log(performance.now() - t)`;
        const run = await measure(process.execPath, ['--input-type=module', '-e', code], root);
        times.push(Number(expectSuccess(run, `importing ${file}`).output.trim().split('\n').at(-1)));
      }
      imports.push(median(times));
    }
    const slowest = Math.max(...imports);
    return [
      {
        figure: `largest of ${files.length} Lambda bundles`,
        value: `${(largest / 1024).toFixed(0)} KB`,
        goal: 'at most 450 KB',
        holds: largest <= 450 * 1024,
        command: 'npx cdk synth; index.mjs of each asset',
      },
      {
        figure: 'slowest import of one',
        value: `${slowest.toFixed(0)} ms`,
        goal: 'at most 120 ms',
        holds: slowest <= 120,
        command: 'node -e "await import(…)"',
      },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const figures = { warm, synth, bundles, engine, backfill, pools, scale, console: consolePages, telemetry, clean };
const wanted = process.argv.slice(2);
const rows: Row[] = [];
for (const [name, take] of Object.entries(figures)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  process.stderr.write(`measuring ${name}\n`);
  rows.push(...(await take()));
}
for (const line of table(
  ['figure', 'measured', 'goal', 'holds', 'command'],
  rows.map(({ figure, value, goal, holds, command }) => [figure, value, goal, holds ? 'yes' : 'NO', command]),
)) {
  console.log(line);
}
process.exit(rows.every((row) => row.holds) ? 0 : 1);
