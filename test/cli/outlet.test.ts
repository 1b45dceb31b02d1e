import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from '@jest/globals';

test('a reader that leaves early ends neither the work nor its exit code', async () => {
  const program = `
    import { outletOf } from ${JSON.stringify(new URL('../../lib/cli/outlet.ts', import.meta.url).href)};
    const outlet = outletOf(process.stdout);
    process.stdout.on('error', () => { process.exitCode = 7; });
    const more = () => { outlet.write('x'.repeat(10_000)); if (process.exitCode !== 7) setImmediate(more); };
    more();`;
  const child = spawn(process.execPath, [
    '--disable-warning=ExperimentalWarning',
    '--input-type=module',
    '-e',
    program,
  ]);
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  child.stdout.once('data', () => child.stdout.destroy());
  const [code] = await once(child, 'close');
  expect({ code, said }).toEqual({ code: 7, said: '' });
});
