import { expect, test } from '@jest/globals';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as z from 'zod';
import { Orchestrator } from '../../lib/constructs/index.ts';
import { definePipeline, defineStage } from '../../lib/definition/index.ts';
import { handlers, testApp } from './fixtures/app.ts';
import { statementsOf } from './fixtures/policies.ts';

const queue = 'arn:aws:sqs:eu-west-1:123456789012:done';
const model = 'arn:aws:bedrock:eu-west-1::foundation-model/x';

/** Without CDK's flags, so that each right is a statement. */
const plainApp = (): App =>
  new App({ context: { 'aws:cdk:bundling-stacks': [] }, builtinCloudFormationValidation: false });

test('a machine may do exactly what its flow.service calls do, on what they name', () => {
  const calls = definePipeline('calls', { input: z.object({}) }, (flow) => {
    flow.service('notify', { service: 'sqs:sendMessage', arguments: {}, resources: [queue] });
    flow.service('model', { service: 'aws-sdk:bedrockruntime:invokeModel', arguments: {}, resources: [model] });
    flow.service('mood', { service: 'aws-sdk:comprehend:detectSentiment', arguments: {}, resources: ['*'] });
    flow.service('own', { service: 'aws-sdk:odd:doIt', arguments: {}, resources: [queue], action: 'even:DoIt' });
  });
  const stack = new Stack(plainApp(), 'Test');
  new Orchestrator(stack, 'Heddle', { pipelines: [calls] });
  const policies = Object.entries(Template.fromStack(stack).findResources('AWS::IAM::Policy'));
  const [, policy] = policies.find(([id]) => id.includes('StateMachineRole')) ?? [];
  const statements: readonly { Action: string; Resource: string }[] = policy?.Properties.PolicyDocument.Statement;
  const said = statements.map(({ Action, Resource }) => [Action, Resource]);
  for (const right of [
    ['sqs:SendMessage', queue],
    ['bedrock:InvokeModel', model],
    ['comprehend:DetectSentiment', '*'],
    ['even:DoIt', queue],
  ])
    expect(said).toContainEqual(right);
});

const image = 'arn:aws:ecs:eu-west-1:123456789012:task-definition/train:3';
const role = 'arn:aws:iam::123456789012:role/trainer';

test('…and what it takes to follow the jobs that they start, and to hand over their roles', () => {
  const jobs = definePipeline('jobs', { input: z.object({}) }, (flow) => {
    flow.service('run', { service: 'ecs:runTask.sync', arguments: {}, resources: [image], passes: [role] });
    flow.service('infer', { service: 'bedrock:createModelInvocationJob.sync', arguments: {}, resources: [model] });
  });
  const stack = new Stack(plainApp(), 'Test', { env: { account: '123456789012', region: 'eu-west-1' } });
  new Orchestrator(stack, 'Heddle', { pipelines: [jobs] });
  const policies = Object.entries(Template.fromStack(stack).findResources('AWS::IAM::Policy'));
  const [, policy] = policies.find(([id]) => id.includes('StateMachineRole')) ?? [];
  const statements: readonly { Action: string; Resource: unknown }[] = policy?.Properties.PolicyDocument.Statement;
  const said = statements.map(({ Action, Resource }) => [Action, Resource]);
  for (const right of [
    ['ecs:RunTask', image],
    [['ecs:StopTask', 'ecs:DescribeTasks'], '*'],
    ['iam:PassRole', role],
    ['bedrock:CreateModelInvocationJob', model],
    [['bedrock:GetModelInvocationJob', 'bedrock:StopModelInvocationJob'], '*'],
  ])
    expect(said).toContainEqual(right);
  const rule = JSON.stringify(statements.find(({ Action }) => Action.includes('events:PutRule')));
  expect(rule).toMatch(/events:eu-west-1:123456789012:rule\/StepFunctionsGetEventsForECSTaskRule/);
});

test('who settles runs whose execution died stops the jobs that AWS does not, and only where there are such', () => {
  const rightsWith = (service: 'bedrock:createModelInvocationJob.sync' | 'ecs:runTask.sync') => {
    const jobs = definePipeline('jobs', { input: z.object({}) }, (flow) => {
      flow.service('work', { service, arguments: {}, resources: [model] });
    });
    const stack = new Stack(plainApp(), 'Test', { env: { account: '123456789012', region: 'eu-west-1' } });
    new Orchestrator(stack, 'Heddle', { pipelines: [jobs] });
    return statementsOf(Template.fromStack(stack))
      .filter(({ role }) => role.startsWith('HeddleOperators'))
      .filter(({ actions }) => actions.some((action) => /GetExecutionHistory|ModelInvocation/.test(action)))
      .map(({ role, actions, resources }) => [role, actions, resources]);
  };
  const executions = ['arn:Partition:states:eu-west-1:123456789012:execution:heddle-*:*'];
  const job = 'arn:Partition:bedrock:eu-west-1:123456789012:model-invocation-job/*';
  expect(rightsWith('bedrock:createModelInvocationJob.sync')).toEqual(
    ['Reconcile', 'Sweep'].flatMap((operator) => [
      [`HeddleOperators${operator}Role`, ['states:GetExecutionHistory'], executions],
      [`HeddleOperators${operator}Role`, ['bedrock:StopModelInvocationJob'], [job]],
    ]),
  );
  expect(rightsWith('ecs:runTask.sync')).toEqual([]);
});

test('a function is made of what its stage asks for', () => {
  const anything = z.object({});
  const compute = { ephemeralStorageMb: 2_048, architecture: 'x86_64', reservedConcurrency: 4 } as const;
  const total = defineStage('total', { input: anything, output: anything, memoryMb: 1_024, timeout: '5m', ...compute });
  const digest = definePipeline('digest', { input: anything }, (flow) => flow.task(total, {}));
  const stack = new Stack(testApp(), 'Test');
  new Orchestrator(stack, 'Heddle', { pipelines: [digest], handlers });
  Template.fromStack(stack).hasResourceProperties('AWS::Lambda::Function', {
    FunctionName: 'heddle-digest-total',
    MemorySize: 1_024,
    Timeout: 300,
    EphemeralStorage: { Size: 2_048 },
    Architectures: ['x86_64'],
    ReservedConcurrentExecutions: 4,
  });
});
