import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Engine, Shape } from '../../../lib/local/index.ts';
import { type TestEngine, testEngine } from '../engine/open-engine.ts';

let place: TestEngine;
beforeEach(() => {
  place = testEngine();
});
afterEach(() => place.remove());

const F = (more: Shape = {}) => ({
  Type: 'AWS::Lambda::Function',
  Properties: {
    ...{ FunctionName: 'f', Handler: 'index.handler', Runtime: 'nodejs24.x' },
    ...{ Code: { ZipFile: 'exports.handler = async () => undefined;' }, ...more },
  },
});
const open = (Resources: Shape): Promise<Engine> => place.open({ App: { template: { Resources } } });

test('what the template says no longer of a function is as of a new one', async () => {
  const LoggingConfig = { LogFormat: 'JSON', LogGroup: 'g' };
  await open({ F: F({ Timeout: 60, MemorySize: 512, Description: 'slow', LoggingConfig }) });
  const engine = await open({ F: F() });
  const settings = await engine.service('lambda').call('GetFunctionConfiguration', { FunctionName: 'f' });
  expect(settings).toMatchObject({
    ...{ Timeout: 3, MemorySize: 128, Description: '' },
    LoggingConfig: { LogFormat: 'Text', LogGroup: '/aws/lambda/f' },
  });
});

test.each(['theirs', 'theirs.fifo'])(
  'a queue that feeds a function and that no template makes is there: %s',
  async (QueueName) => {
    const EventSourceArn = `arn:aws:sqs:us-east-1:123456789012:${QueueName}`;
    const M = { Type: 'AWS::Lambda::EventSourceMapping', Properties: { FunctionName: { Ref: 'F' }, EventSourceArn } };
    const visibility = async ({ service }: Engine): Promise<unknown> => {
      const { QueueUrl } = await service('sqs').call('GetQueueUrl', { QueueName });
      const ask = { QueueUrl, AttributeNames: ['VisibilityTimeout'] };
      return (await service('sqs').call('GetQueueAttributes', ask)).Attributes;
    };
    const [F60, FifoQueue] = [F({ Timeout: 60 }), QueueName.endsWith('.fifo')];
    for (const _again of [1, 2])
      expect(await visibility(await open({ F: F60, M }))).toEqual({ VisibilityTimeout: '360' });
    const Q = { Type: 'AWS::SQS::Queue', Properties: { QueueName, FifoQueue, VisibilityTimeout: 70 } };
    expect(await visibility(await open({ F: F60, M, Q }))).toEqual({ VisibilityTimeout: '70' });
  },
);
