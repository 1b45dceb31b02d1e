// https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinition.html
import { expect, test } from '@jest/globals';
import type { Shape } from '../../../lib/local/service.ts';
import { engine } from './engine.ts';

const machine = (state: object) => ({
  StartAt: 'S',
  States: { S: { End: true, ...state } },
});
const choice = (rule: object) => ({
  StartAt: 'S',
  States: { S: { Type: 'Choice', Choices: [{ ...rule, Next: 'N' }] }, N: { Type: 'Succeed' } },
});
const fail = (more: object) => ({ StartAt: 'S', States: { S: { Type: 'Fail', ...more } } });
const pass = (more: object) => machine({ Type: 'Pass', ...more });
const task = (more: object) => machine({ Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', ...more });

const warned = async (definition: object): Promise<unknown> => {
  const input = { definition: JSON.stringify(definition), severity: 'WARNING' };
  const { result, diagnostics } = await engine().call('ValidateStateMachineDefinition', input);
  return [result, ...(diagnostics as Shape[]).map(({ severity, code, location }) => [severity, code, location])];
};

test.each<[string, object, string, string]>([
  ['a path that is none', task({ Parameters: { Payload: '$.a' } }), 'NO_DOLLAR', 'Parameters/Payload'],
  [
    'one of the context object',
    task({ Parameters: { Payload: { b: '$$.Task.Token' } } }),
    'NO_DOLLAR',
    'Parameters/Payload/b',
  ],
  ['a function', pass({ Parameters: { a: [{ b: "States.Format('{}', 1)" }] } }), 'NO_DOLLAR', 'Parameters/a[0]/b'],
  ['of a result', task({ ResultSelector: { a: '$' } }), 'NO_DOLLAR', 'ResultSelector/a'],
  ['of a variable', pass({ Assign: { a: '$.b' } }), 'NO_DOLLAR', 'Assign/a'],
  [
    'of a batch',
    machine({
      Type: 'Map',
      ItemBatcher: { MaxItemsPerBatch: 1, BatchInput: { a: '$.b' } },
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
        StartAt: 'P',
        States: { P: { Type: 'Succeed' } },
      },
    }),
    'NO_DOLLAR',
    'ItemBatcher/BatchInput/a',
  ],
  ['an operand', choice({ Variable: '$.a', StringEquals: '$.b' }), 'NO_PATH', 'Choices[0]/StringEquals'],
  [
    'an operand inside of a rule',
    choice({ Not: { Variable: '$.a', StringMatches: '$.b' } }),
    'NO_PATH',
    'Choices[0]/Not/StringMatches',
  ],
  ['a cause', fail({ Cause: '$.cause' }), 'NO_PATH', 'Cause'],
  ['a result', pass({ Result: '$.a' }), 'PASS_RESULT_IS_STATIC', 'Result'],
  ['a result with a path', pass({ Result: { a: { 'b.$': '$.b' } } }), 'PASS_RESULT_IS_STATIC', 'Result/a/b.$'],
])('a warning of %s', async (_name, definition, code, place) => {
  expect(await warned(definition)).toEqual(['OK', ['WARNING', code, `/States/S/${place}`]]);
});

test.each<[string, object]>([
  ['a price', pass({ Parameters: { a: '$5', 'b.$': '$.a', c: 'of $.5' } })],
  ['a path in its place', choice({ Variable: '$.a', StringEqualsPath: '$.b' })],
  ['a text of JSONata', machine({ Type: 'Pass', QueryLanguage: 'JSONata', Output: { a: '$.b' } })],
  ['a result', pass({ Result: { a: 'b' } })],
  ['a comment', pass({ Comment: '$.a' })],
])('no warning: %s', async (_name, definition) => {
  expect(await warned(definition)).toEqual(['OK']);
});

test('warnings come after errors, where they are asked for, and keep no machine from being made', async () => {
  const { call, create } = engine();
  const wrong = pass({ Result: '$.a', Parameters: { 'a.$': 1, b: '$.b' } });
  const validated = async (more: Shape) => {
    const answer = await call('ValidateStateMachineDefinition', { definition: JSON.stringify(wrong), ...more });
    return [answer.result, (answer.diagnostics as Shape[]).map(({ code }) => code), answer.truncated];
  };
  const found = ['SCHEMA_VALIDATION_FAILED', 'NO_DOLLAR', 'PASS_RESULT_IS_STATIC'];
  expect(await validated({})).toEqual(['FAIL', found.slice(0, 1), false]);
  expect(await validated({ severity: 'ERROR' })).toEqual(['FAIL', found.slice(0, 1), false]);
  expect(await validated({ severity: 'WARNING' })).toEqual(['FAIL', found, false]);
  expect(await validated({ severity: 'WARNING', maxResults: 2 })).toEqual(['FAIL', found.slice(0, 2), true]);
  await create(pass({ Result: '$.a' }));
});

// AWS took such a machine and failed its execution with these words: https://docs.aws.amazon.com/step-functions/latest/dg/connect-parameters.html
test.each<[string, object]>([
  ['a path', { Parameters: { FunctionName: 'f', 'TaskToken.$': '$.t' } }],
  ['JSONata', { QueryLanguage: 'JSONata', Arguments: { FunctionName: 'f', TaskToken: '{% $states.input.t %}' } }],
])('a parameter of %s that an optimized call has not fails the execution before it is made', async (_name, more) => {
  const { create, start, ended, history } = engine({ functions: { f: () => 1 } });
  const executionArn = await start(await create(task({ ...more, Catch: [] })), { t: 'token' });
  expect(await ended(executionArn)).toMatchObject({
    status: 'FAILED',
    error: 'States.Runtime',
    cause: expect.stringMatching(/^An error occurred .*\. The field "TaskToken" is not supported by Step Functions$/),
  });
  const types = (await history(executionArn)).map(({ type }) => type);
  expect(types).toEqual(['ExecutionStarted', 'TaskStateEntered', 'ExecutionFailed']);
});
