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
const map = {
  Type: 'Map',
  ItemProcessor: {
    ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
    StartAt: 'P',
    States: { P: { Type: 'Pass', End: true } },
  },
  ToleratedFailureCount: 1,
  End: true,
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
    'fails a map of which more has failed than it tolerates',
    { definition: map, mock: { result: '[1,2,3]' }, stateConfiguration: { mapIterationFailureCount: 2 } },
    {
      status: 'FAILED',
      error: 'States.ExceedToleratedFailureThreshold',
      cause: 'The specified tolerated failure threshold was exceeded',
    },
  ],
  [
    'lets a map tolerate what it may',
    { definition: map, mock: { result: '[1,2,3]' }, stateConfiguration: { mapIterationFailureCount: 1 } },
    { status: 'SUCCEEDED', output: '[1,2,3]' },
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
  ['a mock of a state that calls nothing', { Type: 'Pass', End: true }, 'ValidationException', { result: '1' }],
  ['a result that is not JSON', task, 'ValidationException', { result: 'not JSON' }],
])('TestState refuses %s', async (_name, definition, code, mock = undefined) => {
  const { call } = engine();
  const input = { definition: JSON.stringify(definition), ...(mock && { mock }) };
  await expect(call('TestState', input)).rejects.toMatchObject({ code });
});
