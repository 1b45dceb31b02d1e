// Least privilege: what each role may do, and every wildcard in any policy.
import { describe, expect, test } from '@jest/globals';
import { fixtureTemplate, resourcesOf } from './fixtures/app.ts';
import { type Statement, statementsOf } from './fixtures/policies.ts';

const template = fixtureTemplate();
const statements = statementsOf(template);
const table = '<HeddleLedgerTable>';
const payloads = '<HeddleBucketsPayloads>';
const inbox = '<HeddleBucketsInbox>';

/** What a role may do besides writing its own logs and traces, one line a statement. */
const rightsOf = (role: string): readonly string[] =>
  statements
    .filter((statement) => statement.role === role)
    .filter(({ actions }) => !actions.some((action) => action.startsWith('xray:') || action === 'logs:PutLogEvents'))
    .map(said)
    .sort();

const said = ({ actions, resources, keys }: Statement): string => {
  const what = actions.map((action) => action.replace(/^\w+:/, '')).join(' ');
  return `${what} on ${[...resources].sort().join(' ')}${keys.length > 0 ? ` of ${keys.join(' ')}` : ''}`;
};

const ledgerReads = 'GetItem Query';
const ledgerAll = 'GetItem PutItem Query UpdateItem';

describe('a stage touches its own pipeline, reads its upstreams, and the rest by contract', () => {
  test.each([
    [
      'HeddlePipelinesOrdersStagesListRole',
      [
        `${ledgerAll} on ${table} of run#orders#*`,
        `GetObject PutObject on ${payloads}/payloads/orders/*`,
        `GetObject on ${inbox}/*`,
        `ListBucket on ${inbox}`,
      ],
    ],
    [
      'HeddlePipelinesOrdersStagesCleanFileRole',
      [
        `${ledgerAll} on ${table} of run#orders#*`,
        `BatchGetItem UpdateItem on ${table} of cache#orders#cleanFile#*`,
        `GetObject PutObject on ${payloads}/payloads/orders/*`,
        'SendMessage on <HeddlePipelinesOrdersDeadLetters>',
      ],
    ],
    [
      'HeddlePipelinesOrdersStagesTotalRole',
      [
        `${ledgerAll} on ${table} of run#orders#*`,
        `GetObject PutObject on ${payloads}/payloads/orders/*`,
        `PutObject on ${payloads}/artifacts/orders/*`,
      ],
    ],
    [
      'HeddlePipelinesSummaryStagesTotalRole',
      [
        `${ledgerAll} on ${table} of run#summary#*`,
        `${ledgerReads} on ${table} of run#digest#* run#orders#*`,
        `GetObject PutObject on ${payloads}/payloads/summary/*`,
        `GetObject on ${payloads}/payloads/digest/* ${payloads}/payloads/orders/*`,
        `PutObject on ${payloads}/artifacts/summary/*`,
      ],
    ],
  ])('%s', (role, rights) => {
    expect(rightsOf(role)).toEqual([...rights].sort());
  });
});

const pipelines = ['digest', 'orders', 'summary'];
const arn = (rest: string) => `arn:Partition:${rest.replace(/^(\w+):/, '$1:Region:AccountId:')}`;

// But for starting and stopping, on all pipelines in one: AWS attaches ten policies to a role.
const machinesAndParts = arn('states:stateMachine:heddle-*');
const deadLetters = arn('sqs:heddle-*-dead-letters');
const manifests = `GetParameter on ${arn('ssm:parameter/heddle/heddle/*')}`;
const consuming = 'ChangeMessageVisibility DeleteMessage GetQueueAttributes GetQueueUrl ReceiveMessage';

describe('an operator has the rights of its work', () => {
  test.each([
    ['HeddleOperatorsBeginRole', [`${ledgerAll} on ${table}`, `GetObject on ${payloads}/payloads/*`]],
    [
      'HeddleOperatorsSettleRole',
      [
        `${ledgerAll} on ${table}`,
        `GetObject PutObject on ${payloads}/payloads/*`,
        `SendMessage on <HeddleQueuesStart> ${deadLetters}`,
        manifests,
        `SendTaskFailure SendTaskSuccess on ${machinesAndParts}`,
        'PutEvents on <HeddleBus>',
      ],
    ],
    [
      'HeddleOperatorsMendRole', // of pipelines over rows it has more: flow-shapes.test.ts
      [`${ledgerAll} on ${table}`, `GetObject PutObject on ${payloads}/payloads/*`, 'PutEvents on <HeddleBus>'],
    ],
    [
      'HeddleOperatorsAnswerRole',
      [
        `${ledgerAll} on ${table}`,
        `GetObject PutObject on ${payloads}/payloads/*`,
        `SendTaskSuccess on ${machinesAndParts}`,
      ],
    ],
    [
      'HeddleOperatorsFinishRole',
      [
        `${ledgerAll} on ${table}`,
        `GetObject PutObject on ${payloads}/payloads/*`,
        `SendTaskFailure SendTaskSuccess on ${machinesAndParts}`,
        'PutEvents on <HeddleBus>',
        `SendMessage on ${deadLetters}`,
        manifests,
      ],
    ],
    [
      'HeddleOperatorsDispatchRole',
      [
        `${ledgerAll} on ${table}`,
        `GetObject PutObject on ${payloads}/payloads/*`,
        'ListTargetsByRule on arn:Partition:events:Region:AccountId:rule/*/heddle-* arn:Partition:events:Region:AccountId:rule/heddle-*',
        'PutEvents on <HeddleBus>',
        manifests,
        `SendTaskFailure SendTaskSuccess on ${machinesAndParts}`,
        `StartExecution on ${pipelines.map((name) => arn(`states:stateMachine:heddle-${name}`)).join(' ')}`,
        `${consuming} SendMessage on <HeddleQueuesStart> ${deadLetters}`,
      ],
    ],
    [
      'HeddleOperatorsReplayRole',
      [
        `${ledgerAll} on ${table}`,
        `GetObject PutObject on ${payloads}/payloads/*`,
        manifests,
        `StartExecution on ${pipelines.map((name) => arn(`states:stateMachine:heddle-${name}`)).join(' ')}`,
        `${consuming} on ${arn('sqs:heddle-*-replay')}`,
        `${consuming} SendMessage on ${deadLetters}`,
        `SendTaskFailure SendTaskSuccess on ${machinesAndParts}`,
        'PutEvents on <HeddleBus>',
      ],
    ],
    [
      'HeddleOperatorsSweepRole',
      [
        `${ledgerAll} on ${table}`,
        `Query on ${table}/index/open`,
        `GetObject PutObject on ${payloads}/payloads/*`,
        manifests,
        `SendTaskFailure SendTaskSuccess on ${machinesAndParts}`,
        `DescribeExecution on ${arn('states:execution:heddle-*:*')}`,
        `StartExecution on ${pipelines.map((name) => arn(`states:stateMachine:heddle-${name}`)).join(' ')}`,
        'PutEvents on <HeddleBus>',
        'SendMessage on <HeddleQueuesStart>',
        `${consuming} SendMessage on ${deadLetters}`,
      ],
    ],
    [
      'HeddleOperatorsReconcileRole',
      [
        `${ledgerAll} on ${table}`,
        `GetObject PutObject on ${payloads}/payloads/*`,
        `SendTaskFailure SendTaskSuccess on ${machinesAndParts}`,
        'PutEvents on <HeddleBus>',
        `SendMessage on <HeddleQueuesUndelivered> ${deadLetters}`,
        manifests,
      ],
    ],
    [
      'HeddleWidgetsWidgetRole',
      [
        `${ledgerReads} on ${table}`,
        `Query on ${table}/index/open ${table}/index/runs`,
        `GetParameter on ${['', '/*', '/inputs/*'].map((name) => arn(`ssm:parameter/heddle/heddle${name}`)).join(' ')}`,
      ],
    ],
    [
      'HeddleWidgetsActRole',
      [
        `${ledgerReads} on ${table}`,
        `PutItem UpdateItem on ${table} of run#*#*`,
        `Query on ${table}/index/runs`,
        `GetObject on ${payloads}/payloads/*`,
        `GetFunctionConfiguration on ${arn('lambda:function:heddle-*-*')}`,
        `InvokeFunction on ${arn('lambda:function:heddle-answer')}`,
        `GetParameter on ${['', '/*', '/inputs/*'].map((name) => arn(`ssm:parameter/heddle/heddle${name}`)).join(' ')}`,
        `SendMessage on <HeddleQueuesStart> ${arn('sqs:heddle-*-replay')}`,
        `${consuming} on ${deadLetters}`,
        `StopExecution on ${arn('states:execution:heddle-*:*')}`,
      ],
    ],
  ])('%s', (role, rights) => {
    expect(rightsOf(role)).toEqual([...rights].sort());
  });
});

test('a state machine invokes exactly the functions it names, in the versions that they have had', () => {
  const invoked = statements.find(
    ({ role, actions }) =>
      role === 'HeddlePipelinesDigestStateMachineRole' && actions.includes('lambda:InvokeFunction'),
  );
  expect(invoked?.resources).toEqual([
    '<HeddleOperatorsBeginFunction>:*',
    '<HeddleOperatorsFinishFunction>:*',
    '<HeddleOperatorsSettleFunction>:*',
    '<HeddlePipelinesDigestStagesTotalFunction>:*',
  ]);
});

test('all resources are named, but where X-Ray, log delivery and metrics take none', () => {
  const open = statements.filter(({ resources }) => resources.includes('*')).flatMap(({ actions }) => actions);
  expect(
    open.filter(
      (action) =>
        !/^(xray:|cloudwatch:GetMetricData|logs:\w*(LogDelivery|LogDeliveries|ResourcePolic|DescribeLogGroups))/.test(
          action,
        ),
    ),
  ).toEqual([]);
});

test('no action is a wildcard', () => {
  expect(statements.flatMap(({ actions }) => actions).filter((action) => action.includes('*'))).toEqual([]);
});

test('every function and every machine has a role of its own', () => {
  const roles = [
    ...resourcesOf(template, 'AWS::Lambda::Function').map(([, { Properties }]) => JSON.stringify(Properties.Role)),
    ...resourcesOf(template, 'AWS::StepFunctions::StateMachine').map(([, made]) =>
      JSON.stringify(made.Properties.RoleArn),
    ),
  ];
  expect(roles.length).toBeGreaterThan(10);
  expect(new Set(roles).size).toBe(roles.length);
});
