// Events of a bus and messages of a user's queue, from the template to a completed run.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import * as z from 'zod';
import { definePipeline, fromQueue, gte, onEvent } from '../../lib/definition/index.ts';
import { DeployedApp } from './deployed-app.ts';

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

const app = new DeployedApp(drops);
beforeAll(() =>
  app.open({
    beside: (stack) => {
      new EventBus(stack, 'Shopping', { eventBusName: 'shopping' });
      const dead = new Queue(stack, 'Dead');
      new Queue(stack, 'Inbox', { queueName: 'drops-inbox', deadLetterQueue: { queue: dead, maxReceiveCount: 3 } });
    },
  }),
);
afterAll(() => app.close());

const listed = (says: RegExp): Promise<string> => app.saying(says, 'runs', 'drops');
const send = (detail: object, bus?: string) =>
  app.engine.service('eventbridge').call('PutEvents', {
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
  const { QueueUrl } = await app.engine.service('sqs').call('GetQueueUrl', { QueueName: 'drops-inbox' });
  await app.engine.service('sqs').call('SendMessage', { QueueUrl, MessageBody: '{"day":"2026-03-04","rows":1}' });
  await listed(/2026-03-04 .*completed/);
});
