// A pipeline whose executions are Express ones: what that changes in the template.
import { expect, test } from '@jest/globals';
import * as z from 'zod';
import { definePipeline } from '../../lib/definition/index.ts';
import { fixtureTemplate, resourcesOf } from './fixtures/app.ts';
import { total } from './fixtures/contracts.ts';
import { statementsOf } from './fixtures/policies.ts';

const quick = (type: 'express' | 'standard') =>
  definePipeline('quick', { input: z.object({}), type }, (flow) => flow.task(total, { rows: [] }));
const [express, standard] = [
  fixtureTemplate({ pipelines: [quick('express')] }),
  fixtureTemplate({ pipelines: [quick('standard')] }),
];

const rightsOf = (template: typeof express, operator: string): readonly string[] =>
  statementsOf(template)
    .filter(({ role }) => role.includes(`Operators${operator}`))
    .map(({ actions, resources }) => `${actions.join(' ')} on ${resources.join(' ')}`);
const added = (operator: string) => {
  const before = rightsOf(standard, operator);
  return rightsOf(express, operator).filter((right) => !before.includes(right));
};

test('its machine is an Express one that ends after 5 minutes and logs what goes wrong', () => {
  express.hasResourceProperties('AWS::StepFunctions::StateMachine', {
    StateMachineName: 'heddle-quick',
    StateMachineType: 'EXPRESS',
    LoggingConfiguration: { Level: 'ERROR', IncludeExecutionData: false },
  });
  const [machine] = resourcesOf(express, 'AWS::StepFunctions::StateMachine');
  expect(JSON.stringify(machine?.[1].Properties.DefinitionString)).toContain('TimeoutSeconds\\":300');
});

test('those who start executions may have them looked at; dispatch, which settles them, has the rights for it', () => {
  expect(added('Dispatch')).toEqual([]);
  expect(added('Replay')).toEqual(['sqs:SendMessage on <HeddleQueuesStart>']);
  expect(added('Finish')).toEqual([]);
});

test('its manifest says so to dispatch', () => {
  const told = (template: typeof express) =>
    resourcesOf(template, 'AWS::SSM::Parameter').map(([, { Properties }]) => JSON.stringify(Properties.Value));
  expect(
    told(express).some((value) => value.includes('type\\\\\\":\\\\\\"express') || value.includes('type\\":\\"express')),
  ).toBe(true);
});
