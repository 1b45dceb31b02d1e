// Objects that land within a window become one run, from the template.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { App, Stack } from 'aws-cdk-lib';
import * as z from 'zod';
import { Orchestrator } from '../../lib/constructs/index.ts';
import { batched, definePipeline, objectDropped } from '../../lib/definition/index.ts';
import { type Engine, openEngine } from '../../lib/local/index.ts';

const drops = definePipeline(
  'drops',
  {
    input: z.object({ batch: z.array(z.object({ bucket: z.string(), key: z.string() })) }),
    triggers: [batched(objectDropped('drops/{partition}/*'), { window: '10m', count: 3 })],
  },
  (flow) => {
    flow.wait('rest', { for: '1s' });
    return { landed: flow.input.batch };
  },
);

const folder = mkdtempSync(join(tmpdir(), 'heddle-batches-'));
const ended = Promise.withResolvers<string>();
let engine: Engine;
beforeAll(async () => {
  const app = new App({ outdir: join(folder, 'cdk.out') });
  new Orchestrator(new Stack(app, 'Test'), 'Heddle', { pipelines: [drops] });
  engine = await openEngine({
    assembly: app.synth().directory,
    stateDir: join(folder, 'state'),
    onEvent: ({ source, detail }) => {
      if (source === 'aws.states' && detail.status !== 'RUNNING') ended.resolve(String(detail.status));
    },
  });
});
afterAll(async () => {
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
});

test('three objects of one partition are one run', async () => {
  const { Parameter } = await engine.service('ssm').call('GetParameter', { Name: '/heddle/heddle' });
  const { inboxBucket: Bucket } = JSON.parse((Parameter as { Value: string }).Value);
  for (const name of ['a', 'b', 'c']) {
    const Body = new TextEncoder().encode(name);
    await engine.service('s3').call('PutObject', { Bucket, Key: `drops/monday/${name}`, Body });
  }
  expect(await ended.promise).toBe('SUCCEEDED');
  const machines = await engine.service('sfn').call('ListStateMachines', {});
  const [machine] = machines.stateMachines as readonly { stateMachineArn: string }[];
  const { executions } = await engine
    .service('sfn')
    .call('ListExecutions', { stateMachineArn: machine?.stateMachineArn });
  expect((executions as readonly { name: string }[]).map(({ name }) => name)).toEqual([
    expect.stringMatching(/^monday-/),
  ]);
});
