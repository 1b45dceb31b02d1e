import { describe, expect, test } from '@jest/globals';
import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { startQueue } from '../../lib/records/index.ts';
import { fixtureApp, fixtureTemplate, resourcesOf, testApp } from './fixtures/app.ts';

const template = fixtureTemplate();

describe('the shared resources', () => {
  test.each([
    [
      'the ledger is keyed by pk and sk, on demand, recoverable, protected',
      'AWS::DynamoDB::Table',
      {
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        BillingMode: 'PAY_PER_REQUEST',
        TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        DeletionProtectionEnabled: true,
      },
    ],
    [
      'runs are listed by an index, and those that are not over by another',
      'AWS::DynamoDB::Table',
      {
        GlobalSecondaryIndexes: [
          {
            IndexName: 'runs',
            KeySchema: [
              { AttributeName: 'runsPk', KeyType: 'HASH' },
              { AttributeName: 'runsSk', KeyType: 'RANGE' },
            ],
            Projection: { ProjectionType: 'ALL' },
          },
          {
            IndexName: 'open',
            KeySchema: [
              { AttributeName: 'openPk', KeyType: 'HASH' },
              { AttributeName: 'openSk', KeyType: 'RANGE' },
            ],
            Projection: { ProjectionType: 'KEYS_ONLY' },
          },
        ],
      },
    ],
    [
      'runs that are not over are looked at every five minutes',
      'AWS::Events::Rule',
      { ScheduleExpression: 'rate(5 minutes)' },
    ],
    [
      'the inbox tells EventBridge what lands in it',
      'AWS::S3::Bucket',
      { NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } } },
    ],
    ['the bus has the name of the orchestrator', 'AWS::Events::EventBus', { Name: 'heddle' }],
    [
      'the start queue gives dispatch six times its timeout, and an hour of tries',
      'AWS::SQS::Queue',
      {
        QueueName: 'heddle-start',
        VisibilityTimeout: startQueue.visibilitySeconds,
        RedrivePolicy: Match.objectLike({ maxReceiveCount: 3_600 / startQueue.visibilitySeconds }),
      },
    ],
    [
      'dispatch takes messages in tens and gives back only those that failed',
      'AWS::Lambda::EventSourceMapping',
      {
        BatchSize: 10,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        ScalingConfig: { MaximumConcurrency: 10 },
      },
    ],
    [
      'reconcile hears of executions that died',
      'AWS::Events::Rule',
      {
        EventPattern: Match.objectLike({
          source: ['aws.states'],
          detail: Match.objectLike({ status: ['FAILED', 'TIMED_OUT', 'ABORTED'] }),
        }),
      },
    ],
    ['the CLI finds them all in one parameter', 'AWS::SSM::Parameter', { Name: '/heddle/heddle' }],
    ['there is a dashboard', 'AWS::CloudWatch::Dashboard', { DashboardName: 'heddle' }],
  ])('%s', (_, type, properties) => {
    template.hasResourceProperties(type, properties);
  });

  test('every bucket is private, encrypted and speaks TLS only', () => {
    template.allResourcesProperties('AWS::S3::Bucket', {
      BucketEncryption: Match.anyValue(),
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
    });
    template.resourceCountIs('AWS::S3::BucketPolicy', 2);
  });

  test.each([
    [undefined, 'Retain', true],
    [RemovalPolicy.DESTROY, 'Delete', false],
  ])('removal policy %s: data is %s', (removalPolicy, deletionPolicy, isProtected) => {
    const made = removalPolicy === undefined ? template : fixtureTemplate({ removalPolicy });
    for (const type of ['AWS::DynamoDB::Table', 'AWS::S3::Bucket'])
      made.allResources(type, { DeletionPolicy: deletionPolicy });
    made.allResourcesProperties('AWS::DynamoDB::Table', { DeletionProtectionEnabled: isProtected });
  });

  test('alarms and rules may publish to its topic, and an address may be told', () => {
    const told = fixtureTemplate({ alertEmail: 'ops@example.com' });
    told.hasResourceProperties('AWS::SNS::Subscription', { Protocol: 'email', Endpoint: 'ops@example.com' });
    const services = ['cloudwatch.amazonaws.com', 'events.amazonaws.com'];
    for (const Service of services)
      told.hasResourceProperties('AWS::SNS::TopicPolicy', {
        PolicyDocument: Match.objectLike({
          Statement: Match.arrayWith([Match.objectLike({ Action: 'sns:Publish', Principal: { Service } })]),
        }),
      });
  });

  test('a topic given to it is used instead of its own', () => {
    const app = testApp();
    const other = new Stack(app, 'Other');
    const given = fixtureTemplate({ alerts: Topic.fromTopicArn(other, 'T', 'arn:aws:sns:eu-west-1:111111111111:ops') });
    given.resourceCountIs('AWS::SNS::Topic', 0);
    for (const [, { Properties }] of resourcesOf(given, 'AWS::CloudWatch::Alarm'))
      expect(Properties.AlarmActions).toEqual(['arn:aws:sns:eu-west-1:111111111111:ops']);
  });

  test('its manifest names the pipelines and every shared resource', () => {
    const [, { Properties }] =
      resourcesOf(template, 'AWS::SSM::Parameter').find(([, made]) => made.Properties.Name === '/heddle/heddle') ??
      fail();
    const text = (Properties.Value as { 'Fn::Join': [string, unknown[]] })['Fn::Join'][1]
      .map((part) => (typeof part === 'string' ? part : 'x'))
      .join('');
    expect(JSON.parse(text)).toEqual({
      orchestrator: 'heddle',
      pipelines: ['orders', 'digest', 'summary'],
      table: 'x',
      payloadBucket: 'x',
      inboxBucket: 'x',
      startQueueUrl: 'x',
      startDeadLetterQueueUrl: 'x',
      undeliveredQueueUrl: 'x',
      eventBus: 'x',
      alertsTopicArn: 'x',
      answerFunction: 'x',
    });
  });
});

describe('an orchestrator of another name', () => {
  const named = fixtureTemplate({ name: 'staging' });

  test('shares no name with the first', () => {
    const namesOf = (of: Template) =>
      resourcesOf(of).flatMap(([, { Type, Properties }]) =>
        [
          'Name',
          'QueueName',
          'FunctionName',
          'RuleName',
          'StateMachineName',
          'TopicName',
          'DashboardName',
          'AlarmName',
          'LogGroupName',
        ]
          .map((field) => Properties[field])
          .filter((name) => typeof name === 'string')
          .map((name) => `${Type} ${name}`),
      );
    const first = new Set(namesOf(template));
    expect(first.size).toBeGreaterThan(40);
    expect(namesOf(named).filter((name) => first.has(name))).toEqual([]);
  });
});

describe('pipeline()', () => {
  const { orchestrator } = fixtureApp();

  test('gives a pipeline that it made', () => {
    expect(orchestrator.pipeline('orders').pipelineName).toBe('orders');
  });

  test('names those it made when asked for another', () => {
    expect(() => orchestrator.pipeline('order')).toThrow(
      'Test/Heddle made no pipeline order; it made orders, digest, summary',
    );
  });
});

const fail = (): never => {
  throw new Error('there is no such resource');
};
