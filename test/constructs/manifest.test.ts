import { expect, test } from '@jest/globals';
import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { manifestParameter } from '../../lib/constructs/manifest-parameter.ts';

// https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html: an advanced parameter cannot go back
test.each([10, 200])('a manifest of %d stages is of the advanced tier if need be, and may stay there', (count) => {
  const stack = new Stack();
  manifestParameter(stack, 'heddle', {
    ...{ pipeline: 'wide', stateMachineArn: 'arn', definitionHash: 'abc', upstream: {} },
    stages: Array.from({ length: count }, (_, n) => `classifyPage${n}`),
    ...{ deadLetterQueueUrl: stack.urlSuffix, replayQueueUrl: stack.urlSuffix },
  });
  const [parameter] = Object.values(Template.fromStack(stack).findResources('AWS::SSM::Parameter'));
  expect(parameter?.Properties.Tier).toBe('Intelligent-Tiering');
});
