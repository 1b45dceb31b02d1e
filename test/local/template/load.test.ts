import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Shape } from '../../../lib/local/index.ts';
import { type TestEngine, testEngine } from '../engine/open-engine.ts';

let place: TestEngine;
beforeEach(() => {
  place = testEngine();
});
afterEach(() => place.remove());

const queue = { Type: 'AWS::SQS::Queue' };
const of = (Resources: Shape, more: Shape = {}) => ({ App: { template: { Resources, ...more } } });

describe('what is refused, with its message', () => {
  const refused: readonly (readonly [string, Shape, string])[] = [
    [
      'unknown types and properties, all at once',
      {
        Web: { Type: 'AWS::EC2::Instance' },
        Q: { ...queue, Properties: { Colour: 'red' } },
        Api: { Type: 'AWS::ApiGateway::RestApi' },
      },
      'HDL512 the local engine does not implement AWS::EC2::Instance (App.Web), AWS::SQS::Queue.Colour (App.Q), AWS::ApiGateway::RestApi (App.Api); expected resource types and properties that it runs (lib/local/template/resources). Fix: load only the stacks without them, or leave them out of the local synthesis.',
    ],
    [
      'a cycle',
      {
        A: { ...queue, Properties: { QueueName: { 'Fn::GetAtt': ['B', 'QueueName'] } } },
        B: { ...queue, DependsOn: ['A'] },
      },
      'HDL513 the resources of App need each other: A -> B -> A; expected references without a cycle. Fix: break the cycle; CloudFormation would refuse it too.',
    ],
    [
      'a reference to nothing',
      { A: { ...queue, Properties: { QueueName: { Ref: 'Nothing' } } } },
      'HDL514 App.A: a reference to Nothing; expected a parameter, or a resource that this stack makes. Fix: correct the name.',
    ],
    [
      'an attribute that there is not',
      { A: queue, B: { ...queue, Properties: { QueueName: { 'Fn::GetAtt': ['A', 'Color'] } } } },
      'HDL514 App.B: the attribute A.Color; expected one of its attributes (Arn, QueueName, QueueUrl). Fix: correct the name.',
    ],
    [
      'an import that nobody exports',
      { A: { ...queue, Properties: { QueueName: { 'Fn::ImportValue': 'other' } } } },
      'HDL514 App.A: the import of other; expected an export of a stack that is loaded (none). Fix: load the stack that exports it too.',
    ],
    [
      'an unknown intrinsic function',
      { A: { ...queue, Properties: { QueueName: { 'Fn::Cidr': ['10.0.0.0/8', 1, 1] } } } },
      'HDL514 App.A: the intrinsic function Fn::Cidr; expected one of Ref',
    ],
    [
      'what AWS refuses',
      { A: { Type: 'AWS::Events::Rule', Properties: { EventPattern: { source: [{ like: 'x' }] } } } },
      'HDL515 AWS::Events::Rule App.A was refused (InvalidEventPatternException: Event pattern is not valid. Reason: Unrecognized match type like); expected a resource that AWS would make. Fix: correct its properties.',
    ],
  ];
  test.each(refused)('%s', async (_name, resources, message) => {
    await expect(place.open(of(resources))).rejects.toThrow(message);
  });

  test('stacks of two regions', async () => {
    const template = { Resources: { Q: queue } };
    const stacks = {
      A: { template, environment: 'aws://unknown-account/eu-west-1' },
      B: { template, environment: 'aws://unknown-account/us-west-2' },
    };
    await expect(place.open(stacks)).rejects.toThrow(
      'HDL516 stacks for more than one region (A in eu-west-1, B in us-west-2)',
    );
    expect((await place.open(stacks, { stacks: ['B'] })).region).toBe('us-west-2');
  });
  test('a folder that is no assembly', async () => {
    await expect(place.open(of({ Q: queue }), { assembly: place.dir })).rejects.toThrow(
      /^HDL511 .*manifest.json does not exist/,
    );
  });
  test('a parameter without a value, unless it is passed', async () => {
    const stacks = of(
      { Q: { ...queue, Properties: { QueueName: { Ref: 'Name' } } } },
      { Parameters: { Name: { Type: 'String' } } },
    );
    await expect(place.open(stacks)).rejects.toThrow('HDL514 App.Name: a parameter without a value');
    const engine = await place.open(stacks, { parameters: { Name: 'given' } });
    expect(engine.stacks[0]?.resources[0]?.physicalId).toBe('given');
  });
});

test('a stack imports what another exports, in whichever order the manifest has them', async () => {
  const engine = await place.open({
    Reader: {
      template: {
        Resources: {
          P: {
            Type: 'AWS::SSM::Parameter',
            Properties: { Name: '/arn', Type: 'String', Value: { 'Fn::ImportValue': 'Owner:Arn' } },
          },
        },
      },
    },
    Owner: {
      template: {
        Resources: { Q: queue },
        Outputs: { Arn: { Value: { 'Fn::GetAtt': ['Q', 'Arn'] }, Export: { Name: 'Owner:Arn' } } },
      },
    },
  });
  expect(engine.stacks.map(({ name }) => name)).toEqual(['Owner', 'Reader']);
  expect(await engine.service('ssm').call('GetParameter', { Name: '/arn' })).toMatchObject({
    Parameter: { Value: 'arn:aws:sqs:us-east-1:123456789012:Owner-Q' },
  });
});

test('a changed template is brought up to date: settings change, rules that left go, data stays', async () => {
  const rule = (Targets: unknown) => ({
    Type: 'AWS::Events::Rule',
    Properties: { EventPattern: { source: ['s'] }, Targets },
  });
  const target = (Id: string) => ({ Id, Arn: { 'Fn::GetAtt': ['Q', 'Arn'] } });
  const machine = (Enabled: boolean) => ({
    Type: 'AWS::StepFunctions::StateMachine',
    Properties: {
      RoleArn: 'arn:aws:iam::123456789012:role/r',
      Definition: { StartAt: 'P', States: { P: { Type: 'Pass', End: true } } },
      TracingConfiguration: { Enabled },
    },
  });
  await place.open(
    of({
      Q: { ...queue, Properties: { VisibilityTimeout: 5 } },
      Kept: rule([target('a'), target('b')]),
      Left: rule([target('a')]),
      Old: queue,
      M: machine(false),
    }),
  );
  const engine = await place.open(of({ Q: queue, Kept: rule([target('b')]), M: machine(true) }));
  const stateMachineArn = 'arn:aws:states:us-east-1:123456789012:stateMachine:App-M';
  expect(await engine.service('sfn').call('DescribeStateMachine', { stateMachineArn })).toMatchObject({
    tracingConfiguration: { enabled: true },
  });
  const eventbridge = engine.service('eventbridge');
  expect(await eventbridge.call('ListRules', {})).toMatchObject({ Rules: [{ Name: 'App-Kept' }] });
  expect(await eventbridge.call('ListTargetsByRule', { Rule: 'App-Kept' })).toMatchObject({ Targets: [{ Id: 'b' }] });
  const QueueUrl = `${engine.endpoint}/123456789012/App-Q`;
  expect(
    await engine.service('sqs').call('GetQueueAttributes', { QueueUrl, AttributeNames: ['VisibilityTimeout'] }),
  ).toEqual({
    Attributes: { VisibilityTimeout: '30' },
  });
  expect(await engine.service('sqs').call('ListQueues', { QueueNamePrefix: 'App-Old' })).toMatchObject({
    QueueUrls: [expect.any(String)],
  });
});

test('names are shortened to what the type allows, and stay apart', async () => {
  const long = `Stage${'Q'.repeat(90)}`;
  const engine = await place.open(of({ [`${long}A`]: queue, [`${long}B`]: queue }));
  const names = engine.stacks[0]?.resources.map(({ physicalId }) => physicalId) ?? [];
  expect(names.map((name) => name.length)).toEqual([80, 80]);
  expect(new Set(names).size).toBe(2);
});

test.each(['Retain', 'RetainExceptOnCreate'])('a function with the policy %s outlives its template', async (policy) => {
  const Properties = { FunctionName: 'kept', Code: { S3Key: 'fake.zip' } };
  const F = { Type: 'AWS::Lambda::Function', Properties, DeletionPolicy: policy };
  const code = { fake: 'export const handler = () => 1;' };
  await place.open({ App: { template: { Resources: { Q: queue, F } }, code } });
  const engine = await place.open({ App: { template: { Resources: { Q: queue } }, code } });
  expect(await engine.service('lambda').call('ListFunctions', {})).toMatchObject({
    Functions: [{ FunctionName: 'kept' }],
  });
});

test('two of one name are refused before anything is made, however the name is written', async () => {
  const name = { 'Fn::Join': ['-', [{ Ref: 'Stage' }, { Ref: 'AWS::Region' }]] };
  const Parameters = { Stage: { Type: 'String', Default: 'dev' } };
  const Conditions = { Never: { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] } };
  const fifth = { ...queue, Condition: 'Never', Properties: { QueueName: 'dev-us-east-1' } };
  const [first, second] = ['dev-us-east-1', name].map((QueueName) => ({ ...queue, Properties: { QueueName } }));
  const refused = place.open(of({ First: first, Second: second, Fifth: fifth }, { Parameters, Conditions }));
  await expect(refused).rejects.toThrow(
    'HDL515 AWS::SQS::Queue App.Second was refused (AlreadyExists: dev-us-east-1 is App.First); expected a name that no other resource has.',
  );
  const only = of({ Second: second, Fifth: fifth }, { Parameters, Conditions });
  const made = async (work: boolean) =>
    (await (await place.open(only, { work })).service('sqs').call('ListQueues', {})).QueueUrls;
  expect(await made(false)).toEqual([]);
  expect(await made(true)).toHaveLength(1);
});

test('a name that another resource gives is refused before the second of it is made', async () => {
  const T = { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'same' } };
  const called = (QueueName: unknown, VisibilityTimeout: number) => ({
    ...queue,
    Properties: { QueueName, VisibilityTimeout },
  });
  const resources = { T, One: called('same', 10), Two: called({ 'Fn::GetAtt': ['T', 'TopicName'] }, 20) };
  await expect(place.open(of(resources))).rejects.toThrow(
    'HDL515 AWS::SQS::Queue App.Two was refused (AlreadyExists: same is App.One)',
  );
  const engine = await place.open(of(resources), { work: false });
  const asked = { QueueUrl: `${engine.endpoint}/123456789012/same`, AttributeNames: ['VisibilityTimeout'] };
  expect(await engine.service('sqs').call('GetQueueAttributes', asked)).toEqual({
    Attributes: { VisibilityTimeout: '10' },
  });
});

test('two functions of one name are refused', async () => {
  const F = { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 'same', Code: { S3Key: 'fake.zip' } } };
  const stack = { template: { Resources: { F } }, code: { fake: 'export const handler = () => 1;' } };
  await expect(place.open({ One: stack, Two: stack })).rejects.toThrow(
    'HDL515 AWS::Lambda::Function Two.F was refused (AlreadyExists: same is One.F); expected a name that no other resource has. Fix: give one of them another name.',
  );
});

describe('a machine of a template that is loaded again', () => {
  const settings = {
    LoggingConfiguration: {
      Level: 'ERROR',
      Destinations: [{ CloudWatchLogsLogGroup: { LogGroupArn: 'arn:aws:logs:us-east-1:123456789012:log-group:g:*' } }],
    },
    TracingConfiguration: { Enabled: true },
  };
  const machine = (more: Shape = {}) => ({
    Type: 'AWS::StepFunctions::StateMachine',
    Properties: {
      RoleArn: 'arn:aws:iam::123456789012:role/r',
      Definition: { StartAt: 'P', States: { P: { Type: 'Pass', End: true } } },
      ...more,
    },
  });
  const load = async (M: Shape): Promise<Shape> => {
    const engine = await place.open(of({ M }));
    const stateMachineArn = 'arn:aws:states:us-east-1:123456789012:stateMachine:App-M';
    return engine.service('sfn').call('DescribeStateMachine', { stateMachineArn });
  };

  test('is revised when something of it changed, and else not', async () => {
    await load(machine());
    const { revisionId } = await load(machine(settings));
    expect(revisionId).toEqual(expect.any(String));
    expect((await load(machine(settings))).revisionId).toBe(revisionId);
  });
  test('logs to a group of another stack, which is made', async () => {
    const engine = await place.open(of({ M: machine(settings) }));
    expect(await engine.service('cloudwatchlogs').call('DescribeLogGroups', {})).toMatchObject({
      logGroups: [{ logGroupName: 'g' }],
    });
  });
  test('has the role that it has now', async () => {
    await load(machine());
    expect(await load(machine({ RoleArn: 'arn:aws:iam::123456789012:role/other' }))).toMatchObject({
      roleArn: 'arn:aws:iam::123456789012:role/other',
    });
  });
  test('has no settings that left the template', async () => {
    await load(machine(settings));
    const { revisionId } = await load(machine());
    expect(await load(machine())).toMatchObject({
      revisionId,
      loggingConfiguration: { level: 'OFF' },
      tracingConfiguration: { enabled: false },
    });
  });
  test('may say in a text what is true, as CloudFormation has it', async () => {
    const LoggingConfiguration = { ...settings.LoggingConfiguration, IncludeExecutionData: 'true' };
    expect(await load(machine({ LoggingConfiguration, TracingConfiguration: { Enabled: 'false' } }))).toMatchObject({
      loggingConfiguration: { includeExecutionData: true },
      tracingConfiguration: { enabled: false },
    });
  });
  test('is another one when it is of another type', async () => {
    await load(machine());
    expect(await load(machine({ StateMachineType: 'EXPRESS' }))).toMatchObject({ type: 'EXPRESS' });
  });
});

test('a one-time schedule that is over is refused where it is new, and stays where it was made in time', async () => {
  const Target = { Arn: { 'Fn::GetAtt': ['Q', 'Arn'] }, RoleArn: 'arn:aws:iam::123456789012:role/r' };
  const once = { ScheduleExpression: 'at(2026-01-02T00:00:00)', Target, FlexibleTimeWindow: { Mode: 'OFF' } };
  const template = of({ Q: queue, S: { Type: 'AWS::Scheduler::Schedule', Properties: once } });
  const clockAt = (now: string) => ({
    now: () => Date.parse(now),
    after: () => () => undefined,
    hold: () => () => undefined,
  });
  await expect(place.open(template, { clock: clockAt('2026-01-03T00:00:00Z') })).rejects.toThrow(
    'HDL515 AWS::Scheduler::Schedule App.S was refused (ValidationException: Invalid Schedule Expression at(2026-01-02T00:00:00). It is over at 2026-01-03T00:00:00.000Z, so it would never fire); expected a resource that AWS would make. Fix: correct its properties.',
  );
  await place.open(template, { clock: clockAt('2026-01-01T00:00:00Z') });
  const engine = await place.open(template, { clock: clockAt('2026-01-03T00:00:00Z') });
  expect(await engine.service('scheduler').call('ListSchedules', {})).toMatchObject({ Schedules: [{ Name: 'App-S' }] });
});

test('a schedule that moved to another group is in that group alone; how events are retried goes with its resource', async () => {
  const Target = { Arn: { 'Fn::GetAtt': ['Q', 'Arn'] }, RoleArn: 'arn:aws:iam::123456789012:role/r' };
  const stack = (GroupName: string, more: Shape = {}) => ({
    App: {
      template: {
        Resources: {
          Q: queue,
          G: { Type: 'AWS::Scheduler::ScheduleGroup', Properties: { Name: 'g' } },
          H: { Type: 'AWS::Scheduler::ScheduleGroup', Properties: { Name: 'h' } },
          S: {
            Type: 'AWS::Scheduler::Schedule',
            DependsOn: ['G', 'H'],
            Properties: {
              ...{ Name: 's', GroupName, ScheduleExpression: 'rate(1 day)', Target },
              FlexibleTimeWindow: { Mode: 'OFF' },
            },
          },
          F: { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 'f', Code: { S3Key: 'fake.zip' } } },
          ...more,
        },
      },
      code: { fake: 'export const handler = () => 1;' },
    },
  });
  const Properties = { FunctionName: { Ref: 'F' }, Qualifier: '$LATEST', MaximumRetryAttempts: 0 };
  await place.open(stack('g', { C: { Type: 'AWS::Lambda::EventInvokeConfig', Properties } }));
  const engine = await place.open(stack('h'));
  expect(await engine.service('scheduler').call('ListSchedules', {})).toMatchObject({
    Schedules: [{ Name: 's', GroupName: 'h' }],
  });
  const ask = engine.service('lambda').call('GetFunctionEventInvokeConfig', { FunctionName: 'f' });
  await expect(ask).rejects.toThrow("doesn't have an EventInvokeConfig");
});
