// `variableReferences`: the JSONPath rows as LocalStack's tests recorded them on AWS (tests/aws/services/stepfunctions/v2/
// test_sfn_api_variable_references.snapshot.json, whose test each row names). With variables in JSONata none was recorded: there the rows
// hold to what the API reference says of the field.
import { expect, test } from '@jest/globals';
import { jsonata, jsonPath, pass, sequence } from '../../conformance/row.ts';
import { engine } from './engine.ts';

const assigning = (Assign: object, Next = 'S') => ({ Type: 'Pass', Assign, Next });
const map = (states: Record<string, unknown>, more: object = {}) => ({
  Type: 'Map',
  ItemProcessor: sequence(states),
  End: true,
  ...more,
});
const distributed = { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' }, ...sequence({ P: pass() }) };

test.each<[string, Record<string, unknown>, Record<string, string[]> | undefined]>([
  [
    'BASE_REFERENCE_IN_PARAMETERS',
    jsonPath({
      A: { ...assigning({ result: 'foobar' }), Parameters: { result: '$result' } },
      S: pass({ ResultPath: '$.result', Parameters: { 'result.$': '$result' } }),
    }),
    { S: ['result'] },
  ],
  [
    'BASE_REFERENCE_IN_CHOICE',
    jsonPath({
      A: assigning({ guess: 'g', answer: 'a' }),
      S: {
        Type: 'Choice',
        Choices: [{ Variable: '$guess', StringEqualsPath: '$answer', Next: 'Right' }],
        Default: 'Wrong',
      },
      Right: pass({ Result: { state: 'CORRECT', 'kept.$': '$guess' } }),
      Wrong: { ...assigning({ 'guess.$': '$answer' }), Result: { state: 'WRONG' } },
    }),
    { S: ['answer', 'guess'], Wrong: ['answer'] },
  ],
  [
    'BASE_REFERENCE_IN_WAIT',
    jsonPath({
      A: assigning({ waitTime: 0, startAt: 'date' }),
      S: { Type: 'Wait', SecondsPath: '$waitTime', Next: 'T' },
      T: { Type: 'Wait', TimestampPath: '$startAt', End: true },
    }),
    { S: ['waitTime'], T: ['startAt'] },
  ],
  [
    'BASE_REFERENCE_IN_ITERATOR_OUTER_SCOPE',
    jsonPath({
      A: assigning({ bias: 4.3 }),
      S: map({
        B: assigning({ 'x.$': '$[0]', 'y.$': '$[1]' }, 'C'),
        C: map({ Summate: pass({ Assign: { 'Sum.$': 'States.MathAdd(States.MathAdd($y, $x), $bias)' } }) }),
      }),
    }),
    { Summate: ['bias', 'x', 'y'] },
  ],
  [
    'BASE_REFERENCE_IN_INPUTPATH, _OUTPUTPATH, BASE_EVALUATION_ORDER_PASS_STATE',
    jsonPath({
      A: assigning({ answer: 42 }),
      S: pass({ InputPath: '$answer', ResultPath: '$.a', OutputPath: '$answer', Assign: { answer: '' } }),
    }),
    { S: ['answer'] },
  ],
  [
    'BASE_REFERENCE_IN_INTRINSIC_FUNCTION',
    jsonPath({
      A: assigning({ name: 'J', place: 'L', unused: 1 }),
      S: pass({ Parameters: { ops: { 'text.$': "States.Format('$unused {}, welcome to {}!', $name, $place)" } } }),
    }),
    { S: ['name', 'place'] },
  ],
  [
    'BASE_REFERENCE_IN_FAIL',
    jsonPath({
      A: assigning({ errorVar: 'E', causeVar: 'C' }),
      S: { Type: 'Fail', CausePath: '$causeVar', ErrorPath: '$errorVar' },
    }),
    { S: ['causeVar', 'errorVar'] },
  ],
  [
    'BASE_ASSIGN_FROM_RESULT: what is only assigned is not read',
    jsonPath({ S: pass({ Result: { answer: 42 }, Assign: { 'theAnswer.$': '$.answer' } }) }),
    undefined,
  ],
  [
    'MAP_STATE_REFERENCE_IN_INTRINSIC_FUNCTION, _ITEMS_PATH',
    jsonPath({
      A: assigning({ Answer: 'a', Question: 'q', List: [] }),
      S: map(
        { P: pass({ Parameters: { 'Question.$': '$Question', 'Answer.$': '$.Said' } }) },
        { ItemsPath: '$List', ItemSelector: { 'Said.$': 'States.Format($Answer, $$.Map.Item.Value)' } },
      ),
    }),
    { S: ['Answer', 'List'], P: ['Question'] },
  ],
  [
    'MAP_STATE_REFERENCE_IN_TOLERATED_FAILURE_PATH, _MAX_CONCURRENCY_PATH, _MAX_ITEMS_PATH; a literal of _ITEM_SELECTOR',
    jsonPath({
      A: assigning({ percentage: 1, count: 1, most: 1, items: 2, bucket: 'b' }),
      S: {
        Type: 'Map',
        ItemReader: {
          ReaderConfig: { InputType: 'JSON', MaxItemsPath: '$items' },
          Resource: 'arn:aws:states:::s3:getObject',
          Parameters: { 'Bucket.$': '$.Bucket', 'Key.$': '$.Key' },
        },
        ItemSelector: { 'value.$': '$$.Map.Item.Value', bucketName: '$bucket' },
        ItemProcessor: distributed,
        ToleratedFailurePercentagePath: '$percentage',
        ToleratedFailureCountPath: '$count',
        MaxConcurrencyPath: '$most',
        End: true,
      },
    }),
    { S: ['count', 'items', 'most', 'percentage'] },
  ],
  [
    'CHOICE_STATE_UNSORTED_CHOICE_PARAMETERS_JSONATA: $states and functions are no variables',
    jsonata({
      S: { Type: 'Choice', Choices: [{ Condition: '{% $not($states.input.done) %}', Next: 'P' }], Default: 'P' },
      P: pass(),
    }),
    undefined,
  ],
  [
    'JSONata: what is assigned somewhere, unless the expression makes it itself',
    jsonata({
      A: assigning({ x: 1, y: { z: 2 }, item: 3 }),
      S: {
        Type: 'Choice',
        Choices: [{ Condition: '{% $x = 1 %}', Assign: { w: '{% $count($y.z) %}' }, Next: 'P' }],
        Default: 'P',
      },
      P: pass({ Output: { a: ['{% $map([1], function($item) { $item + $w }) %}'] }, Comment: '{% $x %}' }),
    }),
    { S: ['x', 'y'], P: ['w'] },
  ],
])('%s', async (_name, definition, variableReferences) => {
  const { call, create, start } = engine();
  const stateMachineArn = await create(definition);
  const { definition: text, ...described } = await call('DescribeStateMachine', { stateMachineArn });
  expect(JSON.parse(String(text))).toEqual(definition);
  expect(described.variableReferences).toEqual(variableReferences);
  const executionArn = await start(stateMachineArn);
  const ofExecution = await call('DescribeStateMachineForExecution', { executionArn });
  expect(ofExecution.variableReferences).toEqual(variableReferences);
});
