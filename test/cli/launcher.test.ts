// bin/run.mjs where something is not as it should be: in a folder of its own, whose Node is what the test says.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'heddle-launcher-'));
  for (const folder of ['bin', 'node_modules/node/bin']) mkdirSync(join(root, folder), { recursive: true });
  copyFileSync(join(import.meta.dirname, '../../bin/run.mjs'), join(root, 'bin/run.mjs'));
  writeFileSync(join(root, 'package-lock.json'), '{}');
  writeFileSync(join(root, 'node_modules/.heddle-lock'), createHash('sha256').update('{}').digest('hex'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

test.each([
  ['must not be run', (node: string) => chmodSync(node, 0o644)],
  ['is no program', (node: string) => chmodSync(node, 0o755)],
])('a Node that %s is told in one line', (_, make) => {
  const node = join(root, 'node_modules/node/bin/node');
  writeFileSync(node, '#!/of/another/machine\n');
  make(node);
  const { status, stderr } = spawnSync(process.execPath, ['bin/run.mjs', 'any.ts'], { cwd: root, encoding: 'utf8' });
  expect(stderr).toMatch(/^HDL631 the program could not be started \(spawn .*\); expected .* Fix: .*\n$/);
  expect(status).toBe(2);
});

test('on Windows a program is not ended by what its console tells it too', async () => {
  symlinkSync(process.execPath, join(root, 'node_modules/node/bin/node.exe'));
  writeFileSync(
    join(root, 'stays.mjs'),
    `process.on('SIGINT', () => process.exit(7));
     process.stdin.on('data', () => process.exit(0));
     process.stdout.write('up');`,
  );
  // The launcher thinks that it is there, and says when it has done what it does at a signal.
  const windows = `data:text/javascript,Object.defineProperty(process,'platform',{value:'win32'});
    process.on('SIGINT',()=>setImmediate(()=>process.stderr.write('heard')))`;
  const launcher = spawn(process.execPath, ['--import', windows, 'bin/run.mjs', 'stays.mjs'], { cwd: root });
  await once(launcher.stdout, 'data');
  launcher.kill('SIGINT');
  await once(launcher.stderr, 'data');
  launcher.stdin.write('go on');
  const [code] = await once(launcher, 'close');
  expect(code).toBe(0);
});
