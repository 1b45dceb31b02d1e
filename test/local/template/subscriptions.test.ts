import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Shape } from '../../../lib/local/index.ts';
import { type TestEngine, testEngine } from '../engine/open-engine.ts';

let place: TestEngine;
beforeEach(() => {
  place = testEngine();
});
afterEach(() => place.remove());

test('a subscription is what the template that was loaded last says', async () => {
  const T = { Type: 'AWS::SNS::Topic', Properties: { TopicName: 't' } };
  const settingsWith = async (more: Shape): Promise<unknown> => {
    const Properties = { TopicArn: { Ref: 'T' }, Protocol: 'email', Endpoint: 'someone@example.org', ...more };
    const S = { Type: 'AWS::SNS::Subscription', Properties };
    const engine = await place.open({
      App: { template: { Resources: { T, S }, Outputs: { Arn: { Value: { Ref: 'S' } } } } },
    });
    const SubscriptionArn = engine.stacks[0]?.outputs.Arn;
    const told = await engine.service('sns').call('GetSubscriptionAttributes', { SubscriptionArn });
    const { FilterPolicy, FilterPolicyScope } = told.Attributes as Shape; // as the API gives them
    return { FilterPolicy, FilterPolicyScope };
  };
  const ofBody = { FilterPolicy: { a: { b: ['c'] } }, FilterPolicyScope: 'MessageBody' };
  const ofAttributes = { FilterPolicy: { a: ['b'] }, FilterPolicyScope: 'MessageAttributes' };
  const asText = ({ FilterPolicy, FilterPolicyScope }: typeof ofBody | typeof ofAttributes) => ({
    FilterPolicy: JSON.stringify(FilterPolicy),
    FilterPolicyScope,
  });
  for (const each of [ofAttributes, ofBody, ofBody, ofAttributes])
    expect(await settingsWith(each)).toEqual(asText(each));
  expect(await settingsWith({})).toEqual({});
});
