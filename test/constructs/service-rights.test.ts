import { expect, test } from '@jest/globals';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as z from 'zod';
import { Orchestrator } from '../../lib/constructs/index.ts';
import { definePipeline } from '../../lib/definition/index.ts';

const queue = 'arn:aws:sqs:eu-west-1:123456789012:done';
const model = 'arn:aws:bedrock:eu-west-1::foundation-model/x';

test('a machine may do exactly what its flow.service calls do, on what they name', () => {
  const calls = definePipeline('calls', { input: z.object({}) }, (flow) => {
    flow.service('notify', { service: 'sqs:sendMessage', arguments: {}, resources: [queue] });
    flow.service('model', { service: 'aws-sdk:bedrockruntime:invokeModel', arguments: {}, resources: [model] });
    flow.service('mood', { service: 'aws-sdk:comprehend:detectSentiment', arguments: {}, resources: ['*'] });
    flow.service('own', { service: 'aws-sdk:odd:doIt', arguments: {}, resources: [queue], action: 'even:DoIt' });
  });
  const stack = new Stack(new App(), 'Test');
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
