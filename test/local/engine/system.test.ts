// What an engine asks of the system below it, and how it goes on where it does not get it: in processes of their own.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-system-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const EMBEDDING = JSON.stringify(new URL('../../../lib/local/embedding.ts', import.meta.url).href);
const CLOCK = JSON.stringify(new URL('../../../lib/local/clock.ts', import.meta.url).href);
const SLACK = '/proc/self/timerslack_ns';
/** Of another system than Linux there is none. */
const slack = `(fs.existsSync('${SLACK}') ? fs.readFileSync('${SLACK}', 'utf8').trim() : 'none')`;

const node = ['--no-warnings', '--input-type=module', '-e'];
const said = (command: string, args: readonly string[]) => {
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8', timeout: 20_000 });
  return { status, stdout: stdout.trim() };
};

test('timers are exact while an engine is open, and no longer', () => {
  const program = `
    import fs from 'node:fs';
    import { openServices } from ${EMBEDDING};
    const seen = [${slack}];
    const open = (name) => openServices({ stateDir: process.argv[1] + name });
    const one = await open('/one');
    const other = await open('/other');
    seen.push(${slack});
    await one.close();
    seen.push(${slack});
    await other.close();
    seen.push(${slack});
    const again = await open('/one');
    seen.push(${slack});
    await again.close();
    await openServices({ stateDir: process.argv[1] + '/one', port: -1 }).catch(() => seen.push(${slack}));
    console.log(JSON.stringify(seen));`;
  const { stdout } = said(process.execPath, [...node, program, folder]);
  const usual = existsSync(SLACK) ? readFileSync(SLACK, 'utf8').trim() : 'none';
  const exact = existsSync(SLACK) ? '1' : 'none';
  expect(JSON.parse(stdout)).toEqual([usual, exact, exact, usual, exact, usual]);
});

test('where nobody may ask for exact timers, they are as they are', () => {
  const program = `
    import fs from 'node:fs';
    import { exactTimers } from ${CLOCK};
    const before = ${slack};
    const loose = exactTimers();
    const meanwhile = ${slack};
    loose();
    console.log(before === meanwhile);`;
  const { status, stdout } = said(process.execPath, ['--permission', '--allow-fs-read=*', ...node, program]);
  expect([status, stdout]).toEqual([0, 'true']);
});

test('a log of SQLite that gets no room is a warning, and the engine works on', () => {
  const program = `
    import { once } from 'node:events';
    import { openServices } from ${EMBEDDING};
    const { service, ended, close } = await openServices({ stateDir: process.argv[1], functions: { f: () => 1 } });
    const call = (operation, input) => service('sfn').call(operation, input);
    const work = { Type: 'Task', Resource: 'arn:aws:lambda:us-east-1:123456789012:function:f', End: true };
    const definition = JSON.stringify({ StartAt: 'F', States: { F: work } });
    const { stateMachineArn } = await call('CreateStateMachine', { name: 'm', definition, roleArn: 'arn:aws:iam::1:role/r' });
    const run = async () => {
      const { executionArn } = await call('StartExecution', { stateMachineArn });
      return (await ended(executionArn)).status;
    };
    const warned = once(process, 'warning');
    const awake = setInterval(() => undefined, 1_000);
    const [before] = await Promise.all([run(), run()]); // not one alone, which is written at once
    const [{ message }] = await warned;
    clearInterval(awake);
    console.log(JSON.stringify([before, message, await run()]));
    await close();`;
  // Files of less than the megabyte that the log is to have; the engine's own are smaller.
  const limited = ['-c', 'ulimit -f 1000; exec "$@"', 'sh', process.execPath, ...node, program, folder];
  const { status, stdout } = said('sh', limited);
  const why = expect.stringMatching(/^the log of .* was not given its room: .*EFBIG/);
  expect([status, JSON.parse(stdout)]).toEqual([0, ['SUCCEEDED', why, 'SUCCEEDED']]);
});
