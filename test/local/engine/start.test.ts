import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-start-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const EMBEDDING = new URL('../../../lib/local/embedding.ts', import.meta.url).href;
const PROGRAM = `
  const before = new Set(process.moduleLoadList);
  const { openServices } = await import(${JSON.stringify(EMBEDDING)});
  const engine = await openServices({ stateDir: process.argv[1], functions: { f: () => 1 } });
  await engine.close();
  console.log(process.moduleLoadList.filter((name) => !before.has(name)).join('\\n'));
`;

test('a program that opens services loads no module of Node that it has no use for: each takes milliseconds', () => {
  const flags = ['--no-warnings', '--input-type=module'];
  const loaded = execFileSync(process.execPath, [...flags, '-e', PROGRAM, folder], { encoding: 'utf8' }).split('\n');
  expect(loaded).toContain('NativeModule sqlite');
  const late = ['crypto', 'zlib', 'stream', 'worker_threads', 'http', 'internal/fs/promises', 'internal/util/diff'];
  expect(late.filter((name) => loaded.includes(`NativeModule ${name}`))).toEqual([]);
});
