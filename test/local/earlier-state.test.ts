// What an earlier engine took and this one refuses: it is refused where it is put, not where it is read, and goes on as it did.
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Shape } from '../../lib/local/index.ts';
import { type ManualClock, manualClock } from './manual-clock.ts';
import { servicesOf, type TestServices } from './services-of.ts';

let clock: ManualClock;
let services: TestServices;
let queue: { readonly url: string; readonly arn: string };
beforeEach(async () => {
  clock = manualClock('2026-11-24T10:00:00Z');
  services = await servicesOf(clock);
  queue = await services.queue('q');
});
afterEach(() => services.close());

/** Writes `value` where this engine would not, and opens it again. */
const asStored = async (table: string, path: string, value: string): Promise<void> => {
  services.context.database.prepare(`UPDATE ${table} SET document = json_set(document, ?, ?)`).run(path, value);
  await services.reopen();
};
const bodies = async () => (await services.drain(queue.url)).map(({ Body }) => Body);

test.each([{ 'anything-but': ['x', 2] }, { 'anything-but': [null] }, { numeric: ['<', 5, '>', 0] }])(
  'a rule of %j has its events, and keeps no other from its own',
  async (filter) => {
    const pattern = JSON.stringify({ detail: { n: [filter] } });
    const events = (operation: string, input: Shape) => services.call('eventbridge', operation, input);
    await expect(events('PutRule', { Name: 'old', EventPattern: pattern })).rejects.toThrow(
      'Event pattern is not valid',
    );
    const target = { Id: '1', Arn: queue.arn, InputPath: '$.detail.n' };
    await events('PutRule', { Name: 'old', EventPattern: '{"source":["none"]}' });
    await events('PutTargets', { Rule: 'old', Targets: [target] });
    await asStored('eventbridge_rules', '$.pattern', pattern);
    await events('PutRule', { Name: 'new', EventPattern: '{"source":["shop"]}' });
    await events('PutTargets', { Rule: 'new', Targets: [target] });
    await events('PutEvents', { Entries: [{ Source: 'shop', DetailType: 'sale', Detail: '{"n":1}' }] });
    await clock.settle();
    expect(await bodies()).toEqual(['1', '1']);
  },
);

test('a subscription has its messages, and takes what is changed of it', async () => {
  const sns = (operation: string, input: Shape) => services.call('sns', operation, input);
  const policy = JSON.stringify({ n: [{ 'anything-but': ['x', 2] }] });
  const { TopicArn } = await sns('CreateTopic', { Name: 't' });
  const Attributes = { FilterPolicyScope: 'MessageBody', FilterPolicy: '{"n":["none"]}' };
  const { SubscriptionArn } = await sns('Subscribe', { TopicArn, Protocol: 'sqs', Endpoint: queue.arn, Attributes });
  const set = (AttributeName: string, AttributeValue: string) =>
    sns('SetSubscriptionAttributes', { SubscriptionArn, AttributeName, AttributeValue });
  await asStored('sns_subscriptions', '$.attributes.FilterPolicy', policy);
  await asStored('sns_subscriptions', '$.attributes.Colour', 'red');
  await set('RawMessageDelivery', 'true');
  await sns('Publish', { TopicArn, Message: '{"n":1}' });
  await clock.settle();
  expect(await bodies()).toEqual(['{"n":1}']);
  await expect(set('FilterPolicy', policy)).rejects.toThrow('mixed type is not supported');
});
