// Tasks that call what the engine has not, and the functions of a template that stand in for them.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Shape } from '../../../lib/local/index.ts';
import { type TestEngine, testEngine } from '../engine/open-engine.ts';

let place: TestEngine;
beforeEach(() => {
  place = testEngine();
});
afterEach(() => place.remove());

const stateMachineArn = 'arn:aws:states:us-east-1:123456789012:stateMachine:moods';

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
      stateMachineArn,
      input: '{"n":4}',
    });

  test('is done by the function that stands in for it, which goes with it', async () => {
    const engine = await open(machine('Mood'));
    expect(engine.notices).toEqual([
      expect.stringMatching(/^moods: Mood calls App-M-Mood-[0-9a-f]{8}, which stands in for arn:.*:detectSentiment$/),
    ]);
    expect(await ended(engine)).toMatchObject({ status: 'SUCCEEDED', output: '[{"mood":4}]' });
    const without = await open(machine());
    expect(await without.service('lambda').call('ListFunctions', {})).toMatchObject({ Functions: [] });
  });

  test('has one of its own, whatever the states are called', async () => {
    const task = { Type: 'Task', Resource: resource, End: true };
    const names = ['Do it', 'Do-it', 'Do.it'];
    const definition = {
      StartAt: 'All',
      States: {
        All: {
          Type: 'Parallel',
          End: true,
          Branches: names.map((name) => ({ StartAt: name, States: { [name]: task } })),
        },
      },
    };
    const { Type, Properties } = machine();
    const standIns = names.map((name, place) => [name, { Code: { S3Key: `${place}.zip` } }]);
    const Metadata = { LocalStandIns: Object.fromEntries(standIns) };
    const M = { Type, Properties: { ...Properties, Definition: definition }, Metadata };
    const handlers = names.map((name) => `export const handler = async () => ${JSON.stringify(name)};`);
    const engine = await place.open({
      App: { template: { Resources: { M } }, code: Object.fromEntries(handlers.entries()) },
    });
    expect(await ended(engine)).toMatchObject({ status: 'SUCCEEDED', output: JSON.stringify(names) });
  });

  const token = '{% $states.context.Task.Token %}';
  const waits = `${resource}.waitForTaskToken`;
  test.each<[string, Shape, Shape]>([
    ['in JSONata', { QueryLanguage: 'JSONata', Arguments: { n: '{% $states.input.n %}', token } }, {}],
    [
      'in the JSONata of its machine',
      { Arguments: '{% {"n": $states.input.n, "token": $states.context.Task.Token} %}' },
      { QueryLanguage: 'JSONata' },
    ],
    ['in JSONPath', { Parameters: { 'n.$': '$.n', 'token.$': '$$.Task.Token' } }, {}],
  ])('and waits for its token: the function gets it, %s', async (_name, given, language) => {
    const Mood = { Type: 'Task', Resource: waits, ...given, End: true };
    const { Type, Properties, Metadata } = machine('Mood');
    const Definition = { StartAt: 'Mood', States: { Mood }, ...language };
    const M = { Type, Properties: { ...Properties, StateMachineType: 'STANDARD', Definition }, Metadata };
    const fake = `export const handler = async ({ n, token: taskToken }) => {
      const headers = { 'x-amz-target': 'AWSStepFunctions.SendTaskSuccess', 'content-type': 'application/x-amz-json-1.0' };
      const body = JSON.stringify({ taskToken, output: JSON.stringify({ mood: n }) });
      await fetch(process.env.AWS_ENDPOINT_URL, { method: 'POST', headers, body });
    };`;
    let tell = (_detail: Shape): void => undefined;
    const outcome = new Promise<Shape>((resolve) => {
      tell = resolve;
    });
    const engine = await place.open(
      { App: { template: { Resources: { M } }, code: { fake } } },
      { onEvent: ({ detail }) => detail.stopDate && tell(detail) },
    );
    await engine.service('sfn').call('StartExecution', { stateMachineArn, input: '{"n":4}' });
    expect(await outcome).toMatchObject({ status: 'SUCCEEDED', output: '{"mood":4}' });
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
