#!/usr/bin/env node
// Runs one of our TypeScript programs on the pinned Node, installing the dependencies first where they are missing or older
// than the lock file. Plain JavaScript without dependencies, because it runs before there are any, on Node 20 and up.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stamp = join(root, 'node_modules', '.heddle-lock');
const pinnedNode = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
const lock = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex');

const installed = () => existsSync(pinnedNode) && existsSync(stamp) && readFileSync(stamp, 'utf8') === lock;

if (!installed()) {
  process.stderr.write('heddle: installing dependencies (once, about a minute)\n');
  const arguments_ = ['ci', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
  const npm = process.env.npm_execpath;
  // npm's chatter goes to stderr: stdout is the program's.
  const stdio = ['ignore', 2, 2];
  const result = npm
    ? spawnSync(process.execPath, [npm, ...arguments_], { cwd: root, stdio })
    : spawnSync('npm', arguments_, { cwd: root, stdio, shell: process.platform === 'win32' });
  if (result.status !== 0) {
    process.stderr.write(
      'HDL601 the dependencies could not be installed; expected npm ci to succeed. Fix: see npm above; check the network and the registry, then run this again.\n',
    );
    process.exit(2);
  }
  writeFileSync(stamp, lock);
}

const [program, ...rest] = process.argv.slice(2);
if (!program) {
  process.stderr.write(
    'HDL602 no program was named; expected node bin/run.mjs PROGRAM.ts [argument ...]. Fix: use npm start or npm test.\n',
  );
  process.exit(2);
}
// Types are stripped and code is compiled once, not at every command: 'heddle --help' takes 0.45 s instead of 1.1 s.
const env = { NODE_COMPILE_CACHE: join(root, '.cache', 'compile'), ...process.env };
const run = spawn(pinnedNode, ['--disable-warning=ExperimentalWarning', join(root, program), ...rest], {
  stdio: 'inherit',
  env,
});
// The program has the last word: it is waited for. A terminal sends Ctrl-C to both of us; what comes to this process alone is passed on.
process.on('SIGINT', () => process.stdin.isTTY || run.kill('SIGINT'));
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => run.kill(signal));
run.on('exit', (code, signal) => {
  if (signal) {
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  }
  process.exit(code ?? 1);
});
