// A signal that both the launcher and the program get: from `timeout`, or Ctrl-C where stdin is no terminal.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

const launcher = join(import.meta.dirname, '../../bin/run.mjs');

test.each(['SIGINT', 'SIGTERM'] as const)('a program stops in order when its whole group gets %s', async (signal) => {
  const run = spawn(process.execPath, [launcher, 'test/cli/stops.ts'], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  run.stdout.on('data', (text: Buffer) => {
    said += text;
    if (said === 'up\n' && run.pid !== undefined) process.kill(-run.pid, signal);
  });
  const [code] = await once(run, 'close');
  expect(said).toBe('up\nstopped in order');
  expect(code).toBe(0);
});
