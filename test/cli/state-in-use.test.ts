// Two commands at once on one state folder: the second joins the engine of the first, also where that is not there yet.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { runProgram } from '../../lib/cli/index.ts';
import { openStateFolder } from '../../lib/local/state-folder.ts';
import { openRecorded, type Recorded, runRecord } from './recorded.ts';
import { testSetting } from './setting.ts';

let recorded: Recorded;
let root: string;
beforeAll(async () => {
  recorded = await openRecorded({ manifests: [{ pipeline: 'orders' }] });
  await recorded.ledger.runs.create(runRecord('orders', 'r1', { endedAt: '2026-01-01T00:00:01.000Z' }));
  root = mkdtempSync(join(tmpdir(), 'heddle-in-use-'));
  mkdirSync(join(root, 'cdk.out'));
  const stack = {
    type: 'aws:cloudformation:stack',
    environment: 'aws://unknown-account/unknown-region',
    properties: { templateFile: 'S.template.json' },
  };
  writeFileSync(join(root, 'cdk.out/manifest.json'), JSON.stringify({ version: '36.0.0', artifacts: { S: stack } }));
  writeFileSync(join(root, 'cdk.out/S.template.json'), '{ "Resources": {} }');
});
afterAll(async () => {
  await recorded.close();
  rmSync(root, { recursive: true, force: true });
});

test('it waits until the engine says where it is, past one that has just ended', async () => {
  const folder = openStateFolder(join(root, '.heddle'));
  folder.announce('http://127.0.0.1:1');
  const { setting, stdout, stderr } = testSetting([], { root });
  const asked = runProgram(['runs', '--json'], setting);
  await new Promise(setImmediate); // it has looked once
  folder.announce(recorded.services.endpoint);
  expect([await asked, stderr()]).toEqual([0, '']);
  expect(JSON.parse(stdout())).toMatchObject({ run: 'r1' });
  folder.close();
});
