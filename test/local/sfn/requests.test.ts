// What a request may hold: the constraints of AWS's model of the API.
import { expect, test } from '@jest/globals';
import type { Shape } from '../../../lib/local/service.ts';
import { engine } from './engine.ts';

const roleArn = 'arn:aws:iam::111111111111:role/r';
const pass = { StartAt: 'P', States: { P: { Type: 'Pass', End: true } } };
const definition = JSON.stringify(pass);
const arn = (resource: string) => `arn:aws:states:us-east-1:111111111111:${resource}`;
const stateMachineArn = arn('stateMachine:m');
const long = 'x'.repeat(81);

// Not recorded: the constraints of the API's model, in the words of those that were; all that break it in one answer.
test.each<readonly [string, Shape, string]>([
  ['CreateStateMachine', { name: 'n', definition, roleArn: '' }, `Value '' at 'roleArn'`],
  ['UpdateStateMachine', { stateMachineArn, versionDescription: 'x'.repeat(257) }, `Value at 'versionDescription'`],
  ['StartExecution', { stateMachineArn, traceHeader: 'é' }, `Value 'é' at 'traceHeader'`],
  ['DescribeMapRun', { mapRunArn: arn(`mapRun:${'x'.repeat(2000)}`) }, `at 'mapRunArn'`],
  ['DescribeExecution', { executionArn: 'a', includedData: 'SOME' }, `Value 'SOME' at 'includedData'`],
  ['GetActivityTask', { activityArn: arn('activity:a'), workerName: long }, `Value '${long}' at 'workerName'`],
  ['SendTaskSuccess', { taskToken: 'x'.repeat(2049), output: '{}' }, `at 'taskToken'`],
  ['SendTaskFailure', { taskToken: 't', error: 'x'.repeat(257) }, `Value at 'error'`],
  ['ListMapRuns', { executionArn: arn('execution:m:e'), nextToken: '' }, `Value '' at 'nextToken'`],
  ['UntagResource', { resourceArn: stateMachineArn, tagKeys: ['a', ''] }, `Value '' at 'tagKeys.2.member'`],
  [
    'CreateActivity',
    { name: 'a', encryptionConfiguration: { kmsDataKeyReusePeriodSeconds: 59 } },
    `Value '59' at 'encryptionConfiguration.kmsDataKeyReusePeriodSeconds'`,
  ],
  ['TestState', { definition, roleArn: 'x'.repeat(257) }, `at 'roleArn'`],
  ['ValidateStateMachineDefinition', { definition, maxResults: 101 }, `Value '101' at 'maxResults'`],
  ['UpdateMapRun', { mapRunArn: arn('mapRun:m/l:1'), toleratedFailurePercentage: 101 }, `Value '101' at 'tolerated`],
])('%s %j breaks the model', async (operation, input, found) => {
  const refusal = { code: 'ValidationException', message: expect.stringContaining(found) };
  await expect(engine().call(operation, input)).rejects.toMatchObject(refusal);
});

test('all that breaks the model is told at once', async () => {
  const logs = { level: 'SOME', destinations: [{ cloudWatchLogsLogGroup: { logGroupArn: '' } }] };
  const input = { name: long, definition, roleArn, type: 'FAST', loggingConfiguration: logs };
  await expect(engine().call('CreateStateMachine', input)).rejects.toMatchObject({
    code: 'ValidationException',
    message: `4 validation errors detected: Value '${long}' at 'name' failed to satisfy constraint: Member must have length less than or equal to 80; Value 'FAST' at 'type' failed to satisfy constraint: Member must satisfy enum value set: [STANDARD, EXPRESS]; Value 'SOME' at 'loggingConfiguration.level' failed to satisfy constraint: Member must satisfy enum value set: [ALL, FATAL, ERROR, OFF]; Value '' at 'loggingConfiguration.destinations.1.member.cloudWatchLogsLogGroup.logGroupArn' failed to satisfy constraint: Member must have length greater than or equal to 1`,
  });
});

test.each(['StartExecution', 'DescribeStateMachine', 'UpdateStateMachine', 'DeleteStateMachine'])(
  '%s takes no ARN of a Distributed Map',
  async (operation) => {
    const input = {
      stateMachineArn: arn('stateMachine:m/label'),
      ...(operation === 'UpdateStateMachine' && { roleArn }),
    };
    await expect(engine().call(operation, input)).rejects.toMatchObject({ code: 'ValidationException' });
  },
);

// As getmoto/moto and others have it.
test.each(['role/none', 'arn:aws:iam::111111111111:user/u', 'arn:aws:iam::111111111111:role/', 'arn:aws:s3:::b'])(
  '%s is no role',
  async (role) => {
    const { call, create } = engine();
    const refusal = { code: 'InvalidArn', message: `Invalid Role Arn: '${role}'` };
    const make = call('CreateStateMachine', { name: 'n', definition, roleArn: role });
    await expect(make).rejects.toMatchObject(refusal);
    const change = call('UpdateStateMachine', { stateMachineArn: await create(pass, 'm'), roleArn: role });
    await expect(change).rejects.toMatchObject(refusal);
    await expect(call('TestState', { definition: JSON.stringify(pass.States.P), roleArn: role })).rejects.toMatchObject(
      { code: 'InvalidArn' },
    );
  },
);
