// A pipeline that limits its runs: what that changes in the template.
import { expect, test } from '@jest/globals';
import * as z from 'zod';
import { type AdmissionOptions, definePipeline } from '../../lib/definition/index.ts';
import { fixtureTemplate, resourcesOf } from './fixtures/app.ts';
import { total } from './fixtures/contracts.ts';
import { statementsOf } from './fixtures/policies.ts';

const templateOf = (options: AdmissionOptions) =>
  fixtureTemplate({
    pipelines: [definePipeline('quick', { input: z.object({}), ...options }, (flow) => flow.task(total, { rows: [] }))],
  });
const [free, queued, newest] = [templateOf({}), templateOf({ maxRuns: 3 }), templateOf({ overlap: 'cancelRunning' })];

const rightsOf = (template: typeof free, operator: string): readonly string[] =>
  statementsOf(template)
    .filter(({ role }) => role.includes(`Operators${operator}`))
    .flatMap(({ actions, resources }) => actions.map((action) => `${action} on ${resources.join(' ')}`));
const added = (template: typeof free, operator: string) => {
  const before = rightsOf(free, operator);
  return rightsOf(template, operator).filter((right) => !before.includes(right));
};
const sends = /^sqs:SendMessage on .*<HeddleQueuesStart>/;

test('whoever ends a run may tell dispatch', () => {
  for (const operator of ['Finish', 'Reconcile', 'Replay']) expect(added(queued, operator).join()).toMatch(sends);
  for (const operator of ['Begin', 'Settle', 'Answer']) expect(added(queued, operator)).toEqual([]);
});

const stops = (template: typeof free, operator: string) =>
  rightsOf(template, operator).filter((right) => /StopExecution/.test(right));

test('only who is to stop runs may stop them, those of the pipeline', () => {
  for (const operator of ['Dispatch', 'Replay', 'Sweep']) {
    expect(stops(queued, operator)).toEqual([]);
    const own = /^states:StopExecution on \S*:execution:heddle-quick:\*$/;
    expect(stops(newest, operator)).toEqual([expect.stringMatching(own)]);
  }
});

test('whoever may come first by a run that was ended may stop the runs that it waited for', () => {
  const child = definePipeline('quick', { input: z.object({}) }, (flow) => flow.task(total, { rows: [] }));
  const asking = definePipeline('asking', { input: z.object({}) }, (flow) => {
    flow.run(child, {}, { timeout: '1h' });
  });
  const template = fixtureTemplate({ pipelines: [child, asking] });
  for (const operator of ['Dispatch', 'Reconcile', 'Replay', 'Sweep'])
    expect(stops(template, operator)).toEqual([
      expect.stringMatching(/^states:StopExecution on \S*:execution:heddle-quick:\*$/),
    ]);
  for (const operator of ['Begin', 'Settle', 'Finish', 'Answer']) expect(stops(template, operator)).toEqual([]);
});

test('its manifest says so to dispatch', () => {
  const told = (template: typeof free) =>
    resourcesOf(template, 'AWS::SSM::Parameter')
      .map(([, { Properties }]) => JSON.stringify(Properties.Value).replaceAll('\\', ''))
      .join('\n');
  expect(told(free)).not.toContain('admission');
  expect(told(queued)).toContain('"admission":{"overlap":"queue","maxRuns":3,"maxQueued":100}');
});
