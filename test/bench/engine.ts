// The figures of the local engine: the workloads of the peers' benchmark (peers/run.ts), and executions of 10,000 (peers/large.ts).
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measure } from './measure.ts';
import type { LargeRow } from './peers/large.ts';
import { expectSuccess, type Row } from './row.ts';

const root = join(import.meta.dirname, '..', '..');
const ROUNDS = '3';

/** What was promised of an engine that functions share a process with, in milliseconds. Each run is crash safe. */
const GOALS: { readonly [workload: string]: { readonly title: string; readonly ms: number } } = {
  W1: { title: 'chain of 100', ms: 5 },
  W2: { title: 'map over 1,000, 40 at once', ms: 22 },
  W3: { title: 'DAG of 10 x 10', ms: 5 },
  W4: { title: '100 runs of 10', ms: 35 },
  W5: { title: 'process start to first stage done', ms: 150 },
  W6: { title: '20 stages of 20 ms', ms: 412 },
};
const OURS = { 'heddle-inprocess': 'in process', 'heddle-worker': 'worker threads' } as const;
const FLOOR = 'floor-sqlite-normal';

/** What a driver writes: milliseconds by adapter and workload, or why there are none. */
type Summary = {
  readonly [adapter: string]:
    | { readonly [workload: string]: { readonly wall_ms?: number; readonly min?: number; readonly error?: string } }
    | undefined;
};

const workloadRow = (summary: Summary, adapter: keyof typeof OURS, workload: string): Row => {
  const { title, ms } = GOALS[workload] ?? { title: workload, ms: Number.NaN };
  const { wall_ms: median, min, error } = summary[adapter]?.[workload] ?? {};
  if (median === undefined || min === undefined) throw new Error(`${adapter} ${workload}: ${error ?? 'not measured'}`);
  const floor = summary[FLOOR]?.[workload]?.wall_ms;
  const ratio = floor === undefined ? '' : `, ${(median / floor).toFixed(2)} x SQLite alone`;
  const isPromised = adapter === 'heddle-inprocess';
  return {
    figure: `${workload} ${title}, ${OURS[adapter]}`,
    value: `${median.toFixed(1)} ms (least ${min.toFixed(1)}${ratio})`,
    goal: isPromised ? `at most ${ms} ms` : '–',
    holds: !isPromised || median <= ms,
    command: `node bin/run.mjs test/bench/peers/run.ts ${adapter} -- --workloads ${workload}`,
  };
};

const workloads = async (out: string): Promise<readonly Row[]> => {
  const run = [join(root, 'test/bench/peers/run.ts'), '--', '--rounds', ROUNDS, '--out', out];
  expectSuccess(await measure(process.execPath, ['--no-warnings', ...run], root), 'the workloads');
  const { summary } = JSON.parse(readFileSync(out, 'utf8')) as { readonly summary: Summary };
  const adapters = Object.keys(OURS) as (keyof typeof OURS)[]; // the keys of the table above
  return adapters.flatMap((adapter) => Object.keys(GOALS).map((workload) => workloadRow(summary, adapter, workload)));
};

const large = async (out: string): Promise<readonly Row[]> => {
  const run = [join(root, 'test/bench/peers/large.ts'), '10000', '--out', out];
  expectSuccess(await measure(process.execPath, ['--no-warnings', ...run], root), 'executions of 10,000');
  const rows = JSON.parse(readFileSync(out, 'utf8')) as readonly LargeRow[];
  return rows.map(({ name, seconds, mb, holds }) => ({
    figure: `10,000 ${name}`,
    value: `${seconds.map((each) => each.toFixed(2)).join(', ')} s for a quarter, half, all; ${mb.toFixed(0)} MB`,
    goal: 'linear, at most 400 MB',
    holds,
    command: 'node bin/run.mjs test/bench/peers/large.ts',
  }));
};

/** Durability of all: SQLite WAL, synchronous=NORMAL; every event is in the kernel's hands before it is acted on. */
export const engine = async (): Promise<readonly Row[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-bench-'));
  try {
    return [...(await workloads(join(folder, 'workloads.json'))), ...(await large(join(folder, 'large.json')))];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
