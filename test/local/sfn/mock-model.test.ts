// `mock.fieldValidationMode` of TestState: what AWS answers as LocalStack's tests recorded it (tests/aws/services/stepfunctions/v2/
// test_state/test_field_validation_mode*.snapshot.json).
import { expect, test } from '@jest/globals';
import { engine } from './engine.ts';

const started = { ExecutionArn: 'arn', StartDate: 'date' };
const mustBe = (field: string, type: string) => `Field '${field}' must be ${type}`;

/** In each mode what is wrong with the result, if anything is. */
test.each<[string, string, unknown, string | undefined, string | undefined]>([
  ['a field that the API has not', 'events:putEvents', { random: 'json' }, undefined, undefined],
  ['nothing, where nothing must be', 'events:putEvents', {}, undefined, undefined],
  ['no list', 'events:putEvents', { Entries: 'text' }, mustBe('Entries', 'an array'), mustBe('Entries', 'an array')],
  [
    'a field of a second item',
    'events:putEvents',
    { Entries: [{ EventId: 'one' }, { EventId: [] }] },
    mustBe('EventId', 'a string'),
    mustBe('EventId', 'a string'),
  ],
  ['what is missing', 'states:startExecution', {}, "Required field 'ExecutionArn' is missing", undefined],
  [
    'the case of the API',
    'states:startExecution',
    { executionArn: 'arn', startDate: 'date' },
    "Required field 'ExecutionArn' is missing",
    undefined,
  ],
  [
    'a time that is none',
    'states:startExecution',
    { ...started, StartDate: 1764103483 },
    mustBe('StartDate', 'a string'),
    mustBe('StartDate', 'a string'),
  ],
  [
    'a number in quotes',
    'lambda:invoke',
    { StatusCode: '200' },
    mustBe('StatusCode', 'a number'),
    mustBe('StatusCode', 'a number'),
  ],
  // github.com/aws/agent-toolkit-for-aws, skills of Step Functions
  [
    'a payload that has been parsed',
    'lambda:invoke',
    { Payload: { valid: true } },
    mustBe('Payload', 'a string'),
    mustBe('Payload', 'a string'),
  ],
  [
    'a number in quotes, deeper',
    'dynamodb:putItem',
    { ConsumedCapacity: { CapacityUnits: '123.45' } },
    mustBe('CapacityUnits', 'a number'),
    mustBe('CapacityUnits', 'a number'),
  ],
  [
    'a length in quotes',
    'aws-sdk:s3:getObject',
    { ContentLength: '9000' },
    mustBe('ContentLength', 'a number'),
    mustBe('ContentLength', 'a number'),
  ],
  // Not recorded: the rest of what the guide says (test-state-isolation.html), and items of DynamoDB, which hold each other.
  [
    'what is polled of a job that is waited for',
    'states:startExecution.sync:2',
    started,
    "Required field 'StateMachineArn' is missing",
    undefined,
  ],
  ['what is answered with a token', 'sqs:sendMessage.waitForTaskToken', { MessageId: 1 }, undefined, undefined],
  [
    'an item in an item',
    'dynamodb:getItem',
    { Item: { a: { L: [{ M: { b: { BOOL: 'true' } } }] } } },
    mustBe('BOOL', 'a boolean'),
    mustBe('BOOL', 'a boolean'),
  ],
  ['a service without a model', 'aws-sdk:kms:encrypt', { CiphertextBlob: 123 }, undefined, undefined],
])('%s', async (_name, resource, result, strict, present) => {
  const { call } = engine();
  const definition = JSON.stringify({ Type: 'Task', Resource: `arn:aws:states:::${resource}`, End: true });
  const ask = (fieldValidationMode?: string) =>
    call('TestState', { definition, mock: { result: JSON.stringify(result), fieldValidationMode } });
  const modes = [
    [undefined, strict],
    ['STRICT', strict],
    ['PRESENT', present],
    ['NONE', undefined],
  ] as const;
  for (const [mode, wrong] of modes) {
    if (wrong === undefined)
      expect(await ask(mode)).toMatchObject({ status: 'SUCCEEDED', output: JSON.stringify(result) });
    else {
      const message = `Mock result schema validation error: ${wrong}`;
      await expect(ask(mode)).rejects.toMatchObject({ code: 'ValidationException', message });
    }
  }
  await expect(ask('LAX')).rejects.toMatchObject({ message: expect.stringContaining('[PRESENT, STRICT, NONE]') });
});
