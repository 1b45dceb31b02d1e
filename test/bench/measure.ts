// Runs a command as a whole and measures it from outside: wall time, and the memory of its process tree.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

export interface Measured {
  readonly seconds: number;
  /** The most memory that the tree of processes held at one time, in megabytes; undefined where /proc is missing. */
  readonly peakMb: number | undefined;
  readonly code: number | null;
  readonly output: string;
}

const sampleMs = 50;
const pageBytes = 4096;

interface Process {
  readonly parent: number;
  readonly mb: number;
}

/** Every process of this machine with its parent and resident memory, from /proc. */
const processes = (): ReadonlyMap<number, Process> => {
  const found = new Map<number, Process>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      found.set(Number(name), { parent: Number(fields[1]), mb: (Number(fields[21]) * pageBytes) / 2 ** 20 });
    } catch {
      // The process ended between the listing and the reading: it holds nothing.
    }
  }
  return found;
};

const treeMb = (root: number): number => {
  const all = processes();
  const belongs = (pid: number): boolean => {
    for (let at = pid; at > 1; at = all.get(at)?.parent ?? 0) if (at === root) return true;
    return false;
  };
  return [...all].reduce((sum, [pid, { mb }]) => (belongs(pid) ? sum + mb : sum), 0);
};

/** The environment of a user's shell: without the compile cache that this program was given (bin/run.mjs). */
export const shellEnvironment = (): NodeJS.ProcessEnv => ({ ...process.env, NODE_COMPILE_CACHE: undefined });

export const measure = (command: string, arguments_: readonly string[], cwd: string): Promise<Measured> =>
  new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const child = spawn(command, arguments_, { cwd, env: shellEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let peakMb: number | undefined;
    const keep = (chunk: Buffer): void => {
      output += chunk;
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    const sampler =
      process.platform === 'linux' && child.pid
        ? setInterval(() => {
            peakMb = Math.max(peakMb ?? 0, treeMb(child.pid ?? 0));
          }, sampleMs)
        : undefined;
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(sampler);
      resolve({ seconds: (performance.now() - startedAt) / 1000, peakMb, code, output });
    });
  });

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
};
