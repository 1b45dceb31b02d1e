// A map over the rows of a file, a thousand to a call, with stages that do nothing: a million of them, and whether time is linear.
import { join } from 'node:path';
import { measure } from './measure.ts';
import { expectSuccess, type Row } from './row.ts';

const root = join(import.meta.dirname, '..', '..');
const GOAL = { seconds: 300, mb: 1_024 };
/** Ten times the rows may take so much more than ten times the work. */
const SLACK = 1.5;
const most = 1_000_000;

const titles = { heddle: 'through an app from its template', engine: 'the Distributed Map alone' } as const;
type What = keyof typeof titles;

interface Measured {
  readonly seconds: number;
  /** Of the processors: what a busy machine does not change. */
  readonly workMs: number;
  readonly mb: number;
}

const take = async (what: What, count: number): Promise<Measured> => {
  const file = join(root, 'test/bench/scale/run.ts');
  const run = await measure(process.execPath, ['--no-warnings', file, what, String(count)], root);
  const { ms, workMs } = JSON.parse(expectSuccess(run, `${count} rows`).output.trim().split('\n').at(-1) ?? '');
  return { seconds: ms / 1_000, workMs, mb: run.peakMb ?? Number.NaN };
};

const rowsOf = async (what: What): Promise<readonly Row[]> => {
  const rows: Row[] = [];
  let before: Measured | undefined;
  for (const count of [most / 100, most / 10, most]) {
    const now = await take(what, count);
    const isLinear = before === undefined || now.workMs <= before.workMs * 10 * SLACK;
    const isMost = count === most;
    rows.push({
      figure: `map over ${count.toLocaleString('en')} rows, ${titles[what]}`,
      value: `${now.seconds.toFixed(1)} s (${(now.workMs / 1_000).toFixed(1)} s of CPU), ${Math.round(count / now.seconds).toLocaleString('en')} items/s, peak ${now.mb.toFixed(0)} MB`,
      goal: isMost ? `at most ${GOAL.seconds} s and ${GOAL.mb} MB, linear` : 'linear',
      holds: isLinear && (!isMost || (now.seconds <= GOAL.seconds && now.mb <= GOAL.mb)),
      command: `node bin/run.mjs test/bench/scale/run.ts ${what} ${count}`,
    });
    before = now;
  }
  return rows;
};

/** All processes count, and the memory of all their threads. */
export const scale = async (): Promise<readonly Row[]> => [...(await rowsOf('heddle')), ...(await rowsOf('engine'))];
