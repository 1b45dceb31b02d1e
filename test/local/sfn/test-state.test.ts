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
const roleArn = 'arn:aws:iam::111111111111:role/any';
const start = { Type: 'Task', Resource: 'arn:aws:states:::states:startExecution', End: true };
const { ProcessorConfig: _, ...inline } = map.ItemProcessor;
const parallel = { Type: 'Parallel', Branches: [map.ItemProcessor], End: true };
const busy = { errorOutput: { error: 'Busy', cause: 'full' } };

// https://docs.aws.amazon.com/step-functions/latest/dg/test-state-isolation.html
test.each([
  [
    'runs the state',
    { definition: task, input: '5', roleArn },
    { status: 'SUCCEEDED', output: '"got 5"', nextState: 'After' },
  ],
  [
    'takes a result instead',
    { definition: task, mock: { result: '{"Payload":1}', fieldValidationMode: 'NONE' } },
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
  // Recorded by LocalStack: test_state/test_state_configuration.py
  [
    'tells which retrier is worn out',
    {
      definition: { ...task, Catch: [] },
      mock: busy,
      inspectionLevel: 'DEBUG',
      stateConfiguration: { retrierRetryCount: 2 },
    },
    { status: 'FAILED', error: 'Busy', inspectionData: { errorDetails: { retryIndex: 0 } } },
  ],
  [
    'lets a map that does not say what it tolerates tolerate all',
    {
      definition: { ...map, ToleratedFailureCount: undefined },
      input: '[1,2,3]',
      mock: { result: '[0,0,1]' },
      stateConfiguration: { mapIterationFailureCount: 2 },
    },
    { status: 'SUCCEEDED', output: '[0,0,1]' },
  ],
  [
    'fails a map of which more has failed than it tolerates',
    {
      definition: map,
      input: '[1,2,3]',
      mock: { result: '[1,2,3]' },
      stateConfiguration: { mapIterationFailureCount: 2 },
    },
    {
      status: 'FAILED',
      error: 'States.ExceedToleratedFailureThreshold',
      cause: 'The specified tolerated failure threshold was exceeded',
    },
  ],
  [
    'lets a map tolerate what it may',
    {
      definition: map,
      input: '[1,2,3]',
      mock: { result: '[1,2,3]' },
      stateConfiguration: { mapIterationFailureCount: 1 },
    },
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
  // Recorded by LocalStack: test_state/test_state_configuration.py, express/test_express_sync.py
  [
    'has the context of an Express execution, which is never redriven',
    {
      definition: {
        QueryLanguage: 'JSONata',
        Type: 'Pass',
        Output: '{% $keys($states) ~> $append($keys($states.context.Execution)) %}',
        End: true,
      },
    },
    { output: '["input","context","Id","Input","Name","RoleArn","StartTime"]' },
  ],
  [
    'tells of items that are none as of no state, and of their path as of one into the input',
    {
      definition: { Type: 'Map', ItemProcessor: inline, ItemsPath: '$$.Execution.Input', End: true },
      input: '[1]',
      context: '{"Execution":{"Input":{}}}',
      mock: { result: '[1]' },
      inspectionLevel: 'TRACE',
    },
    {
      status: 'FAILED',
      error: 'States.Runtime',
      cause: 'Reference path "$.Execution.Input" must point to array.',
      inspectionData: { input: '[1]', afterInputPath: '[1]' },
    },
  ],
  [
    'tells what the iterations would get, and the children',
    {
      definition: {
        ...map,
        QueryLanguage: 'JSONata',
        Items: '{% $states.input %}',
        ItemSelector: { n: '{% $states.context.Map.Item.Value + $states.context.Map.Item.Index %}' },
        ItemBatcher: { MaxItemsPerBatch: 2 },
      },
      input: '[1,2,3]',
      mock: { result: '[]' },
      inspectionLevel: 'DEBUG',
    },
    {
      inspectionData: {
        afterItemSelector: '[{"n":1},{"n":3},{"n":5}]',
        afterItemBatcher: '[{"Items":[{"n":1},{"n":3}]},{"Items":[{"n":5}]}]',
      },
    },
  ],
  [
    'takes what a reader would find',
    {
      definition: {
        ...map,
        ItemReader: {
          Resource: 'arn:aws:states:::s3:getObject',
          ReaderConfig: { InputType: 'JSON', ItemsPointer: '/in' },
          Parameters: { Bucket: 'b', Key: 'k' },
        },
        ItemSelector: { 'key.$': '$$.Map.Item.Key' },
      },
      mock: { result: '[]' },
      stateConfiguration: { mapItemReaderData: '{"in":{"a":1}}' },
      inspectionLevel: 'DEBUG',
    },
    { inspectionData: { afterItemsPointer: '{"a":1}', afterItemSelector: '[{"key":"a"}]' } },
  ],
  [
    'tells nothing of items that nobody has read',
    {
      definition: {
        ...map,
        ItemReader: { Resource: 'arn:aws:states:::s3:getObject', Parameters: { Bucket: 'b', Key: 'k' } },
        ItemSelector: { 'key.$': '$$.Map.Item.Key' },
      },
      input: '{"a":1}',
      mock: { result: '[]' },
      inspectionLevel: 'DEBUG',
    },
    { inspectionData: expect.not.objectContaining({ afterItemSelector: expect.anything() }) },
  ],
  [
    'gives a state of a map the first iteration, with its own input',
    {
      definition: {
        QueryLanguage: 'JSONata',
        StartAt: 'M',
        States: {
          M: {
            Type: 'Map',
            ItemProcessor: {
              StartAt: 'P',
              States: { P: { Type: 'Pass', Output: '{% $states.context.Map %}', End: true } },
            },
            End: true,
          },
        },
      },
      stateName: 'P',
      input: '"mine"',
    },
    { output: '{"Item":{"Index":0,"Value":"mine","Source":"STATE_DATA"}}' },
  ],
  [
    'takes the items from the context object',
    {
      definition: { ...map, ItemsPath: '$$.Execution.Input' },
      context: '{"Execution":{"Input":[3]}}',
      mock: { result: '[1]' },
      inspectionLevel: 'TRACE',
    },
    { status: 'SUCCEEDED', inspectionData: { afterItemsPath: '[3]' } },
  ],
])('TestState %s', async (_name, { definition, ...more }, expected) => {
  const { call } = engine({ functions: { f: (event) => `got ${event}` } });
  expect(await call('TestState', { definition: JSON.stringify(definition), ...more })).toMatchObject(expected);
});

// test-state-isolation.html: "Without a mock, invoking these states via TestState API will return a validation exception"
test.each(['states:startExecution.sync:2', 'sqs:sendMessage.waitForTaskToken', 'activity:a'])(
  'TestState refuses %s without a mock',
  async (resource) => {
    const { call } = engine();
    const place = resource.startsWith('activity') ? 'us-east-1:111111111111' : ':';
    const definition = JSON.stringify({ Type: 'Task', Resource: `arn:aws:states:${place}:${resource}`, End: true });
    await expect(call('TestState', { definition, roleArn })).rejects.toMatchObject({ code: 'ValidationException' });
  },
);

// AWS's answers, recorded by LocalStack (test_state/test_state_mock_validation.py, test_state_context_object.py)
const CONTEXT = 'Invalid Context object provided: ';
test.each<[name: string, definition: object, more: object, code: string, message: string]>([
  [
    'a state that is none',
    { Type: 'Pas' },
    {},
    'InvalidDefinition',
    "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: The field 'Type' should have one of these values: [Task, Wait, Pass, Succeed, Fail, Choice, Parallel, Map] at /States/StateName/Type'",
  ],
  [
    'a map without a mock',
    map,
    {},
    'InvalidDefinition',
    'TestState API does not support Map or Parallel states. Supported state types include: [Task, Wait, Pass, Succeed, Fail, Choice]',
  ],
  ['a task without a role', start, {}, 'ValidationException', 'RoleArn must be specified when testing a Task state'],
  ...(
    [
      [
        'a mock of a state that calls nothing',
        { Type: 'Pass', End: true },
        { mock: { result: '1' } },
        "State type 'Pass' is not supported when a mock is specified",
      ],
      [
        'a state that is not there',
        { StartAt: 'A', States: { A: { Type: 'Succeed' } } },
        { stateName: 'B' },
        'State not found in definition',
      ],
      ['a result that is not JSON', task, { mock: { result: 'not JSON' } }, 'Mocked result must be valid JSON'],
      [
        'a result and an error',
        task,
        { mock: { result: '1', ...busy } },
        'A test mock should have only one of the following fields: [result, errorOutput].',
      ],
      [
        'a mock where secrets are to be seen',
        task,
        { mock: busy, revealSecrets: true },
        'TestState does not support RevealSecrets when a mock is specified.',
      ],
      ['a result of a map that is none', map, { mock: { result: '{}' } }, 'Mocked result must be an array.'],
      [
        'a result of a map that writes',
        { ...map, ResultWriter: { Resource: 'arn:aws:states:::s3:putObject', Parameters: { Bucket: 'b' } } },
        { input: '[]', mock: { result: '[]' } },
        'Mocked result must be a JSON object.',
      ],
      [
        'results of other branches',
        parallel,
        { mock: { result: '[1,2]' } },
        'Mocked result must contain the same number of items as number of Parallel branches.',
      ],
      [
        'an id that is no text',
        start,
        { context: { Execution: { Id: 1 } } },
        `${CONTEXT}Execution.Id must be a string`,
      ],
      [
        'an iteration',
        start,
        { context: { Map: {} } },
        `${CONTEXT}'Map' field is not supported when mocking a Context object`,
      ],
      ['an odd field', start, { context: { Execution: { odd: 1 } } }, `${CONTEXT}Field 'odd' is not allowed`],
      ['an odd part', start, { context: { Odd: {} } }, `${CONTEXT}Field 'Odd' is not allowed`],
      [
        'a token that nothing waits for',
        start,
        { context: { Task: { Token: 't' } } },
        `${CONTEXT}Context object contains 'Task' when state is not a Task state with a '.sync' or '.waitForTaskToken' service integration pattern`,
      ],
    ] as const
  ).map(([name, definition, more, message]): [string, object, object, string, string] => [
    name,
    definition,
    more,
    'ValidationException',
    message,
  ]),
])('TestState refuses %s', async (_name, definition, { context, ...more }: { context?: object }, code, message) => {
  const { call } = engine();
  const input = {
    definition: JSON.stringify(definition),
    input: '[]',
    ...(context && { context: JSON.stringify(context), mock: { result: '{}' } }),
    ...more,
  };
  await expect(call('TestState', input)).rejects.toMatchObject({ code, message });
});
