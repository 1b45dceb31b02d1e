// What a state can get wrong by the States Language (https://states-language.net/spec.html) and by AWS's guide, section by section.
// The words of those that no answer of AWS was found for are in the style of those that there was one for.
import { expect, test } from '@jest/globals';
import { parseDefinition } from '../../../lib/local/states/parse/definition.ts';

const machine = (state: object, more: object = {}) => ({ StartAt: 'S', States: { S: state }, ...more });
const pass = (more: object) => machine({ Type: 'Pass', End: true, ...more });
const task = (Resource: string, more: object = {}) => machine({ Type: 'Task', Resource, End: true, ...more });
const wait = (more: object) => machine({ Type: 'Wait', End: true, ...more });
const choice = (rule: object) => ({
  StartAt: 'S',
  States: { S: { Type: 'Choice', Choices: [{ Next: 'N', ...rule }] }, N: { Type: 'Succeed' } },
});
const isNull = { Variable: '$.a', IsNull: true };
const inner = { StartAt: 'P', States: { P: { Type: 'Pass', End: true } } };
const map = (more: object) => machine({ Type: 'Map', ItemProcessor: inner, End: true, ...more });
const DISTRIBUTED = { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' }, ...inner };
const distributed = (more: object) => map({ ItemProcessor: DISTRIBUTED, ...more });

const diagnose = (definition: object) =>
  parseDefinition(JSON.stringify(definition), { express: false, ambient: { now: () => 0, random: () => 0 } });
const unrecognized = (resource: string): string =>
  `The resource provided ${resource} is not recognized. The value is not a valid resource ARN, or the resource is not available in this region.`;

const TEXT = 'Expected value of type [STRING]';
const OBJECT = 'Expected value of type [OBJECT]';
const EMPTY = 'At least one choice rule is expected';
const SDK = 'arn:aws:states:::aws-sdk:';

test.each<[string, object, string, string]>([
  ['a comment that is no text', pass({ Comment: 1 }), '/States/S/Comment', TEXT],
  ['a comment of the machine that is no text', { ...pass({}), Comment: {} }, '/Comment', TEXT],
  ['a template that is a text', pass({ Parameters: 'x' }), '/States/S/Parameters', OBJECT],
  ['a template that is a list', pass({ Parameters: [] }), '/States/S/Parameters', OBJECT],
  [
    'a selector that is a text',
    task('arn:aws:lambda:us-east-1:1:function:f', { ResultSelector: '$.a' }),
    '/States/S/ResultSelector',
    OBJECT,
  ],
  ['an item that is a text', map({ ItemSelector: '$.a' }), '/States/S/ItemSelector', OBJECT],
  ['a time that is a number', wait({ Timestamp: 5 }), '/States/S/Timestamp', TEXT],
  ['no rule in an And', choice({ And: [] }), '/States/S/Choices[0]/And', EMPTY],
  ['no rule in an Or', choice({ Or: [] }), '/States/S/Choices[0]/Or', EMPTY],
  [
    'a variable beside an Or',
    choice({ Or: [isNull], Variable: '$.a' }),
    '/States/S/Choices[0]',
    "Field 'Variable' is not supported",
  ],
  [
    'a variable beside a Not',
    choice({ Not: isNull, Variable: '$.a' }),
    '/States/S/Choices[0]',
    "Field 'Variable' is not supported",
  ],
  [
    'a pattern at a path',
    choice({ Variable: '$.a', StringMatchesPath: '$.b' }),
    '/States/S/Choices[0]',
    'A comparison operator is expected beside Variable',
  ],
  [
    'items that are a number',
    { ...map({ Items: 5 }), QueryLanguage: 'JSONata' },
    '/States/S/Items',
    'Expected an array or a JSONata expression',
  ],
  [
    'a batch without a limit',
    distributed({ ItemBatcher: { BatchInput: {} } }),
    '/States/S/ItemBatcher',
    'At least one of these fields is required: [MaxItemsPerBatch, MaxInputBytesPerBatch]',
  ],
  [
    'a writer of nothing',
    distributed({ ResultWriter: {} }),
    '/States/S/ResultWriter',
    'These fields are required: [WriterConfig]',
  ],
  [
    'a writer to nowhere',
    distributed({ ResultWriter: { Resource: 'arn:aws:states:::s3:putObject' } }),
    '/States/S/ResultWriter',
    'These fields are required: [Parameters]',
  ],
  ...[`${SDK}s3:GetObject`, `${SDK}s3`, `${SDK}sqs:sendMessage.sync`].map(
    (resource): [string, object, string, string] => [
      `a call of an SDK like ${resource}`,
      task(resource),
      '/States/S/Resource',
      unrecognized(resource),
    ],
  ),
  [
    'a parameter in camel case',
    task('arn:aws:states:::lambda:invoke', { Parameters: { FunctionName: 'f', payload: 1 } }),
    '/States/S/Parameters',
    'The field "payload" is not supported by Step Functions',
  ],
  [
    'a parameter of another action',
    task('arn:aws:states:::dynamodb:getItem', { Parameters: { 'Key.$': '$', Item: {} } }),
    '/States/S/Parameters',
    'The field "Item" is not supported by Step Functions',
  ],
])('%s', (_name, definition, location, message) => {
  expect(diagnose(definition).diagnostics).toMatchObject([{ code: 'SCHEMA_VALIDATION_FAILED', location, message }]);
});

test.each<[string, object]>([
  [
    'a parameter that is only known as the state runs',
    task('arn:aws:states:::lambda:invoke', { Parameters: { 'TaskToken.$': '$$.Task.Token' } }),
  ],
  [
    'a template that is an expression',
    machine({ Type: 'Pass', QueryLanguage: 'JSONata', Output: '{% {} %}', End: true }),
  ],
  ['a writer that only says how', distributed({ ResultWriter: { WriterConfig: { Transformation: 'COMPACT' } } })],
  ['a token for an SDK', task(`${SDK}sqs:sendMessage.waitForTaskToken`)],
  ['a batch of bytes', distributed({ ItemBatcher: { MaxInputBytesPerBatch: 1 } })],
])('%s is none of them', (_name, definition) => {
  expect(diagnose(definition)).toMatchObject({ ok: true });
});
