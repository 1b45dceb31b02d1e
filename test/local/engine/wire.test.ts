// The AWS SDK against the port, for the services whose own tests call them in process.

import {
  EventBridgeClient,
  ListRulesCommand,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import {
  CreateTopicCommand,
  GetTopicAttributesCommand,
  ListSubscriptionsByTopicCommand,
  PublishCommand,
  SNSClient,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Engine } from '../../../lib/local/index.ts';
import { receive, testEngine } from './open-engine.ts';

const place = testEngine();
let engine: Engine;
let QueueUrl: string;
const queueArn = 'arn:aws:sqs:us-east-1:123456789012:App-Queue';
const options = () => ({
  endpoint: engine.endpoint,
  region: 'us-east-1',
  credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
});
beforeAll(async () => {
  engine = await place.open({ App: { template: { Resources: { Queue: { Type: 'AWS::SQS::Queue' } } } } });
  QueueUrl = `${engine.endpoint}/123456789012/App-Queue`;
});
afterAll(() => place.remove());

test('EventBridge', async () => {
  const client = new EventBridgeClient(options());
  await client.send(new PutRuleCommand({ Name: 'r', EventPattern: '{"source":["sdk"]}' }));
  await client.send(new PutTargetsCommand({ Rule: 'r', Targets: [{ Id: '1', Arn: queueArn, InputPath: '$.time' }] }));
  const Entries = [{ Source: 'sdk', DetailType: 'd', Detail: '{}', Time: new Date('2026-01-02T03:04:05Z') }];
  expect(await client.send(new PutEventsCommand({ Entries }))).toMatchObject({ FailedEntryCount: 0 });
  expect(await receive(engine, QueueUrl, 1)).toEqual(['"2026-01-02T03:04:05Z"']);
  expect(await client.send(new ListRulesCommand({}))).toMatchObject({ Rules: [{ Name: 'r', State: 'ENABLED' }] });
  await expect(client.send(new PutRuleCommand({ Name: 'x', EventPattern: '{}' }))).rejects.toMatchObject({
    name: 'InvalidEventPatternException',
  });
  client.destroy();
});

test('SNS', async () => {
  const client = new SNSClient(options());
  const { TopicArn } = await client.send(new CreateTopicCommand({ Name: 't', Attributes: { DisplayName: 'T' } }));
  await client.send(
    new SubscribeCommand({
      TopicArn,
      Protocol: 'sqs',
      Endpoint: queueArn,
      Attributes: { RawMessageDelivery: 'true', FilterPolicy: '{"k":["v"]}' },
    }),
  );
  const { Subscriptions } = await client.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
  expect(Subscriptions).toMatchObject([{ Protocol: 'sqs', Endpoint: queueArn }]);
  await client.send(new PublishCommand({ TopicArn, Message: 'no' }));
  await client.send(
    new PublishCommand({
      TopicArn,
      Message: 'yes',
      MessageAttributes: { k: { DataType: 'String', StringValue: 'v' } },
    }),
  );
  expect(await receive(engine, QueueUrl, 1)).toEqual(['yes']);
  expect(await client.send(new GetTopicAttributesCommand({ TopicArn }))).toMatchObject({
    Attributes: { DisplayName: 'T', SubscriptionsConfirmed: '1' },
  });
  await expect(client.send(new PublishCommand({ TopicArn: `${TopicArn}x`, Message: 'm' }))).rejects.toMatchObject({
    name: 'NotFoundException',
  });
  client.destroy();
});

// Clients of these two are no dependency: the requests that they make, written out.
const request = async (path: string, headers: { readonly [name: string]: string }, body: unknown, method = 'POST') => {
  const answer = await fetch(`${engine.endpoint}${path}`, {
    method,
    headers,
    ...(method === 'POST' && { body: JSON.stringify(body) }),
  });
  return [answer.status, await answer.json()];
};
const signed = (service: string) => ({
  authorization: `AWS4-HMAC-SHA256 Credential=a/20261124/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=x`,
});

test('Scheduler', async () => {
  const settings = {
    ScheduleExpression: 'rate(1 day)',
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: { Arn: queueArn, RoleArn: 'arn:aws:iam::123456789012:role/r', Input: 'daily' },
  };
  expect(await request('/schedules/daily', signed('scheduler'), settings)).toEqual([
    200,
    { ScheduleArn: 'arn:aws:scheduler:us-east-1:123456789012:schedule/default/daily' },
  ]);
  expect(await receive(engine, QueueUrl, 1)).toEqual(['daily']);
  expect(await request('/schedules/daily', signed('scheduler'), undefined, 'GET')).toMatchObject([
    200,
    { Name: 'daily', State: 'ENABLED' },
  ]);
});

test('CloudWatch Logs', async () => {
  const call = (operation: string, input: object) => {
    const headers = { 'x-amz-target': `Logs_20140328.${operation}`, 'content-type': 'application/x-amz-json-1.1' };
    return request('/', headers, input);
  };
  const stream = { logGroupName: 'g', logStreamName: 's' };
  const logEvents = [{ timestamp: Date.now(), message: 'hello' }];
  expect(await call('CreateLogGroup', { logGroupName: 'g' })).toMatchObject([200, {}]);
  expect(await call('CreateLogStream', stream)).toMatchObject([200, {}]);
  expect(await call('PutLogEvents', { ...stream, logEvents })).toMatchObject([200, { nextSequenceToken: '0' }]);
  expect(await call('FilterLogEvents', { logGroupName: 'g' })).toMatchObject([200, { events: [{ message: 'hello' }] }]);
});
