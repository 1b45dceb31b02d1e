// What a definition can get wrong, where, and in which words.
import { expect, test } from '@jest/globals';
import { parseDefinition } from '../../../lib/local/states/parse/definition.ts';

const machine = (state: object, more: object = {}) => ({ StartAt: 'S', States: { S: state }, ...more });
const task = (more: object) =>
  machine({ Type: 'Task', Resource: 'arn:aws:lambda:us-east-1:1:function:f', End: true, ...more });
const pass = (more: object) => machine({ Type: 'Pass', End: true, ...more });
const choice = (rule: object) => machine({ Type: 'Choice', Choices: [{ Next: 'S', ...rule }] });
const inner = { StartAt: 'P', States: { P: { Type: 'Pass', End: true } } };
const map = (more: object, config: object = { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' }) =>
  machine({ Type: 'Map', ItemProcessor: { ProcessorConfig: config, ...inner }, End: true, ...more });
const reader = (ReaderConfig: object) =>
  map({ ItemReader: { Resource: 'arn:aws:states:::s3:getObject', ReaderConfig, Parameters: {} } });

test.each<[string, object, string, string]>([
  [
    'an unknown field of the machine',
    machine({ Type: 'Pass', End: true }, { TimeoutSecond: 1 }),
    '/TimeoutSecond',
    'Field is not supported; did you mean TimeoutSeconds?',
  ],
  [
    'another version',
    machine({ Type: 'Pass', End: true }, { Version: '2.0' }),
    '/Version',
    'Value is not one of [1.0]',
  ],
  [
    'an unknown field of a retrier',
    task({ Retry: [{ ErrorEquals: ['a'], MaxAttempt: 1 }] }),
    '/States/S/Retry[0]/MaxAttempt',
    'Field is not supported; did you mean MaxAttempts?',
  ],
  [
    'half an attempt',
    task({ Retry: [{ ErrorEquals: ['a'], MaxAttempts: 1.5 }] }),
    '/States/S/Retry[0]/MaxAttempts',
    'Expected an integer',
  ],
  [
    'another jitter',
    task({ Retry: [{ ErrorEquals: ['a'], JitterStrategy: 'SOME' }] }),
    '/States/S/Retry[0]/JitterStrategy',
    'Value is not one of [NONE, FULL]',
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
    "a backslash stands before ' { } or \\ only at character 17 of States.Format('\\\"{}', 1)",
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
    'Expected value of type String',
  ],
  [
    'a time that is none',
    choice({ Variable: '$.a', TimestampEquals: 'noon' }),
    '/States/S/Choices[0]/TimestampEquals',
    'Value is not a valid RFC 3339 timestamp',
  ],
  [
    'a way out inside of a rule',
    choice({ Not: { Variable: '$.a', IsNull: true, Next: 'S' } }),
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
    'Value is not one of [INLINE, DISTRIBUTED]',
  ],
  [
    'no type of execution',
    map({}, { Mode: 'DISTRIBUTED' }),
    '/States/S/ItemProcessor/ProcessorConfig',
    'These fields are required: [ExecutionType]',
  ],
  [
    'a reader of an inline map',
    map({ ItemReader: {} }, { Mode: 'INLINE' }),
    '/States/S/ItemReader',
    'Field is not supported in INLINE mode',
  ],
  [
    'another type of file',
    reader({ InputType: 'XML' }),
    '/States/S/ItemReader/ReaderConfig/InputType',
    'Value is not one of [CSV, JSON, JSONL, MANIFEST, PARQUET]',
  ],
  [
    'headers given nowhere',
    reader({ InputType: 'CSV', CSVHeaderLocation: 'GIVEN' }),
    '/States/S/ItemReader/ReaderConfig',
    'These fields are required: [CSVHeaders]',
  ],
  [
    'more items than AWS reads',
    reader({ InputType: 'JSON', MaxItems: 100_000_001 }),
    '/States/S/ItemReader/ReaderConfig/MaxItems',
    'Expected an integer of at least 0 and at most 100000000',
  ],
  ['an empty label', map({ Label: '' }), '/States/S/Label', 'Label cannot be empty'],
  ['a long label', map({ Label: 'x'.repeat(41) }), '/States/S/Label', 'Label cannot exceed 40 characters'],
  ['an odd label', map({ Label: 'a?b' }), '/States/S/Label', "Label contains invalid character: '?'"],
])('%s', (_name, definition, location, message) => {
  const parsed = parseDefinition(JSON.stringify(definition), {
    express: false,
    ambient: { now: () => 0, random: () => 0 },
  });
  expect(parsed.diagnostics).toEqual([{ code: 'SCHEMA_VALIDATION_FAILED', location, message, severity: 'ERROR' }]);
});
