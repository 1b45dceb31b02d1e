import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Shape } from '../../../lib/local/index.ts';
import { type ManualClock, manualClock } from '../manual-clock.ts';
import { servicesOf, type TestServices } from '../services-of.ts';

let clock: ManualClock;
let services: TestServices;
beforeEach(async () => {
  clock = manualClock('2026-11-24T10:00:00Z');
  services = await servicesOf(clock);
});
afterEach(() => services.close());

const entry = (more: Shape = {}) => ({ Source: 'shop', DetailType: 'sale', Detail: '{"n":1}', ...more });
const put = (...Entries: readonly Shape[]) => services.call('eventbridge', 'PutEvents', { Entries });
const rule = async (Name: string, more: Shape, ...Targets: readonly Shape[]) => {
  await services.call('eventbridge', 'PutRule', { Name, ...more });
  const { EventBusName } = more;
  await services.call('eventbridge', 'PutTargets', {
    Rule: Name,
    Targets,
    ...(EventBusName !== undefined && { EventBusName }),
  });
};
const onShop = { EventPattern: '{"source":["shop"]}' };
const bodies = async (url: string) => (await services.drain(url)).map(({ Body }) => String(Body));
const attributesOf = (message: Shape | undefined) =>
  Object.fromEntries(
    Object.entries((message?.MessageAttributes ?? {}) as { [name: string]: { StringValue: string } }).map(
      ([name, { StringValue }]) => [name, StringValue],
    ),
  );

test('an event that is no JSON is refused where a pattern is tried', async () => {
  const tried = services.call('eventbridge', 'TestEventPattern', { EventPattern: '{"source":["s"]}', Event: '{' });
  await expect(tried).rejects.toMatchObject({ code: 'ValidationException' });
});

test('the event that a target gets', async () => {
  const { url, arn } = await services.queue('q');
  await rule('r', onShop, { Id: '1', Arn: arn });
  const answer = await put(entry({ Resources: ['arn:x'], Time: 1_700_000_000 }));
  await clock.settle();
  const [body = ''] = await bodies(url);
  expect(JSON.parse(body)).toEqual({
    version: '0',
    id: (answer.Entries as readonly Shape[])[0]?.EventId,
    'detail-type': 'sale',
    source: 'shop',
    account: '123456789012',
    time: '2023-11-14T22:13:20Z',
    region: 'us-east-1',
    resources: ['arn:x'],
    detail: { n: 1 },
  });
});

test("entries fail one by one, with AWS's codes", async () => {
  const answer = await put(
    entry(),
    entry({ Source: '' }),
    entry({ Detail: '{' }),
    entry({ Detail: '[1]' }),
    entry({ Source: 'aws.s3' }),
    entry({ EventBusName: 'nowhere' }),
  );
  expect(answer).toEqual({
    FailedEntryCount: 5,
    Entries: [
      { EventId: expect.any(String) },
      {
        ErrorCode: 'InvalidArgument',
        ErrorMessage: 'Parameter Source is not valid. Reason: Source is a required argument.',
      },
      { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' },
      { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' },
      { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized for the source.' },
      { ErrorCode: 'ResourceNotFoundException', ErrorMessage: 'Event bus nowhere does not exist.' },
    ],
  });
});

describe('targets', () => {
  test('a FIFO queue with its group, a topic, another bus, a log group', async () => {
    const fifo = await services.queue('f.fifo', { FifoQueue: 'true', ContentBasedDeduplication: 'true' });
    const behind = await services.queue('behind');
    const far = await services.queue('far');
    const { TopicArn } = await services.call('sns', 'CreateTopic', { Name: 't' });
    await services.call('sns', 'Subscribe', {
      TopicArn,
      Protocol: 'sqs',
      Endpoint: behind.arn,
      Attributes: { RawMessageDelivery: 'true' },
    });
    const { EventBusArn } = await services.call('eventbridge', 'CreateEventBus', { Name: 'other' });
    await rule('there', { ...onShop, EventBusName: 'other' }, { Id: '1', Arn: far.arn, Input: '"far"' });
    await rule(
      'here',
      onShop,
      { Id: '1', Arn: fifo.arn, Input: '"fifo"', SqsParameters: { MessageGroupId: 'g' } },
      { Id: '2', Arn: TopicArn, InputPath: '$.detail' },
      { Id: '3', Arn: EventBusArn },
      { Id: '4', Arn: 'arn:aws:logs:us-east-1:123456789012:log-group:/events', InputPath: '$.detail' },
    );
    await put(entry());
    await clock.settle();
    expect(await bodies(fifo.url)).toEqual(['"fifo"']);
    expect(await bodies(behind.url)).toEqual(['{"n":1}']);
    expect(await bodies(far.url)).toEqual(['"far"']);
    expect(await services.call('cloudwatchlogs', 'FilterLogEvents', { logGroupName: '/events' })).toMatchObject({
      events: [{ message: '{"n":1}' }],
    });
  });

  test('buses in a circle deliver once', async () => {
    const { url, arn } = await services.queue('q');
    const { EventBusArn } = await services.call('eventbridge', 'CreateEventBus', { Name: 'other' });
    await rule(
      'there',
      { ...onShop, EventBusName: 'other' },
      { Id: '1', Arn: 'arn:aws:events:us-east-1:123456789012:event-bus/default' },
    );
    await rule('here', onShop, { Id: '1', Arn: EventBusArn }, { Id: '2', Arn: arn, Input: '1' });
    await put(entry());
    await clock.settle();
    expect(await bodies(url)).toEqual(['1']);
  });

  test('a disabled rule delivers nothing, and again when enabled', async () => {
    const { url, arn } = await services.queue('q');
    await rule('r', { ...onShop, State: 'DISABLED' }, { Id: '1', Arn: arn, Input: '1' });
    await put(entry());
    await clock.settle();
    expect(await bodies(url)).toEqual([]);
    await services.call('eventbridge', 'EnableRule', { Name: 'r' });
    await put(entry());
    await clock.settle();
    expect(await bodies(url)).toEqual(['1']);
  });

  test.each<[string, Shape, string]>([
    ['input that is no JSON', { Input: 'hello' }, 'JSON syntax error in input for target 1'],
    [
      'a FIFO queue without a group',
      { Arn: 'arn:aws:sqs:us-east-1:123456789012:q.fifo' },
      'Parameter(s) SqsParameters must be specified for target: 1.',
    ],
  ])('a target with %s is refused', async (_what, more, message) => {
    const target = { Id: '1', Arn: 'arn:aws:sqs:us-east-1:123456789012:q', ...more };
    await services.call('eventbridge', 'PutRule', { Name: 'r', EventPattern: '{"source":["app"]}' });
    await expect(services.call('eventbridge', 'PutTargets', { Rule: 'r', Targets: [target] })).rejects.toThrow(message);
  });

  test('a target of a service that the engine does not deliver to is refused by name', async () => {
    await expect(rule('r', onShop, { Id: '1', Arn: 'arn:aws:ecs:us-east-1:123456789012:cluster/x' })).rejects.toThrow(
      'HDL501 the local engine does not implement eventbridge targets with the service ecs (arn:aws:ecs:us-east-1:123456789012:cluster/x)',
    );
  });
});

describe('a target that cannot be reached', () => {
  const missing = 'arn:aws:sqs:us-east-1:123456789012:missing';

  test('goes to the dead-letter queue with what happened', async () => {
    const dead = await services.queue('dead');
    await rule('r', onShop, { Id: '1', Arn: missing, DeadLetterConfig: { Arn: dead.arn } });
    await put(entry());
    await clock.settle();
    const [message] = await services.drain(dead.url);
    expect(JSON.parse(String(message?.Body))).toMatchObject({ source: 'shop', detail: { n: 1 } });
    expect(attributesOf(message)).toEqual({
      RULE_ARN: 'arn:aws:events:us-east-1:123456789012:rule/r',
      TARGET_ARN: missing,
      ERROR_CODE: 'NO_RESOURCE',
      ERROR_MESSAGE: 'The specified queue does not exist.',
      RETRY_ATTEMPTS: '0',
    });
    const [invoked] = ((
      await services.call('cloudwatch', 'ListMetrics', { Namespace: 'AWS/Events', MetricName: 'InvocationsSentToDlq' })
    ).Metrics ?? []) as readonly Shape[];
    expect(invoked).toMatchObject({ Dimensions: [{ Name: 'RuleName', Value: 'r' }] });
  });

  test('a delivery that is owed survives a restart', async () => {
    const { url, arn } = await services.queue('q');
    await rule('r', onShop, { Id: '1', Arn: arn, Input: '1' });
    const putting = put(entry()); // stored when this returns; not yet made
    await putting;
    await services.reopen();
    await clock.advance(0);
    expect(await bodies(url)).toEqual(['1']);
  });
});

test('a rule that was disabled makes up for nothing when it is enabled', async () => {
  const { url, arn } = await services.queue('q');
  const hourly = { ScheduleExpression: 'cron(0 * * * ? *)' };
  await rule('by-hand', hourly, { Id: '1', Arn: arn, Input: '"by hand"' });
  await rule('by-template', hourly, { Id: '1', Arn: arn, Input: '"by template"' });
  await services.call('eventbridge', 'DisableRule', { Name: 'by-hand' });
  await services.call('eventbridge', 'PutRule', { Name: 'by-template', ...hourly, State: 'DISABLED' });
  await clock.advance(1.5 * 3_600_000);
  await services.call('eventbridge', 'EnableRule', { Name: 'by-hand' });
  await services.call('eventbridge', 'PutRule', { Name: 'by-template', ...hourly });
  await clock.advance(60_000);
  expect(await bodies(url)).toEqual([]);
  await clock.advance(3_600_000);
  expect((await bodies(url)).toSorted()).toEqual(['"by hand"', '"by template"']);
});

describe('a rule of which it is asked whether it is to be passed over', () => {
  let answers: ((passed: boolean) => void)[];
  let target: { readonly url: string; readonly arn: string };
  const times = async (): Promise<readonly string[]> => (await bodies(target.url)).map((body) => JSON.parse(body));
  const every = { ScheduleExpression: 'rate(5 minutes)' };
  beforeEach(async () => {
    await services.close();
    answers = [];
    const freed = { ...clock, hold: () => () => undefined }; // real time does not stand still while somebody thinks
    services = await servicesOf(freed, { passOver: () => new Promise((resolve) => answers.push(resolve)) });
    target = await services.queue('q');
    await rule('r', every, { Id: '1', Arn: target.arn, InputPath: '$.time' });
  });

  test('fires once, though it is changed meanwhile', async () => {
    await clock.advance(5 * 60_000);
    await services.call('eventbridge', 'PutRule', { Name: 'r', ...every, Description: 'changed' });
    await clock.advance(60_000);
    for (const answer of answers) answer(false);
    await clock.settle();
    expect([answers.length, await times()]).toEqual([1, ['2026-11-24T10:05:00Z']]);
  });
  test('has its times settled in their order, and none again after a restart', async () => {
    await clock.advance(10 * 60_000);
    const [first, second] = answers;
    second?.(false);
    await clock.settle();
    expect(await times()).toEqual([]);
    first?.(false);
    await clock.settle();
    expect(await times()).toEqual(['2026-11-24T10:05:00Z', '2026-11-24T10:10:00Z']);
    answers = [];
    await services.reopen();
    await clock.advance(60_000);
    expect(answers).toEqual([]);
  });
  test('does not fire when it is gone, and fires after a restart when nobody had answered', async () => {
    await clock.advance(5 * 60_000);
    await services.reopen();
    answers[0]?.(false); // to an engine that is closed
    await clock.advance(0);
    answers[1]?.(false);
    await clock.settle();
    expect(await times()).toEqual(['2026-11-24T10:05:00Z']);
    await clock.advance(5 * 60_000);
    await services.call('eventbridge', 'RemoveTargets', { Rule: 'r', Ids: ['1'] });
    await services.call('eventbridge', 'DeleteRule', { Name: 'r' });
    await rule('r', every, { Id: '1', Arn: target.arn }); // another one of its name
    answers[2]?.(false);
    await clock.settle();
    expect([answers.length, await times()]).toEqual([3, []]);
  });
});

test('a rule on a schedule fires in UTC with the scheduled event', async () => {
  const { url, arn } = await services.queue('q');
  await rule('hourly', { ScheduleExpression: 'cron(0 * * * ? *)' }, { Id: '1', Arn: arn });
  await rule('rate', { ScheduleExpression: 'rate(50 minutes)' }, { Id: '1', Arn: arn, Input: '"rate"' });
  await clock.advance(3_600_000);
  const found = await bodies(url);
  expect(found[0]).toBe('"rate"');
  expect(JSON.parse(found[1] ?? '')).toMatchObject({
    source: 'aws.events',
    'detail-type': 'Scheduled Event',
    time: '2026-11-24T11:00:00Z',
    resources: ['arn:aws:events:us-east-1:123456789012:rule/hourly'],
    detail: {},
  });
});
