import { expect, test } from '@jest/globals';
import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { manifestParameter } from '../../lib/constructs/manifest-parameter.ts';

// https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html
test.each([
  ['of ten stages is of the standard tier', 10, undefined],
  ['of two hundred is of the advanced one where it has to be', 200, 'Intelligent-Tiering'],
])('a manifest %s', (_name, count, Tier) => {
  const stack = new Stack();
  manifestParameter(stack, 'heddle', {
    ...{ pipeline: 'wide', stateMachineArn: 'arn', definitionHash: 'abc', upstream: {} },
    stages: Array.from({ length: count }, (_, n) => `classifyPage${n}`),
    ...{ deadLetterQueueUrl: stack.urlSuffix, replayQueueUrl: stack.urlSuffix },
  });
  const [parameter] = Object.values(Template.fromStack(stack).findResources('AWS::SSM::Parameter'));
  expect(parameter?.Properties.Tier).toBe(Tier);
});
