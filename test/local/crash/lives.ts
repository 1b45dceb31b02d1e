// A run that is killed again and again until it is done, and what must be true of it.
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { decodeLine, lineOf } from '../../../lib/local/states/history/decoding.ts';
import { isEvent } from '../../../lib/local/states/history/record.ts';
import { output, tasks } from './machine.ts';

const CHILD = join(import.meta.dirname, 'child.ts');
const LONGEST_OPENING_MS = 160;
const MOST_EFFECTS = 8; // of one life, so that a run lives several times on a slow machine and on a fast one
const LONGEST_CLOSING_MS = 60;
const LONGEST_PAUSE_MS = 4; // after an effect: from the middle of its task to some tasks later

/** When a life is cut off: so long after it `said` the word for the `times`th time. */
export interface Death {
  readonly said: 'open' | 'work';
  readonly times: number;
  readonly afterMs: number;
  /** It is asked to close then, and killed so long after that. */
  readonly closingMs?: number;
}

/** One in four while the engine opens, the others while it works. */
export const randomDeath = (random: () => number, mostEffects = MOST_EFFECTS): Death =>
  random() < 0.25
    ? { said: 'open', times: 1, afterMs: random() * LONGEST_OPENING_MS }
    : { said: 'work', times: 1 + Math.floor(random() * mostEffects), afterMs: random() * LONGEST_PAUSE_MS };

/** As `randomDeath`; one in four while the engine closes, or has just closed. */
export const randomEnd = (random: () => number, mostEffects: number): Death => {
  const death = randomDeath(random, mostEffects);
  const closes = death.said === 'work' && random() < 1 / 3;
  return closes ? { ...death, closingMs: random() * LONGEST_CLOSING_MS } : death;
};

/** Numbers in [0, 1) that follow from the seed. */
export const seeded = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state * 1664525 + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
};

interface Ending {
  readonly status: string;
  readonly cause: string | undefined;
  readonly output: string;
  readonly history: readonly { readonly id: number; readonly previousEventId: number; readonly type: string }[];
}

/** One life of the engine, killed at `death`; undefined where that came before the end of the run, else what it said last. */
export const live = <T>(program: readonly string[], death: Death | undefined): Promise<T | undefined> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--no-warnings', ...program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    let timer: NodeJS.Timeout | undefined;
    let left = death?.times;
    const kill = (): void => void child.kill('SIGKILL');
    const end = (): void => {
      if (death?.closingMs !== undefined) child.kill('SIGTERM');
      timer = setTimeout(kill, death?.closingMs ?? 0);
    };
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line !== 'open' && line !== 'work') said = line;
      if (line !== death?.said || left === undefined) return;
      left -= 1;
      if (left === 0) timer = setTimeout(end, death.afterMs);
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (said !== '') resolve(JSON.parse(said));
      else if (signal === 'SIGKILL') resolve(undefined);
      else reject(new Error(`the engine ended with ${code}`));
    });
  });

/** The tasks whose completion a dead engine had recorded. Read from a copy: the next life must find what the kill left. */
const recorded = (stateDir: string): ReadonlySet<string> => {
  if (!existsSync(join(stateDir, 'engine.sqlite'))) return new Set();
  const copy = `${stateDir}-copy`;
  mkdirSync(copy);
  for (const name of ['engine.sqlite', 'engine.sqlite-wal'])
    if (existsSync(join(stateDir, name))) cpSync(join(stateDir, name), join(copy, name));
  const database = new DatabaseSync(join(copy, 'engine.sqlite'));
  try {
    const hasLog = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'sfn_log'").get() !== undefined;
    const rows = hasLog ? database.prepare('SELECT executions, records FROM sfn_log ORDER BY id').all() : [];
    const events = rows.flatMap(({ executions, records }) =>
      String(executions)
        .split(' ')
        .flatMap((_, place) => decodeLine(lineOf(String(records), place)))
        .filter(isEvent),
    );
    const succeeded = events.filter(({ type }) => type === 'LambdaFunctionSucceeded');
    return new Set(succeeded.map(({ details }) => JSON.parse(String(details?.output)).task));
  } finally {
    database.close();
    rmSync(copy, { recursive: true });
  }
};

const effectsIn = (file: string): readonly string[] =>
  existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];

const count = (effects: readonly string[], task: string): number => effects.filter((effect) => effect === task).length;

/** What a run that was killed came to. `problems` is empty where all is as it must be. */
export interface Survived {
  readonly kills: number;
  readonly effects: number;
  /** Effects above one a task: tasks that were under way when the engine was killed. */
  readonly repeated: number;
  readonly problems: readonly string[];
}

/** Kills the run `kills` times, if it takes that long, then lets it end. `folder` is its own. */
export const survive = async (folder: string, kills: number, random: () => number): Promise<Survived> => {
  const stateDir = join(folder, 'state');
  const effectsFile = join(folder, 'effects');
  const problems: string[] = [];
  const allowed = new Map(tasks.map((task) => [task, 1]));
  const finished = new Set<string>();
  let done = 0;
  let ending: Ending | undefined;
  while (ending === undefined) {
    ending = await live<Ending>([CHILD, stateDir, effectsFile], done < kills ? randomDeath(random) : undefined);
    if (ending !== undefined) break;
    done += 1;
    const effects = effectsIn(effectsFile);
    for (const task of recorded(stateDir)) finished.add(task);
    for (const task of tasks) {
      const times = count(effects, task);
      // A task that was recorded as done may never run again, one that was under way may once more.
      if (finished.has(task)) allowed.set(task, Math.min(times, allowed.get(task) ?? times));
      else if (times > 0) allowed.set(task, (allowed.get(task) ?? 0) + 1);
    }
  }
  const effects = effectsIn(effectsFile);
  for (const task of tasks) {
    const times = count(effects, task);
    const most = allowed.get(task) ?? 0;
    if (times < 1 || times > most) problems.push(`${task} ran ${times} times; expected 1 to ${most}`);
  }
  if (ending.status !== 'SUCCEEDED') problems.push(`the run ended as ${ending.status}: ${ending.cause}`);
  if (ending.output !== JSON.stringify(output)) problems.push(`the output is ${ending.output}`);
  for (const [index, { id, previousEventId }] of ending.history.entries()) {
    if (id !== index + 1) problems.push(`event ${index + 1} has the id ${id}`);
    if (previousEventId >= id) problems.push(`event ${id} follows ${previousEventId}`);
  }
  const ends = ending.history.filter(({ type }) => type === 'ExecutionSucceeded').length;
  const successes = ending.history.filter(({ type }) => type === 'LambdaFunctionSucceeded').length;
  if (ends !== 1) problems.push(`${ends} events tell of the end`);
  if (successes !== tasks.length) problems.push(`${successes} tasks succeeded in the history`);
  return { kills: done, effects: effects.length, repeated: effects.length - tasks.length, problems };
};
