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
    const why = result.error ? ` (${result.error.message})` : '';
    process.stderr.write(
      `HDL601 the dependencies could not be installed${why}; expected npm ci to succeed. Fix: see npm above; check the network and the registry, then run this again.\n`,
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
const notStarted = ({ message }) => {
  process.stderr.write(
    `HDL631 the program could not be started (${message}); expected ${pinnedNode} to run. Fix: delete node_modules and run this again, which installs it anew; where the arguments are too long, pass the input in a file.\n`,
  );
  process.exit(2);
};
const start = () => {
  try {
    return spawn(pinnedNode, ['--disable-warning=ExperimentalWarning', join(root, program), ...rest], {
      stdio: 'inherit',
      env,
    });
  } catch (error) {
    return notStarted(error); // of some errors spawn tells at once, of others by an event
  }
};
const run = start();
run.on('error', (error) => {
  if (run.pid !== undefined) throw error; // it runs, so it is something else
  notStarted(error);
});
// The program has the last word: it is waited for. A terminal sends Ctrl-C to both of us; what comes to this process alone is passed on.
// Windows has no signals: its consoles tell each program of Ctrl-C, whatever stdin is, and kill() ends one in the middle of its work.
const isWindows = process.platform === 'win32';
process.on('SIGINT', () => isWindows || process.stdin.isTTY || run.kill('SIGINT'));
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => isWindows || run.kill(signal));
run.on('exit', (code, signal) => {
  if (signal) {
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  }
  process.exit(code ?? 1);
});
