// Two commands at once on one state folder: the second joins the engine of the first, also where that is not there yet.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { runProgram } from '../../lib/cli/index.ts';
import { openLedger, tableRequest } from '../../lib/ledger/index.ts';
import { openEngine } from '../../lib/local/index.ts';
import { openStateFolder } from '../../lib/local/state-folder.ts';
import { manifestName } from '../../lib/records/index.ts';
import { connect } from '../../lib/support/aws-call.ts';
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

test('where the engine that it joined ends in the middle, it goes on with one of its own', async () => {
  const stateDir = join(root, '.joined');
  const engine = await openEngine({ assembly: join(root, 'cdk.out'), stateDir });
  const aws = connect({ region: engine.region, endpoint: engine.endpoint, accessKeyId: 'a', secretAccessKey: 'b' });
  const manifest = { orchestrator: 'heddle', pipelines: ['orders'], table: 'ledger', payloadBucket: 'payloads' };
  await engine.service('dynamodb').call('CreateTable', tableRequest('ledger'));
  await aws.call('ssm', 'PutParameter', {
    Name: manifestName('heddle'),
    Type: 'String',
    Value: JSON.stringify(manifest),
  });
  await openLedger(aws, manifest).runs.create(runRecord('orders', 'r2', { endedAt: '2026-01-01T00:00:01.000Z' }));
  // It ends as the first question comes, and answers no more.
  Object.assign(engine.service('dynamodb'), {
    call: () => Promise.all([engine.close(), new Promise(() => undefined)]),
  });

  const { setting, stdout, stderr } = testSetting([], { root, workingDirectory: root });
  expect(await runProgram(['runs', '--json', '--state', '.joined'], setting)).toBe(0);
  expect(stderr()).toBe('The local engine that was joined has ended: going on with one of its own.\n');
  expect(JSON.parse(stdout())).toMatchObject({ run: 'r2' });
  await (await openEngine({ assembly: join(root, 'cdk.out'), stateDir })).close(); // that one has ended with the command
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
