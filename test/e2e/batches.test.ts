// Objects that land within a window become one run, from the template.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as z from 'zod';
import { batched, definePipeline, objectDropped } from '../../lib/definition/index.ts';
import { DeployedApp } from './deployed-app.ts';

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

const app = new DeployedApp(drops);
beforeAll(() => app.open());
afterAll(() => app.close());

test('three objects of one partition are one run', async () => {
  for (const name of ['a', 'b', 'c']) await app.drop(`drops/monday/${name}`, name);
  expect(await app.firstEnd).toBe('SUCCEEDED');
  const machines = await app.engine.service('sfn').call('ListStateMachines', {});
  const [machine] = machines.stateMachines as readonly { stateMachineArn: string }[];
  const { executions } = await app.engine
    .service('sfn')
    .call('ListExecutions', { stateMachineArn: machine?.stateMachineArn });
  expect((executions as readonly { name: string }[]).map(({ name }) => name)).toEqual([
    expect.stringMatching(/^monday-/),
  ]);
});
