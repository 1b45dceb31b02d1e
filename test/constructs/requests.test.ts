// onRequest in the template: a URL for signed requests, what answers them, and who may call.
import { expect, test } from '@jest/globals';
import { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { AccountPrincipal, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Orchestrator, Pipeline } from '../../lib/constructs/index.ts';
import { fixtureApp, handlers, resourcesOf, testApp } from './fixtures/app.ts';
import { statementsOf } from './fixtures/policies.ts';
import { quick } from './fixtures/quick.ts';

const stack = new Stack(testApp(), 'Test');
const orchestrator = new Orchestrator(stack, 'Heddle', { pipelines: [quick], handlers });
const caller = new Role(stack, 'Caller', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
orchestrator.pipeline('quick').grantRequest(caller);
const template = Template.fromStack(stack);

test('the URL takes signed requests only, and nobody from outside may call it', () => {
  template.resourceCountIs('AWS::Lambda::Url', 1);
  template.hasResourceProperties('AWS::Lambda::Url', { AuthType: 'AWS_IAM' });
  const callers = resourcesOf(template, 'AWS::Lambda::Permission').map(([, { Properties }]) => Properties.Principal);
  expect(new Set(callers)).toEqual(new Set(['events.amazonaws.com'])); // of reconcile and sweep
  template.hasOutput('*', { Description: 'Starts quick: signed requests only' });
});

test('its function knows its trigger, and may take keys of its pipeline and ask for runs', () => {
  template.hasResourceProperties('AWS::Lambda::Function', {
    FunctionName: 'heddle-quick-on-request',
    Environment: {
      Variables: Match.objectLike({ HEDDLE_TRIGGER: Match.stringLikeRegexp('"trigger":"request1".*"when"') }),
    },
  });
  const rights = statementsOf(template)
    .filter(({ role }) => role.includes('TriggersRequest1'))
    .map(({ actions, resources, keys }) => `${actions.join(' ')} on ${resources.join(' ')} ${keys.join(' ')}`.trim())
    .filter((right) => !/^(logs|xray):/.test(right));
  const parameter = 'ssm:GetParameter on arn:Partition:ssm:Region:AccountId:parameter/heddle/heddle';
  expect(rights.sort()).toEqual(
    [
      'dynamodb:GetItem dynamodb:PutItem dynamodb:Query dynamodb:UpdateItem on <HeddleLedgerTable> request#quick',
      'sqs:SendMessage on <HeddleQueuesStart>',
      `${parameter}/inputs/quick ${parameter.split(' on ')[1]}/quick`,
    ].sort(),
  );
});

test('grantRequest lets somebody call it, in the two ways that AWS asks for', () => {
  const granted = statementsOf(template).filter(({ role }) => role === 'Caller');
  expect(granted.flatMap(({ actions }) => actions).sort()).toEqual([
    'lambda:InvokeFunction',
    'lambda:InvokeFunctionUrl',
  ]);
  expect(new Set(granted.flatMap(({ resources }) => resources))).toEqual(
    new Set(['<HeddlePipelinesQuickTriggersRequest1Function>']),
  );
  expect(JSON.stringify(template.toJSON())).toContain('lambda:InvokedViaFunctionUrl');
});

test('an imported pipeline grants it by name; one without onRequest says so', () => {
  const other = new Stack(testApp(), 'Other');
  const arn = 'arn:aws:states:eu-west-1:111111111111:stateMachine:heddle-quick';
  const imported = Pipeline.fromPipelineArn(other, 'Quick', arn);
  for (const id of ['One', 'Two'])
    imported.grantRequest(new Role(other, id, { assumedBy: new AccountPrincipal('222222222222') }));
  expect(JSON.stringify(Template.fromStack(other).toJSON())).toContain(
    ':lambda:eu-west-1:111111111111:function:heddle-quick-on-request',
  );
  const { orchestrator: without } = fixtureApp();
  expect(without.pipeline('orders').requestUrl).toBeUndefined();
  expect(() => without.pipeline('orders').grantRequest(caller)).toThrow(
    'orders takes no requests. Fix: add onRequest() to its triggers',
  );
});
