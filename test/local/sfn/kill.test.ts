import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

const CHILD = new URL('./kill-child.ts', import.meta.url).pathname;
const CONCURRENCY = 4;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sfn-kill-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Starts the engine; with `lines`, kills it as soon as its functions have been called that often. Gives what it printed. */
const life = (lines: number | undefined): Promise<string> =>
  new Promise((resolve, reject) => {
    const calls = join(folder, 'calls');
    const child = spawn(process.execPath, ['--no-warnings', CHILD, join(folder, 'engine.db'), calls], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { PATH: process.env.PATH ?? '' },
    });
    let printed = '';
    child.stdout.on('data', (chunk) => {
      printed += chunk;
    });
    const count = () => {
      try {
        return readFileSync(calls, 'utf8').split('\n').length - 1;
      } catch {
        return 0; // nothing has been called yet
      }
    };
    const watch = setInterval(() => {
      if (lines !== undefined && count() >= lines) child.kill('SIGKILL');
    }, 1);
    child.on('error', reject);
    child.on('close', () => {
      clearInterval(watch);
      resolve(printed);
    });
  });

test('an execution outlives kill -9, and no recorded stage runs again', async () => {
  const kills = [3, 17, 29, 36, 48];
  for (const lines of kills) await life(lines);
  const printed = (await life(undefined)).trim().split('\n').at(-1) ?? '';
  const output = Array.from({ length: 20 }, (_, index) => ({ item: index + 1 }));
  expect(JSON.parse(printed)).toEqual({ status: 'SUCCEEDED', output, succeeded: 50 });
  const called = readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n');
  expect(new Set(called).size).toBe(50);
  expect(called.length - 50).toBeLessThanOrEqual(kills.length * CONCURRENCY);
});
