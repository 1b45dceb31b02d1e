// Events of a bus and messages of a user's queue, from the template to a completed run.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { App, Stack } from 'aws-cdk-lib';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import * as z from 'zod';
import { runProgram } from '../../lib/cli/index.ts';
import { Orchestrator } from '../../lib/constructs/index.ts';
import { definePipeline, fromQueue, gte, onEvent } from '../../lib/definition/index.ts';
import { type Engine, openEngine } from '../../lib/local/index.ts';
import { testSetting } from '../cli/setting.ts';

const drop = z.object({ day: z.string(), rows: z.number() });
const drops = definePipeline(
  'drops',
  {
    input: z.object({ day: z.string() }),
    triggers: [
      onEvent(
        { source: 'shop', detail: { day: [{ prefix: '2026-' }] } },
        {
          detail: drop,
          input: (event) => ({ day: event.detail.day }),
          partition: (event) => event.detail.day,
          when: (event) => gte(event.detail.rows, 100),
        },
      ),
      onEvent(
        { source: 'shop', bus: 'shopping' },
        { detail: drop, input: (event) => ({ day: event.detail.day }), partition: () => 'own-bus' },
      ),
      fromQueue('drops-inbox', {
        detail: drop,
        input: (message) => ({ day: message.detail.day }),
        partition: (message) => message.detail.day,
      }),
    ],
  },
  (flow) => flow.wait('rest', { for: '1s' }),
);

const folder = mkdtempSync(join(tmpdir(), 'heddle-events-'));
let engine: Engine;
beforeAll(async () => {
  const app = new App({ outdir: join(folder, 'cdk.out') });
  const stack = new Stack(app, 'Test');
  new EventBus(stack, 'Shopping', { eventBusName: 'shopping' });
  const dead = new Queue(stack, 'Dead');
  new Queue(stack, 'Inbox', { queueName: 'drops-inbox', deadLetterQueue: { queue: dead, maxReceiveCount: 3 } });
  new Orchestrator(stack, 'Heddle', { pipelines: [drops] });
  engine = await openEngine({ assembly: app.synth().directory, stateDir: join(folder, 'state') });
});
afterAll(async () => {
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
});

const listed = async (says: RegExp): Promise<string> => {
  const environment = {
    AWS_ENDPOINT_URL: engine.endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  };
  for (;;) {
    const { setting, stdout } = testSetting([drops], { environment, now: Date.now });
    await runProgram(['runs', 'drops'], setting);
    if (says.test(stdout())) return stdout();
  }
};
const send = (detail: object, bus?: string) =>
  engine.service('eventbridge').call('PutEvents', {
    Entries: [
      { Source: 'shop', DetailType: 'Drop', Detail: JSON.stringify(detail), ...(bus ? { EventBusName: bus } : {}) },
    ],
  });

test('an event that matches starts a run; one whose condition does not hold is listed as skipped', async () => {
  await send({ day: '2026-03-01', rows: 100 });
  await send({ day: '2025-03-01', rows: 100 });
  await send({ day: '2026-03-02', rows: 5 });
  await listed(/2026-03-01 .*completed/);
  const said = await listed(/is skipped/);
  expect(said).toMatch(/2026-03-02-\w+ is skipped: its condition does not hold: event\.detail\.rows is 5/);
  expect(said).not.toContain('2025-03-01');
});

test('so do an event of a bus of the user, and a message of a queue', async () => {
  await send({ day: '2026-03-03', rows: 1 }, 'shopping');
  await listed(/own-bus .*completed/);
  const { QueueUrl } = await engine.service('sqs').call('GetQueueUrl', { QueueName: 'drops-inbox' });
  await engine.service('sqs').call('SendMessage', { QueueUrl, MessageBody: '{"day":"2026-03-04","rows":1}' });
  await listed(/2026-03-04 .*completed/);
});
