import { expect, test } from '@jest/globals';
import { engine } from './engine.ts';

const task = {
  QueryLanguage: 'JSONata',
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: { FunctionName: 'f', Payload: '{% $states.input %}' },
  Output: '{% $states.result.Payload %}',
  Retry: [{ ErrorEquals: ['Busy'], IntervalSeconds: 3, BackoffRate: 2, MaxAttempts: 2 }],
  Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught', Output: '{% $states.errorOutput.Error %}' }],
  Next: 'After',
};
const busy = { errorOutput: { error: 'Busy', cause: 'full' } };

// https://docs.aws.amazon.com/step-functions/latest/dg/test-state-isolation.html
test.each([
  ['runs the state', { definition: task, input: '5' }, { status: 'SUCCEEDED', output: '"got 5"', nextState: 'After' }],
  [
    'takes a result instead',
    { definition: task, mock: { result: '{"Payload":1}' } },
    { status: 'SUCCEEDED', output: '1' },
  ],
  [
    'would retry',
    { definition: task, mock: busy, inspectionLevel: 'DEBUG', stateConfiguration: { retrierRetryCount: 1 } },
    {
      status: 'RETRIABLE',
      error: 'Busy',
      cause: 'full',
      inspectionData: { errorDetails: { retryIndex: 0, retryBackoffIntervalSeconds: 6 } },
    },
  ],
  [
    'has no retries left',
    { definition: task, mock: busy, stateConfiguration: { retrierRetryCount: 2 } },
    { status: 'CAUGHT_ERROR', output: '"Busy"', nextState: 'Caught' },
  ],
  [
    'tests a state inside its machine',
    {
      definition: { StartAt: 'A', States: { A: { Type: 'Pass', Next: 'B' }, B: { Type: 'Fail', Error: 'No' } } },
      stateName: 'B',
    },
    { status: 'FAILED', error: 'No' },
  ],
])('TestState %s', async (_name, { definition, ...more }, expected) => {
  const { call } = engine({ functions: { f: (event) => `got ${event}` } });
  expect(await call('TestState', { definition: JSON.stringify(definition), ...more })).toMatchObject(expected);
});

test.each([
  [
    'a map without a mock',
    { Type: 'Map', ItemProcessor: { StartAt: 'P', States: { P: { Type: 'Pass', End: true } } }, End: true },
    'ValidationException',
  ],
  ['a state that is none', { Type: 'Pas' }, 'InvalidDefinition'],
])('TestState refuses %s', async (_name, definition, code) => {
  const { call } = engine();
  await expect(call('TestState', { definition: JSON.stringify(definition) })).rejects.toMatchObject({ code });
});
