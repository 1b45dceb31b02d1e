import { expect, test } from '@jest/globals';
import type { Shape } from '../../../lib/local/service.ts';
import { cloudwatchlogsService } from '../../../lib/local/services/cloudwatchlogs/index.ts';
import { engine } from './engine.ts';

const saying = (word: string) => ({ StartAt: 'P', States: { P: { Type: 'Pass', Result: word, End: true } } });

test('versions stay what they are, and aliases lead to them', async () => {
  const { call, create, start, ended } = engine();
  const stateMachineArn = await create(saying('one'), 'm');
  const { stateMachineVersionArn: one } = await call('PublishStateMachineVersion', { stateMachineArn });
  expect(one).toBe(`${stateMachineArn}:1`);
  expect(await call('PublishStateMachineVersion', { stateMachineArn })).toMatchObject({ stateMachineVersionArn: one });
  const updated = await call('UpdateStateMachine', {
    stateMachineArn,
    definition: JSON.stringify(saying('two')),
    publish: true,
    versionDescription: 'says two',
  });
  const two = updated.stateMachineVersionArn;
  expect(await call('DescribeStateMachine', { stateMachineArn: two })).toMatchObject({
    stateMachineArn: two,
    revisionId: updated.revisionId,
    description: 'says two',
  });
  expect(two).toBe(`${stateMachineArn}:2`);

  const routingConfiguration = [{ stateMachineVersionArn: one, weight: 100 }];
  const { stateMachineAliasArn: live } = await call('CreateStateMachineAlias', { name: 'live', routingConfiguration });
  const said = async (arn: unknown, name: string) => (await ended(await start(String(arn), {}, name))).output;
  expect([await said(stateMachineArn, 'a'), await said(one, 'b'), await said(live, 'c')]).toEqual([
    'two',
    'one',
    'one',
  ]);

  await call('UpdateStateMachineAlias', {
    stateMachineAliasArn: live,
    routingConfiguration: [{ stateMachineVersionArn: two, weight: 100 }],
  });
  expect(await said(live, 'd')).toBe('two');
  const executionArn = stateMachineArn.replace(':stateMachine:', ':execution:').concat(':d');
  expect(await call('DescribeExecution', { executionArn })).toMatchObject({
    stateMachineVersionArn: two,
    stateMachineAliasArn: live,
    stateMachineArn,
  });
  const startedBy = async (arn: unknown) =>
    ((await call('ListExecutions', { stateMachineArn: arn })).executions as Shape[]).map(({ name }) => name);
  expect([await startedBy(stateMachineArn), await startedBy(two), await startedBy(live)]).toEqual([
    ['d', 'c', 'b', 'a'],
    ['d'],
    ['d', 'c'],
  ]);
  const { stateMachineVersions } = await call('ListStateMachineVersions', { stateMachineArn });
  expect(stateMachineVersions).toMatchObject([{ stateMachineVersionArn: two }, { stateMachineVersionArn: one }]);
  const leadingTo = async (arn: unknown) =>
    ((await call('ListStateMachineAliases', { stateMachineArn: arn })).stateMachineAliases as Shape[]).map(
      ({ stateMachineAliasArn }) => stateMachineAliasArn,
    );
  expect([await leadingTo(stateMachineArn), await leadingTo(one), await leadingTo(two)]).toEqual([[live], [], [live]]);

  await expect(call('DeleteStateMachineVersion', { stateMachineVersionArn: two })).rejects.toMatchObject({
    code: 'ConflictException',
  });
  await call('DeleteStateMachineAlias', { stateMachineAliasArn: live });
  await call('DeleteStateMachineVersion', { stateMachineVersionArn: two });
  await expect(call('StartExecution', { stateMachineArn: two })).rejects.toMatchObject({
    code: 'StateMachineDoesNotExist',
  });
});

test('an alias is made once, and goes with its machine, as its versions do', async () => {
  const { call, create } = engine();
  const stateMachineArn = await create(saying('one'), 'm');
  const { stateMachineVersionArn } = await call('PublishStateMachineVersion', { stateMachineArn });
  const alias = (description: string) =>
    call('CreateStateMachineAlias', {
      name: 'live',
      description,
      routingConfiguration: [{ stateMachineVersionArn, weight: 100 }],
    });
  expect(await alias('a')).toEqual(await alias('a'));
  await expect(alias('b')).rejects.toMatchObject({ code: 'ConflictException' });
  await call('DeleteStateMachine', { stateMachineArn });
  await create(saying('two'), 'm');
  expect(await call('ListStateMachineVersions', { stateMachineArn })).toEqual({ stateMachineVersions: [] });
  expect(await call('ListStateMachineAliases', { stateMachineArn })).toEqual({ stateMachineAliases: [] });
});

test.each([
  ['weights that are not 100 in all', [{ weight: 50 }], 'ValidationException'],
  ['no routes', [], 'ValidationException'],
])('an alias is refused: %s', async (_name, routes, code) => {
  const { call, create } = engine();
  const stateMachineArn = await create(saying('one'), 'm');
  const { stateMachineVersionArn } = await call('PublishStateMachineVersion', { stateMachineArn });
  const routingConfiguration = routes.map((route) => ({ ...route, stateMachineVersionArn }));
  await expect(call('CreateStateMachineAlias', { name: 'live', routingConfiguration })).rejects.toMatchObject({ code });
});

// https://docs.aws.amazon.com/step-functions/latest/dg/concepts-state-machine-version.html: an immutable snapshot of a revision, which a
// change of its settings makes too (recorded by LocalStack: test_sfn_api_logs.py::test_update_logging_configuration)
test('a version has the settings that it was published with, and logs by them', async () => {
  const { call, create, start, ended, service } = engine({ services: (context) => [cloudwatchlogsService(context)] });
  const stateMachineArn = await create(saying('one'), 'm');
  const logGroupArn = 'arn:aws:logs:us-east-1:111111111111:log-group:g:*';
  const loggingConfiguration = { level: 'ALL', destinations: [{ cloudWatchLogsLogGroup: { logGroupArn } }] };
  await service('cloudwatchlogs').call('CreateLogGroup', { logGroupName: 'g' });
  const update = async (more: Shape) => {
    const updated = await call('UpdateStateMachine', { stateMachineArn, ...more, publish: true });
    return String(updated.stateMachineVersionArn);
  };
  const logging = await update({ loggingConfiguration });
  const tracing = await update({ loggingConfiguration: { level: 'OFF' }, tracingConfiguration: { enabled: true } });
  const described = async (arn: string) => {
    const { loggingConfiguration: logs, tracingConfiguration: traces } = await call('DescribeStateMachine', {
      stateMachineArn: arn,
    });
    return [(logs as Shape).level, (traces as Shape).enabled];
  };
  expect([await described(logging), await described(tracing), await described(stateMachineArn)]).toEqual([
    ['ALL', false],
    ['OFF', true],
    ['OFF', true],
  ]);
  const runs = [await start(logging, {}, 'logged'), await start(stateMachineArn, {}, 'silent')];
  for (const executionArn of runs) await ended(executionArn);
  expect(await call('DescribeStateMachineForExecution', { executionArn: runs[0] })).toMatchObject({
    loggingConfiguration,
  });
  await new Promise((resolve) => setImmediate(resolve)); // lines are sent at the end of a turn
  const { events } = await service('cloudwatchlogs').call('FilterLogEvents', { logGroupName: 'g' });
  const about = (events as Shape[]).map(({ message }) => JSON.parse(String(message)).execution_arn);
  expect(new Set(about)).toEqual(new Set([runs[0]]));
});
