import { execFileSync, spawnSync } from 'node:child_process';
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

const WORKED = `
  const { registerHooks } = await import('node:module');
  const loaded = [];
  registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) });
  const { openServices } = await import(${JSON.stringify(EMBEDDING)});
  const { service, ended } = await openServices({ stateDir: process.argv[1], functions: { f: () => 1 } });
  const call = (operation, input) => service('sfn').call(operation, input);
  const work = { Type: 'Task', Resource: 'arn:aws:lambda:us-east-1:123456789012:function:f', End: true };
  const definition = JSON.stringify({ StartAt: 'F', States: { F: work } });
  const { stateMachineArn } = await call('CreateStateMachine', { name: 'm', definition, roleArn: 'arn:aws:iam::1:role/r' });
  const { executionArn } = await call('StartExecution', { stateMachineArn });
  const { status } = await ended(executionArn);
  console.log(JSON.stringify({ status, loaded: loaded.map((url) => url.split('/lib/local/')[1]).filter(Boolean) }));
`;

test('a program that has run an execution ends by itself, with no more of the engine loaded than it has used', () => {
  const flags = ['--no-warnings', '--input-type=module', '-e', WORKED, folder];
  const { status, loaded } = JSON.parse(execFileSync(process.execPath, flags, { encoding: 'utf8', timeout: 60_000 }));
  expect(status).toBe('SUCCEEDED');
  expect(loaded).toContain('states/machine/open-call.ts');
  // Half a millisecond each. What is new here has its reason, or is for `late` (late-modules.ts).
  expect(loaded.length).toBeLessThanOrEqual(84);
});

const BROKEN = `
  const { openServices } = await import(${JSON.stringify(EMBEDDING)});
  const { setImmediate } = await import('node:timers/promises');
  let isBroken = false;
  const random = () => {
    if (isBroken) throw new Error('a bug of the interpreter');
    return 0.5;
  };
  const f = () => {
    isBroken = true;
    throw new Error('again');
  };
  const { service } = await openServices({ stateDir: process.argv[1], random, functions: { f } });
  const call = (operation, input) => service('sfn').call(operation, input);
  const Retry = [{ ErrorEquals: ['States.ALL'], JitterStrategy: 'FULL' }];
  const work = { Type: 'Task', Resource: 'arn:aws:lambda:us-east-1:123456789012:function:f', Retry, End: true };
  const definition = JSON.stringify({ StartAt: 'F', States: { F: work } });
  const { stateMachineArn } = await call('CreateStateMachine', { name: 'm', type: process.argv[2], definition, roleArn: 'arn:aws:iam::1:role/r' });
  await call('StartExecution', { stateMachineArn });
  for (let turn = 0; turn < 10; turn++) await setImmediate();
  process.exit();
`;

test.each(['STANDARD', 'EXPRESS'])(
  'a bug of the interpreter in a %s execution that nobody waits for ends the process',
  (type) => {
    const flags = ['--no-warnings', '--input-type=module', '-e', BROKEN, folder, type];
    const { status, stderr } = spawnSync(process.execPath, flags, { encoding: 'utf8', timeout: 60_000 });
    expect(stderr).toContain('a bug of the interpreter');
    expect(status).toBe(1);
  },
);

test('a program that opens services loads no module of Node that it has no use for: each takes milliseconds', () => {
  const flags = ['--no-warnings', '--input-type=module'];
  const loaded = execFileSync(process.execPath, [...flags, '-e', PROGRAM, folder], { encoding: 'utf8' }).split('\n');
  expect(loaded).toContain('NativeModule sqlite');
  const late = ['crypto', 'zlib', 'stream', 'worker_threads', 'http', 'internal/fs/promises', 'internal/util/diff'];
  expect(late.filter((name) => loaded.includes(`NativeModule ${name}`))).toEqual([]);
});
