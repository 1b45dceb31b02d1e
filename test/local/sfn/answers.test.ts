// What AWS answers, word by word, as LocalStack's tests recorded it there (github.com/localstack/localstack,
// tests/aws/services/stepfunctions/v2/test_sfn_api*.snapshot.json, the test named in each row).
import { describe, expect, test } from '@jest/globals';
import type { Shape } from '../../../lib/local/service.ts';
import { engine } from './engine.ts';

const roleArn = 'arn:aws:iam::111111111111:role/r';
const pass = { StartAt: 'P', States: { P: { Type: 'Pass', End: true } } };
const definition = JSON.stringify(pass);
const arn = (resource: string) => `arn:aws:states:us-east-1:111111111111:${resource}`;
const stateMachineArn = arn('stateMachine:m');
const notAnArn = 'no_arn';
const prefix = "Invalid Arn: 'Invalid ARN prefix: no_arn'";
const express = arn('express:m:run:id');
const context = "Invalid Arn: 'Resource type not valid in this context: express'";
const constraint = (value: string, field: string, rule: string) =>
  `1 validation error detected: Value ${value} at '${field}' failed to satisfy constraint: Member must ${rule}`;
const long = 'x'.repeat(81);
const version = (n: number) => `${stateMachineArn}:${n}`;
const routes = (...weights: readonly (readonly [string, number])[]) => ({
  name: 'a',
  routingConfiguration: weights.map(([stateMachineVersionArn, weight]) => ({ stateMachineVersionArn, weight })),
});
const pattern = String.raw`satisfy regular expression pattern: ^(?=.*[a-zA-Z_\-\.])[a-zA-Z0-9_\-\.]+$`;
const aliasNamed = (name: string) => ({ ...routes([version(1), 100]), name });
const item = (n: number, weight: number) =>
  `RoutingConfigurationListItem(stateMachineVersionArn=${version(n)}, weight=${weight})`;
const statuses = 'satisfy enum value set: [SUCCEEDED, TIMED_OUT, PENDING_REDRIVE, ABORTED, FAILED, RUNNING]';

describe('refusals', () => {
  test.each<readonly [string, string, Shape, string, string]>([
    ['describe_invalid_arn_sm', 'DescribeStateMachine', { stateMachineArn: notAnArn }, 'InvalidArn', prefix],
    ['list_execution_invalid_arn', 'ListExecutions', { stateMachineArn: notAnArn }, 'InvalidArn', prefix],
    ['describe_execution_invalid_arn', 'DescribeExecution', { executionArn: notAnArn }, 'InvalidArn', prefix],
    ['get_execution_history_invalid_arn', 'GetExecutionHistory', { executionArn: notAnArn }, 'InvalidArn', prefix],
    ['(the same)', 'StopExecution', { executionArn: notAnArn }, 'InvalidArn', prefix],
    ['describe_activity_invalid_arn', 'DescribeActivity', { activityArn: notAnArn }, 'InvalidArn', prefix],
    ['get_activity_task_invalid_arn', 'GetActivityTask', { activityArn: notAnArn }, 'InvalidArn', prefix],
    ['publish_…_invalid_arn', 'PublishStateMachineVersion', { stateMachineArn: notAnArn }, 'InvalidArn', prefix],
    ['express describe_execution', 'DescribeExecution', { executionArn: express }, 'InvalidArn', context],
    ['express stop_execution', 'StopExecution', { executionArn: express }, 'InvalidArn', context],
    ['express get_execution_history', 'GetExecutionHistory', { executionArn: express }, 'InvalidArn', context],
    [
      'get_execution_history_no_such_execution',
      'GetExecutionHistory',
      { executionArn: arn('execution:m:no') },
      'ExecutionDoesNotExist',
      `Execution Does Not Exist: '${arn('execution:m:no')}'`,
    ],
    [
      'update_state_machine, of a version',
      'UpdateStateMachine',
      { stateMachineArn: version(1), definition },
      'StateMachineDoesNotExist',
      `State Machine Does Not Exist: '${version(1)}'`,
    ],
    [
      'invalid_start_execution_input, empty',
      'StartExecution',
      { stateMachineArn, input: '' },
      'InvalidExecutionInput',
      "Invalid State Machine Execution Input: 'Invalid execution input.'",
    ],
    [
      'invalid_start_execution_input, a word',
      'StartExecution',
      { stateMachineArn, input: 'not some json' },
      'InvalidExecutionInput',
      "Invalid State Machine Execution Input: 'Unrecognized token 'not': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')'",
    ],
    [
      'create_with_version_description_no_publish',
      'CreateStateMachine',
      { name: 'new', definition, roleArn, versionDescription: 'v' },
      'ValidationException',
      'Version description can only be set when publish is true',
    ],
    [
      'list_sms_pagination, too large',
      'ListStateMachines',
      { maxResults: 1001 },
      'ValidationException',
      constraint("'1001'", 'maxResults', 'have value less than or equal to 1000'),
    ],
    [
      'list_sms_pagination, long token',
      'ListStateMachines',
      { nextToken: 'x'.repeat(1025) },
      'ValidationException',
      constraint(`'${'x'.repeat(1025)}'`, 'nextToken', 'have length less than or equal to 1024'),
    ],
    [
      'list_executions_pagination, long token',
      'ListExecutions',
      { stateMachineArn, nextToken: 'x'.repeat(3097) },
      'ValidationException',
      constraint(`'${'x'.repeat(3097)}'`, 'nextToken', 'have length less than or equal to 3096'),
    ],
    [
      'state_machine_status_filter',
      'ListExecutions',
      { stateMachineArn, statusFilter: 'succeeded' },
      'ValidationException',
      constraint("'succeeded'", 'statusFilter', statuses),
    ],
    [
      'create_activity_invalid_name',
      'CreateActivity',
      { name: 'Test InvalidName$' },
      'InvalidName',
      "Invalid Name: 'Test InvalidName$'",
    ],
    [
      'tag_state_machine_version',
      'TagResource',
      { resourceArn: version(1), tags: [] },
      'ResourceNotFound',
      `Resource not found: '${version(1)}'`,
    ],
    ...(['123', 'INVALID ALIAS', '!INVALID', 'ALIAS@'] as const).map(
      (name) =>
        [
          'create_alias_invalid_name',
          'CreateStateMachineAlias',
          aliasNamed(name),
          'ValidationException',
          constraint(`'${name}'`, 'name', pattern),
        ] as const,
    ),
    [
      'create_alias_invalid_name, long',
      'CreateStateMachineAlias',
      aliasNamed(long),
      'ValidationException',
      constraint(`'${long}'`, 'name', 'have length less than or equal to 80'),
    ],
    [
      'create_alias_with_state_machine_arn',
      'CreateStateMachineAlias',
      routes([stateMachineArn, 100]),
      'ValidationException',
      `Routing configuration must contain state machine version ARNs. Received: [${stateMachineArn}]`,
    ],
    [
      'create_alias_invalid_router_configs, duplicate',
      'CreateStateMachineAlias',
      routes([version(1), 50], [version(1), 50]),
      'ValidationException',
      `Routing configuration must contain distinct state machine version ARNs. Received: [${version(1)}, ${version(1)}]`,
    ],
    [
      'create_alias_invalid_router_configs, too many',
      'CreateStateMachineAlias',
      routes([version(1), 50], [version(2), 30], [version(3), 20]),
      'ValidationException',
      constraint(
        `'[${item(1, 50)}, ${item(2, 30)}, ${item(3, 20)}]'`,
        'routingConfiguration',
        'have length less than or equal to 2',
      ),
    ],
    [
      'create_alias_invalid_router_configs, weight',
      'CreateStateMachineAlias',
      routes([version(1), 101]),
      'ValidationException',
      constraint("'101'", 'routingConfiguration.1.member.weight', 'have value less than or equal to 100'),
    ],
    [
      'create_alias_invalid_router_configs, sum',
      'CreateStateMachineAlias',
      routes([version(1), 70], [version(2), 29]),
      'ValidationException',
      'Sum of routing configuration weights must equal 100. Received: [70, 29]',
    ],
    [
      'update_no_such_alias_arn',
      'UpdateStateMachineAlias',
      { stateMachineAliasArn: `${stateMachineArn}:no`, description: 'd' },
      'ResourceNotFound',
      'Request references a resource that does not exist.',
    ],
    ...(['.waitForTaskToken', '.sync'] as const).map(
      (suffix) =>
        [
          `express illegal_callbacks ${suffix}`,
          'CreateStateMachine',
          {
            name: 'x',
            type: 'EXPRESS',
            roleArn,
            definition: definition
              .replace('"Pass"', `"Task","Resource":"${`arn:aws:states:::states:startExecution${suffix}`}"`)
              .replace('}}}', ',"Parameters":{"StateMachineArn":"a"}}}}'),
          },
          'InvalidDefinition',
          `Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: Express state machine does not support '${suffix}' service integration${suffix === '.sync' ? '' : ' '} at /States/P/Resource'`,
        ] as const,
    ),
    [
      'express illegal_activity_task',
      'CreateStateMachine',
      {
        name: 'x',
        type: 'EXPRESS',
        roleArn,
        definition: definition.replace('"Pass"', `"Task","Resource":"${arn('activity:a')}"`),
      },
      'InvalidDefinition',
      "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: Express state machine does not support Activity ARN at /States/P/Resource'",
    ],
  ])('%s: %s', async (_row, operation, input, code, message) => {
    const { call } = engine();
    await call('CreateStateMachine', { name: 'm', definition, roleArn, publish: true });
    const other = definition.replace('P', 'Q').replace('"P"', '"Q"');
    await call('UpdateStateMachine', { stateMachineArn, definition: other, publish: true });
    await expect(call(operation, input)).rejects.toMatchObject({ code, message });
  });

  // Not recorded: what the API's model says of names, and of a text that is something else.
  test.each<readonly [string, Shape, string]>([
    ['CreateStateMachine', { name: long, definition, roleArn }, 'ValidationException'],
    ['StartExecution', { stateMachineArn, name: '' }, 'ValidationException'],
    ['StartExecution', { stateMachineArn, input: { a: 1 } }, 'SerializationException'],
    ['TestState', { definition: 'no' }, 'InvalidDefinition'],
    ['TestState', { definition: '[]' }, 'InvalidDefinition'],
    ['ListExecutions', { mapRunArn: arn('mapRun:m/each:id') }, 'ResourceNotFound'],
    ['ListMapRuns', { executionArn: arn('execution:m:no') }, 'ExecutionDoesNotExist'],
    ['ListStateMachines', { maxResults: -1 }, 'ValidationException'],
    ['ListStateMachines', { maxResults: 1.5 }, 'SerializationException'],
    ['CreateStateMachine', { name: 'n', definition, roleArn, publish: 'yes' }, 'SerializationException'],
    ['CreateStateMachine', { name: 'a\uFFFEb', definition, roleArn }, 'InvalidName'],
    ['TagResource', { resourceArn: stateMachineArn, tags: { a: 'b' } }, 'SerializationException'],
  ])('%s %j: %s', async (operation, input, code) => {
    const { call } = engine();
    await call('CreateStateMachine', { name: 'm', definition, roleArn });
    await expect(call(operation, input)).rejects.toMatchObject({ code });
  });
});

const unsaid = {
  encryptionConfiguration: { type: 'AWS_OWNED_KEY' },
  loggingConfiguration: { includeExecutionData: false, level: 'OFF' },
  tracingConfiguration: { enabled: false },
};

// test_create_exact_duplicate_sm, test_describe_state_machine_for_execution, test_sfn_api_variable_references
test('a machine is described with the settings that it does not say', async () => {
  const { call, create, start } = engine();
  await create(pass, 'm');
  expect(await call('DescribeStateMachine', { stateMachineArn })).toEqual({
    stateMachineArn,
    name: 'm',
    status: 'ACTIVE',
    definition,
    roleArn,
    type: 'STANDARD',
    creationDate: expect.any(Number),
    ...unsaid,
  });
  const executionArn = await start(stateMachineArn);
  expect(await call('DescribeStateMachineForExecution', { executionArn })).toEqual({
    stateMachineArn,
    name: 'm',
    definition,
    roleArn,
    updateDate: expect.any(Number),
    ...unsaid,
  });
});

// test_incomplete_logging_configuration
test('what is left out of a setting is filled in, and saying it is the same machine', async () => {
  const { call } = engine();
  const create = (more: Shape) => call('CreateStateMachine', { name: 'm', definition, roleArn, ...more });
  const made = await create({ loggingConfiguration: { destinations: [] } });
  expect(await call('DescribeStateMachine', { stateMachineArn })).toMatchObject({
    loggingConfiguration: { destinations: [], includeExecutionData: false, level: 'OFF' },
  });
  const { loggingConfiguration, ...others } = unsaid;
  expect(await create({ ...others, loggingConfiguration: { ...loggingConfiguration, destinations: [] } })).toEqual(
    made,
  );
});

// test_create_update_state_machine_same_parameters, test_empty_revision_with_publish_and_no_publish_on_creation
test('an update that changes nothing makes no revision', async () => {
  const { call, create } = engine();
  await create(pass, 'm');
  const update = (more: Shape) => call('UpdateStateMachine', { stateMachineArn, ...more });
  expect(await update({ definition, publish: true })).toEqual({
    updateDate: expect.any(Number),
    stateMachineVersionArn: version(1),
  });
  const { revisionId } = await update({ roleArn: `${roleArn}2` });
  expect(revisionId).toEqual(expect.any(String));
  expect(await update({ roleArn: `${roleArn}2`, tracingConfiguration: { enabled: false } })).toMatchObject({
    revisionId,
  });
  expect(await update({ tracingConfiguration: { enabled: true } })).not.toMatchObject({ revisionId });
});

// test_list_delete_version, test_delete_no_such_alias_arn
test('deleting a version or an alias that is not there succeeds', async () => {
  const { call, create } = engine();
  await create(pass, 'm');
  expect(await call('DeleteStateMachineVersion', { stateMachineVersionArn: version(1) })).toEqual({});
  expect(await call('DeleteStateMachineAlias', { stateMachineAliasArn: `${stateMachineArn}:a` })).toEqual({});
});

// https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html (redriveStatusReason)
test('after a fortnight an execution can be redriven no more, and says so', async () => {
  const { call, create, start, ended, clock } = engine();
  const fail = { StartAt: 'F', States: { F: { Type: 'Fail' } } };
  const executionArn = await start(await create(fail));
  await ended(executionArn);
  await new Promise<void>((done) => clock.after(15 * 86_400_000, done));
  const redriveStatusReason = 'Execution redrivable period exceeded';
  expect(await call('DescribeExecution', { executionArn })).toMatchObject({
    redriveStatus: 'NOT_REDRIVABLE',
    redriveStatusReason,
  });
  await expect(call('RedriveExecution', { executionArn })).rejects.toMatchObject({ message: redriveStatusReason });
});

// test_sfn_api_express.py::test_start_sync_execution
test('a synchronous execution is billed for a tenth of a second at least', async () => {
  const { call, create } = engine();
  expect(await call('StartSyncExecution', { stateMachineArn: await create(pass, 'm', 'EXPRESS') })).toMatchObject({
    billingDetails: { billedMemoryUsedInMB: 64, billedDurationInMilliseconds: 100 },
  });
});
