import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { receive, type TestEngine, type TestStack, testEngine } from './open-engine.ts';

let place: TestEngine;
beforeEach(() => {
  place = testEngine();
});
afterEach(() => place.remove());

const lambda = { Runtime: 'nodejs24.x', Handler: 'index.handler', Role: { 'Fn::GetAtt': ['Role', 'Arn'] } };

/** A bus whose rule sends events to a queue, a function and a state machine, which both write to the queue. */
const app: TestStack = {
  code: {
    echo: `export const handler = async (event) => { console.log('saw ' + event.detail?.n); return { double: 2 * (event.n ?? 0) }; };`,
  },
  template: {
    Resources: {
      Rule: {
        Type: 'AWS::Events::Rule',
        Properties: {
          EventBusName: { Ref: 'Bus' },
          EventPattern: { source: ['shop'], detail: { n: [{ numeric: ['>', 1] }] } },
          State: 'ENABLED',
          Targets: [
            { Id: 'queue', Arn: { 'Fn::GetAtt': ['Queue', 'Arn'] }, InputPath: '$.detail' },
            { Id: 'machine', Arn: { Ref: 'Machine' }, InputPath: '$.detail' },
            { Id: 'function', Arn: { 'Fn::GetAtt': ['Echo', 'Arn'] } },
          ],
        },
      },
      Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: {} } },
      Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: 'shop' } },
      Queue: { Type: 'AWS::SQS::Queue', Properties: { VisibilityTimeout: 60 } },
      Echo: {
        Type: 'AWS::Lambda::Function',
        Properties: { ...lambda, Code: { S3Bucket: 'assets', S3Key: 'echo.zip' } },
      },
      Machine: {
        Type: 'AWS::StepFunctions::StateMachine',
        Properties: {
          RoleArn: { 'Fn::GetAtt': ['Role', 'Arn'] },
          DefinitionString: {
            'Fn::Join': [
              '',
              [
                '{"QueryLanguage":"JSONata","StartAt":"Double","States":{"Double":{"Type":"Task","Resource":"arn:',
                { Ref: 'AWS::Partition' },
                ':states:::lambda:invoke","Arguments":{"FunctionName":"',
                { 'Fn::GetAtt': ['Echo', 'Arn'] },
                '","Payload":"{% $states.input %}"},"Output":"{% $states.result.Payload %}","Next":"Send"},"Send":{"Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage","Arguments":{"QueueUrl":"',
                { Ref: 'Queue' },
                '","MessageBody":"{% $states.input %}"},"End":true}}}',
              ],
            ],
          },
        },
      },
    },
    Outputs: { QueueUrl: { Value: { Ref: 'Queue' } }, Machine: { Value: { Ref: 'Machine' } } },
  },
};

const put = (n: number) => ({
  Entries: [{ EventBusName: 'shop', Source: 'shop', DetailType: 'sale', Detail: JSON.stringify({ n }) }],
});

test('an event goes through a rule to a queue, a state machine and a function', async () => {
  const engine = await place.open({ App: app });
  const [stack] = engine.stacks;
  const QueueUrl = stack?.outputs.QueueUrl ?? '';
  expect(QueueUrl).toBe(`${engine.endpoint}/123456789012/App-Queue`);
  const eventbridge = engine.service('eventbridge');
  await eventbridge.call('PutEvents', put(1));
  expect(await eventbridge.call('PutEvents', put(21))).toMatchObject({ FailedEntryCount: 0 });
  const bodies = await receive(engine, QueueUrl, 2);
  expect([...bodies].sort()).toEqual(['{"double":42}', '{"n":21}']);
});

test('loading the same stacks again makes nothing twice, and state stays', async () => {
  const first = await place.open({ App: app });
  const QueueUrl = first.stacks[0]?.outputs.QueueUrl ?? '';
  await first.service('sqs').call('SendMessage', { QueueUrl, MessageBody: 'kept' });
  const again = await place.open({ App: app });
  expect(again.stacks[0]?.resources.map(({ physicalId }) => physicalId)).toEqual(
    first.stacks[0]?.resources.map(({ physicalId }) => physicalId),
  );
  const counts = await Promise.all([
    again.service('sqs').call('ListQueues', {}),
    again.service('lambda').call('ListFunctions', {}),
    again.service('sfn').call('ListStateMachines', {}),
    again.service('eventbridge').call('ListRules', { EventBusName: 'shop' }),
  ]);
  expect(counts.map((answer) => Object.values(answer).find(Array.isArray)?.length)).toEqual([1, 1, 1, 1]);
  expect(await receive(again, again.stacks[0]?.outputs.QueueUrl ?? '', 1)).toEqual(['kept']);
});
