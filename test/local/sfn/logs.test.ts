// https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
import { expect, test } from '@jest/globals';
import type { ServiceId, Shape } from '../../../lib/local/service.ts';
import { cloudwatchlogsService } from '../../../lib/local/services/cloudwatchlogs/index.ts';
import { engine } from './engine.ts';

const definition = JSON.stringify({
  StartAt: 'P',
  States: { P: { Type: 'Pass', Result: { secret: 1 }, Next: 'F' }, F: { Type: 'Fail', Error: 'Bad' } },
});
const roleArn = 'arn:aws:iam::111111111111:role/r';
const destination = (group: string) => ({
  cloudWatchLogsLogGroup: { logGroupArn: `arn:aws:logs:us-east-1:111111111111:log-group:${group}:*` },
});

const logged = async (type: string, level: string, includeExecutionData: boolean): Promise<readonly Shape[]> => {
  const { call, service, ended } = engine({ services: (context) => [cloudwatchlogsService(context)] });
  const loggingConfiguration = { level, includeExecutionData, destinations: [destination('/states/m')] };
  const input = { name: 'm', type, definition, roleArn, loggingConfiguration };
  const logs = service('cloudwatchlogs');
  await logs.call('CreateLogGroup', { logGroupName: '/states/m' });
  const { stateMachineArn } = await call('CreateStateMachine', input);
  if (type === 'EXPRESS') await call('StartSyncExecution', { stateMachineArn, name: 'run', input: '{}' });
  else {
    const { executionArn } = await call('StartExecution', { stateMachineArn, name: 'run', input: '{}' });
    await ended(String(executionArn));
  }
  await new Promise((resolve) => setImmediate(resolve)); // lines are sent at the end of a turn
  const { events } = await logs.call('FilterLogEvents', { logGroupName: '/states/m' });
  return (events as readonly Shape[]).map(({ message }) => JSON.parse(String(message)));
};

const ALL = ['ExecutionStarted', 'PassStateEntered', 'PassStateExited', 'FailStateEntered', 'ExecutionFailed'];

test.each([
  ['STANDARD', 'ALL', ALL],
  ['EXPRESS', 'ALL', ALL],
  ['STANDARD', 'ERROR', ['FailStateEntered', 'ExecutionFailed']],
  ['EXPRESS', 'FATAL', ['ExecutionFailed']],
  ['STANDARD', 'OFF', []],
])('%s machines at level %s log %j', async (type, level, types) => {
  expect((await logged(type, level, true)).map((line) => line.type)).toEqual(types);
});

test('a line has the event, with its data only where that is asked for', async () => {
  const [, , exited] = await logged('STANDARD', 'ALL', true);
  expect(exited).toEqual({
    id: '3',
    type: 'PassStateExited',
    details: { name: 'P', output: '{"secret":1}', outputDetails: { truncated: false } },
    previous_event_id: '2',
    event_timestamp: '1767225600000',
    execution_arn: 'arn:aws:states:us-east-1:111111111111:execution:m:run',
    redrive_count: '0',
  });
  expect(JSON.stringify(await logged('STANDARD', 'ALL', false))).not.toContain('secret');
});

test('an engine without CloudWatch Logs runs the machine all the same', async () => {
  const { call, ended } = engine();
  const loggingConfiguration = { level: 'ALL', destinations: [destination('/states/m')] };
  const { stateMachineArn } = await call('CreateStateMachine', {
    name: 'm',
    definition,
    roleArn,
    loggingConfiguration,
  });
  const { executionArn } = await call('StartExecution', { stateMachineArn });
  expect(await ended(String(executionArn))).toMatchObject({ error: 'Bad' });
});

test.each([
  ['no destination', { level: 'ALL' }, 'Invalid Logging Configuration: Must specify exactly one Log Destination.'],
  [
    'two destinations',
    { level: 'ALL', destinations: [destination('a'), destination('b')] },
    'Invalid Logging Configuration: Must specify exactly one Log Destination.',
  ],
  ['another level', { level: 'SOME' }, expect.stringContaining('[ALL, FATAL, ERROR, OFF]')],
  // LocalStack's recording: test_sfn_api_logs.py::test_deleted_log_group
  [
    'a log group that is not there',
    { level: 'ALL', destinations: [destination('none')] },
    'Invalid Logging Configuration: Log Destination not found.',
  ],
  // hashicorp/terraform-provider-aws#17683
  [
    'an ARN without a qualifier',
    {
      level: 'ALL',
      destinations: [{ cloudWatchLogsLogGroup: { logGroupArn: 'arn:aws:logs:us-east-1:1:log-group:g' } }],
    },
    "Invalid Logging Configuration: Log Group ARN must be provided with '*' qualifier.",
  ],
  [
    'what is no ARN',
    { level: 'ALL', destinations: [{ cloudWatchLogsLogGroup: { logGroupArn: 'g:*' } }] },
    'Invalid Logging Configuration: Invalid log destination.',
  ],
])('%s is refused', async (_name, loggingConfiguration, message) => {
  const { call } = engine({ services: (context) => [cloudwatchlogsService(context)] });
  const input = { name: 'm', definition, roleArn };
  await expect(call('CreateStateMachine', { ...input, loggingConfiguration })).rejects.toMatchObject({ message });
  const { stateMachineArn } = await call('CreateStateMachine', input);
  const update = call('UpdateStateMachine', { stateMachineArn, loggingConfiguration });
  await expect(update).rejects.toMatchObject({ message });
});

// An engine without CloudWatch answers with an error, which costs as much as an Express execution.
test('whether there is somebody to count Express executions is asked once', async () => {
  const asked: string[] = [];
  const { call, create } = engine({
    services: (context) => {
      const { service } = context;
      const counted = (id: ServiceId) => {
        asked.push(id);
        return service(id);
      };
      Object.assign(context, { service: counted });
      return [];
    },
  });
  const pass = { StartAt: 'P', States: { P: { Type: 'Pass', End: true } } };
  const stateMachineArn = await create(pass, 'm', 'EXPRESS');
  for (const name of ['one', 'two']) await call('StartSyncExecution', { stateMachineArn, name });
  expect(asked.filter((id) => id === 'cloudwatch')).toEqual(['cloudwatch']);
});
