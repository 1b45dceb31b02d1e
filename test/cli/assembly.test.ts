// The cloud assembly of an app, made by whoever needs it first.
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { freshAssembly, wholeAssembly } from '../../lib/cli/assembly.ts';
import { tryLock } from '../../lib/local/index.ts';

let root: string;
let said: string[];
const say = (line: string): void => void said.push(line);
const fresh = () => freshAssembly({ root, environment: process.env, say });
const log = () => readFileSync(join(root, 'log'), 'utf8');

/** A CDK app that says when it runs. */
const app = (more = '') => `
  import { appendFileSync, writeFileSync } from 'node:fs';
  appendFileSync('log', 'begin ');
  writeFileSync(process.env.CDK_OUTDIR + '/manifest.json', '{}');
  ${more}
  appendFileSync('log', 'end ');
`;

beforeEach(() => {
  said = [];
  root = mkdtempSync(join(tmpdir(), 'heddle-assembly-'));
  for (const folder of ['bin', 'lib', 'lambdas']) mkdirSync(join(root, folder));
  for (const [file, text] of Object.entries({
    'bin/app.ts': app(),
    'cdk.json': '{}',
    'package-lock.json': '{}',
    log: '',
  }))
    writeFileSync(join(root, file), text);
});
afterEach(() => rmSync(root, { recursive: true }));

test('of two at once one synthesizes, and the other waits for it', async () => {
  const both = await Promise.all([fresh(), fresh()]);
  expect(both.map(({ synthesized }) => synthesized).sort()).toEqual([false, true]);
  expect(log()).toBe('begin end ');
  expect(said.filter((line) => line.startsWith('synthesizing'))).toHaveLength(1);
  expect(await fresh()).toMatchObject({ synthesized: false });
});

test('one that was left half done is that of no sources, also of those from before', async () => {
  const source = join(root, 'bin/app.ts');
  const [then, later] = [1_700_000_000, 1_700_000_001];
  utimesSync(source, then, then);
  await fresh();
  appendFileSync(source, 'process.exit(1);');
  utimesSync(source, later, later);
  await expect(fresh()).rejects.toThrow('HDL610 the CDK app ended with code 1');
  writeFileSync(source, app());
  utimesSync(source, then, then);
  expect(await fresh()).toMatchObject({ synthesized: true });
});

test('who reads an assembly waits until nobody writes it', async () => {
  await fresh();
  const directory = join(root, 'cdk.out');
  const unlock = tryLock(join(directory, '.heddle-lock'));
  const order: string[] = [];
  const waits = (line: string): void => {
    say(line);
    order.push('written');
    unlock?.();
  };
  await wholeAssembly(directory, waits).then(() => order.push('read'));
  expect(order).toEqual(['written', 'read']);
  expect(said.at(-1)).toBe('another process synthesizes the CDK app: waiting for it');
  await wholeAssembly(join(root, 'none'), say);
});

test('who comes while another reads it says nothing of a synthesis', async () => {
  await fresh();
  const unlock = tryLock(join(root, 'cdk.out', '.heddle-lock'));
  const reads = wholeAssembly(join(root, 'cdk.out'), say);
  unlock?.();
  await reads;
  expect(said).toEqual(['synthesizing the CDK app']);
});
