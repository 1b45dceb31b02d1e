// What a definition can get wrong, where, and in which words.
import { expect, test } from '@jest/globals';
import { parseDefinition } from '../../../lib/local/states/parse/definition.ts';

const machine = (state: object, more: object = {}) => ({ StartAt: 'S', States: { S: state }, ...more });
const task = (more: object) =>
  machine({ Type: 'Task', Resource: 'arn:aws:lambda:us-east-1:1:function:f', End: true, ...more });
const pass = (more: object) => machine({ Type: 'Pass', End: true, ...more });
const choice = (rule: object) => ({
  StartAt: 'S',
  States: { S: { Type: 'Choice', Choices: [{ Next: 'N', ...rule }] }, N: { Type: 'Succeed' } },
});
const inner = { StartAt: 'P', States: { P: { Type: 'Pass', End: true } } };
const map = (more: object, config: object = { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' }) =>
  machine({ Type: 'Map', ItemProcessor: { ProcessorConfig: config, ...inner }, End: true, ...more });

test.each<[string, object, string, string]>([
  [
    'an unknown field of the machine',
    machine({ Type: 'Pass', End: true }, { TimeoutSecond: 1 }),
    '/',
    "Field 'TimeoutSecond' is not supported",
  ],
  [
    'another version',
    machine({ Type: 'Pass', End: true }, { Version: '2.0' }),
    '/Version',
    'Value should be one of the following: [1.0]',
  ],
  [
    'an unknown field of a retrier',
    task({ Retry: [{ ErrorEquals: ['a'], MaxAttempt: 1 }] }),
    '/States/S/Retry[0]',
    "Field 'MaxAttempt' is not supported",
  ],
  [
    'a field that should hold a path',
    pass({ Parameters: { list: [{ 'a.$': 1 }] } }),
    '/States/S/Parameters/list[0]/a.$',
    "The value for the field 'a.$' must be a valid JSONPath or a valid intrinsic function call: it is 1",
  ],
  [
    'half an attempt',
    task({ Retry: [{ ErrorEquals: ['a'], MaxAttempts: 1.5 }] }),
    '/States/S/Retry[0]/MaxAttempts',
    'Expected value of type [INTEGER]',
  ],
  [
    'too many attempts',
    task({ Retry: [{ ErrorEquals: ['a'], MaxAttempts: 100_000_000 }] }),
    '/States/S/Retry[0]/MaxAttempts',
    'Maximum value is 99999999',
  ],
  [
    'another jitter',
    task({ Retry: [{ ErrorEquals: ['a'], JitterStrategy: 'SOME' }] }),
    '/States/S/Retry[0]/JitterStrategy',
    'Value should be one of the following: [NONE, FULL]',
  ],
  [
    'no errors',
    task({ Retry: [{ ErrorEquals: [] }] }),
    '/States/S/Retry[0]/ErrorEquals',
    'At least one error is expected',
  ],
  [
    'States.ALL beside others',
    task({ Retry: [{ ErrorEquals: ['States.ALL', 'b'] }] }),
    '/States/S/Retry[0]/ErrorEquals',
    'States.ALL can only appear by itself',
  ],
  [
    'States.ALL before others',
    task({ Retry: [{ ErrorEquals: ['States.ALL'] }, { ErrorEquals: ['b'] }] }),
    '/States/S/Retry[0]/ErrorEquals',
    'States.ALL can only appear in the last element',
  ],
  [
    'a heartbeat as long as the timeout',
    task({ TimeoutSeconds: 5, HeartbeatSeconds: 5 }),
    '/States/S/HeartbeatSeconds',
    'HeartbeatSeconds must be smaller than TimeoutSeconds',
  ],
  [
    'a timeout given twice',
    task({ TimeoutSeconds: 5, TimeoutSecondsPath: '$.t' }),
    '/States/S',
    'Only one of these fields may be given: [TimeoutSeconds, TimeoutSecondsPath]',
  ],
  [
    'a result in many places',
    task({ ResultPath: '$.a[*]' }),
    '/States/S/ResultPath',
    'Value is not a Reference Path: it names more than one place, or none of the input',
  ],
  [
    'a result in the context',
    task({ ResultPath: '$$.a' }),
    '/States/S/ResultPath',
    'Value is not a Reference Path: it names more than one place, or none of the input',
  ],
  [
    'credentials without a role',
    task({ Credentials: {} }),
    '/States/S/Credentials',
    'These fields are required: [RoleArn]',
  ],
  [
    'an action that is not optimized',
    task({ Resource: 'arn:aws:states:::dynamodb:query' }),
    '/States/S/Resource',
    'The resource provided arn:aws:states:::dynamodb:query is not recognized. The value is not a valid resource ARN, or the resource is not available in this region.',
  ],
  ...[
    'arn:aws:states:::sqs:sendMessage.sync',
    'arn:aws:states:::lambda:invoke.sync:2',
    'arn:aws:states:::dynamodb:putItem.waitForTaskToken',
  ].map((Resource): [string, object, string, string] => [
    'a pattern that its action is not optimized for',
    task({ Resource }),
    '/States/S/Resource',
    `The resource provided ${Resource} is not recognized. The value is not a valid resource ARN, or the resource is not available in this region.`,
  ]),
  [
    'the reserved variable',
    pass({ Assign: { states: 1 } }),
    '/States/S/Assign/states',
    "The variable name 'states' is reserved",
  ],
  [
    'a variable that is no identifier',
    pass({ Assign: { '1a': 1 } }),
    '/States/S/Assign/1a',
    'Value is not a valid variable name',
  ],
  [
    'a backslash before a double quote',
    pass({ Parameters: { 'a.$': "States.Format('\\\"{}', 1)" } }),
    '/States/S/Parameters/a.$',
    "The value for the field 'a.$' must be a valid JSONPath or a valid intrinsic function call: a backslash stands before ' { } or \\ only at character 17 of States.Format('\\\"{}', 1)",
  ],
  [
    'two operators',
    choice({ Variable: '$.a', IsNull: true, IsString: true }),
    '/States/S/Choices[0]',
    'Only one of these fields may be given: [IsNull, IsString]',
  ],
  [
    'an operand of another type',
    choice({ Variable: '$.a', StringEquals: 1 }),
    '/States/S/Choices[0]/StringEquals',
    'Expected value of type [STRING]',
  ],
  [
    'a time that is none',
    choice({ Variable: '$.a', TimestampEquals: 'noon' }),
    '/States/S/Choices[0]/TimestampEquals',
    'String does not match RFC3339 timestamp',
  ],
  [
    'a way out inside of a rule',
    choice({ Not: { Variable: '$.a', IsNull: true, Next: 'N' } }),
    '/States/S/Choices[0]/Not/Next',
    'Field is not supported inside of a rule',
  ],
  [
    'two processors',
    map({ Iterator: inner }),
    '/States/S',
    'Only one of these fields may be given: [ItemProcessor, Iterator]',
  ],
  [
    'another mode',
    map({}, { Mode: 'REMOTE' }),
    '/States/S/ItemProcessor/ProcessorConfig/Mode',
    'Value should be one of the following: [INLINE, DISTRIBUTED]',
  ],
  [
    'no type of execution',
    map({}, { Mode: 'DISTRIBUTED' }),
    '/States/S/ItemProcessor/ProcessorConfig',
    'These fields are required: [ExecutionType]',
  ],
  [
    'a label of an inline map',
    map({ Label: 'l' }, { Mode: 'INLINE' }),
    '/States/S/Label',
    'Field is not supported in INLINE mode',
  ],
  [
    'a reader of what is no file',
    map({ ItemReader: { Resource: 'arn:aws:states:::s3:copyObject', Parameters: {} } }),
    '/States/S/ItemReader/Resource',
    'The resource provided arn:aws:states:::s3:copyObject is not recognized. The value is not a valid resource ARN, or the resource is not available in this region.',
  ],
  [
    'a field of the other language',
    pass({ Output: 1 }),
    '/States/S',
    "The QueryLanguage is set to 'JSONPath', but field 'Output' is only supported for the 'JSONata' QueryLanguage",
  ],
  [
    'an unknown language',
    pass({ QueryLanguage: 'jsonata', Output: 1 }),
    '/States/S/QueryLanguage',
    'Value should be one of the following: [JSONPath, JSONata]',
  ],
  [
    'a language of a processor',
    machine({ Type: 'Map', ItemProcessor: { QueryLanguage: 'JSONata', ...inner }, End: true }),
    '/States/S/ItemProcessor',
    "Field 'QueryLanguage' is not supported",
  ],
  ['fewer than none', map({ MaxConcurrency: -1 }), '/States/S/MaxConcurrency', 'Minimum value is 0'],
  ['an empty label', map({ Label: '' }), '/States/S/Label', 'Label cannot be empty'],
  ['a long label', map({ Label: 'x'.repeat(41) }), '/States/S/Label', 'Label cannot exceed 40 characters'],
  ['an odd label', map({ Label: 'a?b' }), '/States/S/Label', "Label contains invalid character: '?'"],
])('%s', (_name, definition, location, message) => {
  const parsed = parseDefinition(JSON.stringify(definition), {
    express: false,
    ambient: { now: () => 0, random: () => 0 },
  });
  expect(parsed.diagnostics).toMatchObject([
    { code: 'SCHEMA_VALIDATION_FAILED', location, message, severity: 'ERROR' },
  ]);
});

const passing = (name: string) => ({ StartAt: name, States: { [name]: { Type: 'Pass', End: true } } });
const labelled = (states: object, Label = 'same') => ({
  Type: 'Map',
  Label,
  ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' }, ...states },
});

// The codes and words are those that AWS was seen to give.
test.each<[string, object, readonly (readonly [code: string, location: string | undefined, message: string])[]]>([
  [
    'a loop without an end, and a way to nowhere',
    { StartAt: 'A', States: { A: { Type: 'Pass', Next: 'Nowhere' } } },
    [
      ['MISSING_TRANSITION_TARGET', '/States/A/Next', "Missing 'Next' target: Nowhere"],
      ['MISSING_END_STATE', undefined, 'Workflow has no terminal state'],
    ],
  ],
  [
    'a start that is not there',
    { StartAt: 'Nope', States: { A: { Type: 'Pass', End: true } } },
    [
      ['MISSING_TRANSITION_TARGET', '/StartAt', "Missing 'Next' target: Nope"],
      ['MISSING_TRANSITION_TARGET', '/States/A', 'State "A" is not reachable.'],
    ],
  ],
  [
    'states that lead to each other, and nothing to them',
    {
      StartAt: 'A',
      States: { A: { Type: 'Succeed' }, B: { Type: 'Pass', Next: 'C' }, C: { Type: 'Pass', Next: 'B' } },
    },
    [
      ['MISSING_TRANSITION_TARGET', '/States/B', 'State "B" is not reachable.'],
      ['MISSING_TRANSITION_TARGET', '/States/C', 'State "C" is not reachable.'],
    ],
  ],
  [
    'a variable of an iteration that is assigned around it',
    machine({
      Type: 'Map',
      QueryLanguage: 'JSONata',
      Catch: [{ ErrorEquals: ['a'], Assign: { x: 1 }, Next: 'S' }],
      ItemProcessor: { StartAt: 'P', States: { P: { Type: 'Pass', Assign: { 'x.$': '$.a' }, End: true } } },
      End: true,
    }),
    [
      [
        'DUPLICATE_VARIABLE_NAME', // as https://github.com/iwamot/sfnx measured; the words are ours
        '/States/S/ItemProcessor/States/P/Assign/x',
        "The variable 'x' is assigned in an outer scope too",
      ],
    ],
  ],
  [
    'one label for two maps', // as https://github.com/iwamot/sfnx measured
    {
      StartAt: 'A',
      States: {
        A: { ...labelled({ StartAt: 'B', States: { B: { ...labelled(passing('P')), End: true } } }), Next: 'C' },
        C: { ...labelled(passing('Q'), 'other'), End: true },
      },
    },
    [['DUPLICATE_LABEL_NAME', '/States/A/Label', 'Duplicate Label name: same']],
  ],
])('%s', (_name, definition, expected) => {
  const parsed = parseDefinition(JSON.stringify(definition), {
    express: false,
    ambient: { now: () => 0, random: () => 0 },
  });
  expect(parsed.diagnostics.map(({ code, location, message }) => [code, location, message])).toEqual(expected);
});
