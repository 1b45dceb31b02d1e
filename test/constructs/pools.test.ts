// A pipeline whose stages use pools: what that adds to the rights, and what dispatch is told.
import { expect, test } from '@jest/globals';
import * as z from 'zod';
import { definePipeline, definePool, defineStage, type Stage } from '../../lib/definition/index.ts';
import { fixtureTemplate, resourcesOf } from './fixtures/app.ts';
import type { total } from './fixtures/contracts.ts';
import { statementsOf } from './fixtures/policies.ts';

const crm = definePool('crm', { slots: 4 });
const model = definePool('model', { rate: { per: '1s', calls: 5 }, key: 'customer' });
const inside = defineStage('total', { input: z.looseObject({}), output: z.looseObject({}), pools: [model] });

const templateOf = (stage: Stage, pool?: typeof crm) =>
  fixtureTemplate({
    pipelines: [
      definePipeline('quick', { input: z.object({}) }, (flow) =>
        flow.task(stage as typeof total, { rows: [] }, pool ? { pool } : {}),
      ),
    ],
  });
const rightsOf = (template: ReturnType<typeof templateOf>): readonly string[] =>
  statementsOf(template).flatMap(({ role, actions, resources, keys }) =>
    actions.map((action) => `${role}: ${action} on ${resources.join(' ')} of ${keys.join(' ')}`),
  );
const none = templateOf(defineStage('total', { input: z.looseObject({}), output: z.looseObject({}) }));
const added = (template: typeof none): readonly string[] => {
  const before = rightsOf(none);
  return rightsOf(template).filter((right) => !before.includes(right));
};

const table = ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'];
const wakes = 'states:SendTaskSuccess on arn:Partition:states:Region:AccountId:stateMachine:heddle-* of ';
const onPool = (role: string, pool: string): readonly string[] =>
  table.map((action) => `${role}: dynamodb:${action} on <HeddleLedgerTable> of pool#${pool}#*`);
const stage = 'HeddlePipelinesQuickStagesTotalRole';
const served = ['Settle', 'Reconcile', 'Sweep'].flatMap((operator) => onPool(`HeddleOperators${operator}Role`, '*'));

test.each([
  [
    'takes of on its way',
    templateOf(defineStage('total', { input: z.looseObject({}), output: z.looseObject({}) }), crm),
    ['crm'],
  ],
  ['takes of in its handler', templateOf(inside), ['model']],
  ['takes of in both', templateOf(inside, crm), ['crm', 'model']],
])('a stage may touch the pools that it %s, and wake who waits there', (_, template, pools) => {
  const keys = pools.map((pool) => `pool#${pool}#*`).join(' ');
  const own = table.map((action) => `${stage}: dynamodb:${action} on <HeddleLedgerTable> of ${keys}`);
  expect(added(template).toSorted()).toEqual([...own, `${stage}: ${wakes}`, ...served].toSorted());
});

test('dispatch is told of the pools in which all wait in one line', () => {
  const told = (template: typeof none) =>
    resourcesOf(template, 'AWS::SSM::Parameter')
      .map(([, { Properties }]) => JSON.stringify(Properties.Value).replaceAll('\\', ''))
      .map((value) => /"pools":\[[^\]]*\]/.exec(value)?.[0])
      .filter(Boolean);
  expect(told(templateOf(inside, crm))).toEqual(['"pools":["crm"]']);
  expect(told(templateOf(inside))).toEqual([]);
});
