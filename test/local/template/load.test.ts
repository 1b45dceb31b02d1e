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

describe('a Task that calls what the engine does not run', () => {
  const resource = 'arn:aws:states:::aws-sdk:comprehend:detectSentiment';
  const machine = (...standIns: readonly string[]) => ({
    Type: 'AWS::StepFunctions::StateMachine',
    Properties: {
      StateMachineName: 'moods',
      StateMachineType: 'EXPRESS',
      RoleArn: 'arn:aws:iam::123456789012:role/r',
      Definition: {
        StartAt: 'Both',
        States: {
          Both: {
            Type: 'Parallel',
            End: true,
            Branches: [{ StartAt: 'Mood', States: { Mood: { Type: 'Task', Resource: resource, End: true } } }],
          },
        },
      },
    },
    Metadata: {
      LocalStandIns: Object.fromEntries(standIns.map((state) => [state, { Code: { S3Key: 'fake.zip' }, Timeout: 9 }])),
    },
  });
  const code = { fake: 'export const handler = async ({ n }) => ({ mood: n });' };
  const open = (M: Shape) => place.open({ App: { template: { Resources: { M } }, code } });
  const ended = ({ service }: Awaited<ReturnType<typeof open>>) =>
    service('sfn').call('StartSyncExecution', {
      stateMachineArn: 'arn:aws:states:us-east-1:123456789012:stateMachine:moods',
      input: '{"n":4}',
    });

  test('is done by the function that stands in for it, which goes with it', async () => {
    const engine = await open(machine('Mood'));
    expect(engine.notices).toEqual([`moods: Mood calls App-M-Mood, which stands in for ${resource}`]);
    expect(await ended(engine)).toMatchObject({ status: 'SUCCEEDED', output: '[{"mood":4}]' });
    const without = await open(machine());
    expect(await without.service('lambda').call('ListFunctions', {})).toMatchObject({ Functions: [] });
  });

  test('without one is named, and fails when it comes to it', async () => {
    const engine = await open(machine());
    expect(engine.notices).toEqual([
      `moods: Mood calls ${resource}, which is not here: it fails (HDL520), as nothing stands in for it`,
    ]);
    const cause = `HDL520 the local engine does not implement the resource ${resource}, and nothing stands in for it`;
    expect(await ended(engine)).toMatchObject({ status: 'FAILED', error: 'States.TaskFailed', cause });
  });

  test('and a function for no Task of the machine is refused', async () => {
    await expect(open(machine('Mood', 'Moood'))).rejects.toThrow(
      'a function stands in for Moood, which is no Task of it',
    );
  });
});
