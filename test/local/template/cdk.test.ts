// What the CDK really emits: one app with the constructs that matter, synthesized once, and run.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { App, CfnOutput, RemovalPolicy, SecretValue, Stack, Stage } from 'aws-cdk-lib';
import { Alarm, Dashboard, GraphWidget, MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { AttributeType, Table, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import {
  ApiDestination,
  Authorization,
  Connection,
  EventBus,
  EventField,
  type IApiDestination,
  Rule,
  Schedule as RuleSchedule,
  RuleTargetInput,
} from 'aws-cdk-lib/aws-events';
import {
  CloudWatchLogGroup,
  ApiDestination as Endpoint,
  LambdaFunction,
  SfnStateMachine,
  SqsQueue,
} from 'aws-cdk-lib/aws-events-targets';
import { Code, FunctionUrlAuthType, Function as LambdaCode, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Schedule, ScheduleExpression, ScheduleGroup, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { SqsSendMessage } from 'aws-cdk-lib/aws-scheduler-targets';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription, SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { DefinitionBody, LogLevel, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { type Engine, openEngine } from '../../../lib/local/index.ts';
import { receive } from '../engine/open-engine.ts';

const dir = mkdtempSync(join(tmpdir(), 'heddle-cdk-'));
const assembly = join(dir, 'cdk.out');
let engine: Engine;

const synthesize = (): void => {
  mkdirSync(join(dir, 'code'));
  writeFileSync(join(dir, 'code', 'index.mjs'), 'export const handler = async ({ n }) => ({ n: n + 1 });');
  writeFileSync(
    join(dir, 'definition.json'),
    '{"StartAt":"P","States":{"P":{"Type":"Pass","Result":"${Q}","End":true}}}',
  );
  const app = new App({ outdir: assembly, builtinCloudFormationValidation: false });

  const data = new Stack(app, 'Data');
  const partitionKey = { name: 'pk', type: AttributeType.STRING };
  const table = new Table(data, 'Table', { partitionKey, timeToLiveAttribute: 'ttl' });
  table.addGlobalSecondaryIndex({ indexName: 'byDay', partitionKey: { name: 'day', type: AttributeType.STRING } });
  new TableV2(data, 'Global', { partitionKey });
  const bucket = new Bucket(data, 'Bucket', {
    eventBridgeEnabled: true,
    autoDeleteObjects: true,
    removalPolicy: RemovalPolicy.DESTROY,
    enforceSSL: true,
  });
  const dead = new Queue(data, 'Dead', { enforceSSL: true });
  const work = new Queue(data, 'Work', { deadLetterQueue: { queue: dead, maxReceiveCount: 3 } });

  const logic = new Stack(app, 'Logic');
  const handler = new LambdaCode(logic, 'Handler', {
    runtime: Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: Code.fromAsset(join(dir, 'code')),
    environment: { TABLE: table.tableName, BUCKET: bucket.bucketName },
    logGroup: new LogGroup(logic, 'Logs', { retention: RetentionDays.ONE_WEEK }),
    tracing: Tracing.ACTIVE,
    deadLetterQueue: dead,
    retryAttempts: 1,
  });
  table.grantReadWriteData(handler);
  handler.addEventSource(new SqsEventSource(work, { reportBatchItemFailures: true, maxConcurrency: 2 }));
  handler.addAlias('live');
  const url = handler.addFunctionUrl({ authType: FunctionUrlAuthType.AWS_IAM });
  new CfnOutput(logic, 'Url', { value: url.url });
  const machine = new StateMachine(logic, 'Machine', {
    definitionBody: DefinitionBody.fromChainable(
      new LambdaInvoke(logic, 'Call', { lambdaFunction: handler, payloadResponseOnly: true }),
    ),
    logs: { destination: new LogGroup(logic, 'MachineLogs'), level: LogLevel.ALL },
    tracingEnabled: true,
  });
  const fromFile = new StateMachine(logic, 'FromFile', {
    definitionBody: DefinitionBody.fromFile(join(dir, 'definition.json')),
    definitionSubstitutions: { Q: work.queueUrl },
  });

  const done = new Queue(logic, 'Done');
  const bus = new EventBus(logic, 'Bus');
  const input = RuleTargetInput.fromObject({ n: EventField.fromPath('$.detail.n') });
  new Rule(logic, 'Wanted', {
    eventBus: bus,
    eventPattern: { source: ['shop'] },
    targets: [
      new SfnStateMachine(machine, { deadLetterQueue: new Queue(logic, 'Undelivered'), retryAttempts: 2, input }),
    ],
  });
  const created = new Rule(logic, 'Created', {
    eventPattern: {
      source: ['aws.s3'],
      detailType: ['Object Created'],
      detail: { bucket: { name: [bucket.bucketName] } },
    },
    targets: [
      new SqsQueue(done, { message: RuleTargetInput.fromText(`new ${EventField.fromPath('$.detail.object.key')}`) }),
    ],
  });
  created.addTarget(new CloudWatchLogGroup(new LogGroup(logic, 'EventLogs')));
  const authorization = Authorization.apiKey('x-api-key', SecretValue.unsafePlainText('secret'));
  const connection = new Connection(logic, 'Connection', { authorization });
  const endpoint = new ApiDestination(logic, 'Endpoint', { connection, endpoint: 'https://lineage.example.org/v1' });
  created.addTarget(new Endpoint(endpoint as IApiDestination));
  new Rule(logic, 'Nightly', {
    schedule: RuleSchedule.cron({ minute: '0', hour: '4' }),
    targets: [new LambdaFunction(handler)],
  });
  const topic = new Topic(logic, 'Topic', { enforceSSL: true });
  topic.addSubscription(new SqsSubscription(done, { rawMessageDelivery: true }));
  topic.addSubscription(new EmailSubscription('someone@example.org'));
  const metric = dead.metricApproximateNumberOfMessagesVisible();
  new Alarm(logic, 'Alarm', { metric, threshold: 1, evaluationPeriods: 1 }).addAlarmAction(new SnsAction(topic));
  const usingMetrics = { errors: handler.metricErrors(), calls: handler.metricInvocations() };
  const share = new MathExpression({ expression: 'errors / calls', usingMetrics });
  new Alarm(logic, 'Share', { metric: share, threshold: 0.1, evaluationPeriods: 2 });
  new Dashboard(logic, 'Dashboard').addWidgets(new GraphWidget({ left: [metric, share] }));
  new Schedule(logic, 'Morning', {
    schedule: ScheduleExpression.cron({ minute: '0', hour: '6' }),
    target: new SqsSendMessage(done, { input: ScheduleTargetInput.fromObject({ morning: true }) }),
    scheduleGroup: new ScheduleGroup(logic, 'Schedules'),
  });
  new StringParameter(logic, 'Parameter', { stringValue: bucket.bucketName });
  const outputs = { DoneUrl: done.queueUrl, BucketName: bucket.bucketName, FromFileArn: fromFile.stateMachineArn };
  for (const [name, value] of Object.entries(outputs)) new CfnOutput(logic, name, { value });

  new Queue(new Stack(new Stage(app, 'Staged'), 'Inner'), 'Queue');
  app.synth();
};

beforeAll(async () => {
  synthesize();
  engine = await openEngine({ assembly, stateDir: join(dir, 'state') });
});
afterAll(async () => {
  await engine.close();
  rmSync(dir, { recursive: true, force: true });
});

const outputsOf = (name: string) => engine.stacks.find((stack) => stack.name === name)?.outputs ?? {};

test('all stacks are loaded, those of a stage too', () => {
  expect(engine.stacks.map(({ name }) => name).sort()).toEqual(['Data', 'Logic', 'Staged-Inner']);
});

test("an object that comes into the bucket sends the rule's message, by the custom resource that turns events on", async () => {
  const { BucketName, DoneUrl = '' } = outputsOf('Logic');
  await engine
    .service('s3')
    .call('PutObject', { Bucket: BucketName, Key: 'in/a.csv', Body: new TextEncoder().encode('x') });
  expect(await receive(engine, DoneUrl, 1)).toEqual(['"new in/a.csv"']);
});

test('a definition file of the assembly, with its substitutions', async () => {
  const { FromFileArn } = outputsOf('Logic');
  const { definition } = await engine.service('sfn').call('DescribeStateMachine', { stateMachineArn: FromFileArn });
  expect(JSON.parse(String(definition)).States.P.Result).toMatch(/^http:.*\/Data-Work/);
});

test('what would leave this machine is named', () => {
  expect(engine.notices).toEqual([
    expect.stringMatching(/^arn:.*: email to someone@example.org is recorded, not delivered$/),
    expect.stringMatching(/^Logic-?Endpoint.*: POST https:\/\/lineage.example.org\/v1 is not made; /),
  ]);
});

test('providers of custom resources are not made', async () => {
  const { Functions } = await engine.service('lambda').call('ListFunctions', {});
  expect(Functions).toHaveLength(1);
});

test('a function URL is served: refused unsigned, else answered by the function', async () => {
  const url = String(engine.stacks.find(({ name }) => name === 'Logic')?.outputs.Url);
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/_heddle\/url\/.+\/$/);
  expect((await fetch(url)).status).toBe(403);
  const authorization =
    'AWS4-HMAC-SHA256 Credential=A/20260101/us-east-1/lambda/aws4_request, SignedHeaders=host, Signature=0';
  const answer = await fetch(url, { headers: { authorization } });
  expect([answer.status, await answer.json()]).toEqual([200, { n: null }]);
});
