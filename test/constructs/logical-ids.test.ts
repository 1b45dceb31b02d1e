// The logical ids of what holds data. A changed one makes CloudFormation put an empty new resource in the old one's place:
// change this list only with a migration.
import { expect, test } from '@jest/globals';
import { fixtureTemplate, resourcesOf } from './fixtures/app.ts';

const stateful = [
  'AWS::DynamoDB::Table',
  'AWS::S3::Bucket',
  'AWS::SQS::Queue',
  'AWS::SNS::Topic',
  'AWS::Events::EventBus',
];

test('logical ids of stateful resources do not change', () => {
  const ids = resourcesOf(fixtureTemplate()).flatMap(([id, { Type }]) =>
    stateful.includes(Type) ? [`${Type} ${id}`] : [],
  );
  expect(ids.sort()).toEqual([
    'AWS::DynamoDB::Table HeddleLedgerTableC998D76A',
    'AWS::Events::EventBus HeddleBus8FB8F82E',
    'AWS::S3::Bucket HeddleBucketsInbox99281CAD',
    'AWS::S3::Bucket HeddleBucketsPayloads3A7BD650',
    'AWS::SNS::Topic HeddleAlerts2A9998F4',
    'AWS::SQS::Queue HeddlePipelinesDigestDeadLetters73F72023',
    'AWS::SQS::Queue HeddlePipelinesDigestReplaysQueueFA18684D',
    'AWS::SQS::Queue HeddlePipelinesOrdersDeadLetters24F508F3',
    'AWS::SQS::Queue HeddlePipelinesOrdersReplaysQueue965AD147',
    'AWS::SQS::Queue HeddlePipelinesSummaryDeadLetters938915C8',
    'AWS::SQS::Queue HeddlePipelinesSummaryReplaysQueueA2640672',
    'AWS::SQS::Queue HeddleQueuesStart81AEAC47',
    'AWS::SQS::Queue HeddleQueuesStartFailed0526A760',
    'AWS::SQS::Queue HeddleQueuesUndelivered0F9DE470',
  ]);
});
