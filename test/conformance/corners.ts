// Corners that neither the corpus nor the other rows reach. Where AWS does other than its specification says, so does the row.
import { invoke } from '../local/sfn/engine.ts';
import {
  direct,
  distributed,
  failed,
  GUIDE,
  jsonata,
  jsonPath,
  pass,
  type Row,
  SPEC,
  sequence,
  state,
  succeeded,
} from './row.ts';

const FUNCTIONS = `${GUIDE}/intrinsic-functions.html`;
const PATHS = `${SPEC}#using-paths`;
const ERRORS = `${GUIDE}/concepts-error-handling.html`;

const nothing = (source: string, field: string) =>
  `The JSONata expression '${source}' specified for the field '${field}' returned nothing (undefined).`;
const undefinedIn = (field: string, states: Record<string, unknown>): Row => ({
  section: `${GUIDE}/transforming-data.html`,
  name: `nothing in ${field}`,
  definition: jsonata(states),
  expected: failed('States.QueryEvaluationError', `${state('S')} ${nothing('$states.input.none', field)}`),
});
const broken = '{% $states.input.none %}';
const N = pass();

/** AWS names the field by its place in the state. */
const undefineds: readonly Row[] = [
  undefinedIn('Output/a[1]', { S: pass({ Output: { a: [1, broken] } }) }),
  undefinedIn('Seconds', { S: { Type: 'Wait', Seconds: broken, End: true } }),
  undefinedIn('Cause', { S: { Type: 'Fail', Error: 'E', Cause: broken } }),
  undefinedIn('Choices[1]/Condition', {
    S: {
      Type: 'Choice',
      Choices: [
        { Condition: false, Next: 'N' },
        { Condition: broken, Next: 'N' },
      ],
    },
    N,
  }),
  undefinedIn('Choices[0]/Output/a', {
    S: { Type: 'Choice', Choices: [{ Condition: true, Output: { a: broken }, Next: 'N' }] },
    N,
  }),
  undefinedIn('Catch[1]/Assign/x', {
    S: invoke('fail', 'Odd', {
      Catch: [
        { ErrorEquals: ['Even'], Next: 'N' },
        { ErrorEquals: ['Odd'], Assign: { x: broken }, Next: 'N' },
      ],
      End: true,
    }),
    N,
  }),
];

const silent = { TimeoutSeconds: 60, HeartbeatSeconds: 2 };
const caughtAs = (name: string, more: object, task: object = direct('hang', silent)) =>
  jsonPath({
    T: {
      ...task,
      Catch: [
        { ErrorEquals: [name], Next: 'C' },
        ...(name === 'States.ALL' ? [] : [{ ErrorEquals: ['States.ALL'], Next: 'D' }]),
      ],
      ...more,
    },
    C: pass({ OutputPath: '$.Error' }),
    ...(name !== 'States.ALL' && { D: pass({ Result: 'by States.ALL' }) }),
  });

const errors: readonly Row[] = [
  {
    section: `${SPEC}#retrying-after-error`,
    name: 'a delay that grows without a bound ends with its execution, after a year',
    definition: jsonata({
      T: invoke('fail', 'Busy', {
        Retry: [{ ErrorEquals: ['Busy'], BackoffRate: 1e300, MaxAttempts: 3 }],
        End: true,
      }),
    }),
    expected: { status: 'TIMED_OUT', error: 'States.Timeout' },
    seconds: 365 * 86_400,
  },
  {
    section: ERRORS,
    name: 'a ResultPath that finds no place is a conflict, with no word of the state',
    definition: jsonPath({ P: pass({ Result: 1, ResultPath: '$.a.b' }) }),
    input: { a: 'text' },
    expected: failed('States.ReferencePathConflict', 'Unable to apply step "b" to input {"a":"text"}'),
  },
  {
    section: ERRORS,
    name: 'so is an ItemsPath that finds nothing; one that finds no array is not',
    definition: jsonPath({
      M: {
        Type: 'Map',
        ItemsPath: '$.items',
        ItemProcessor: sequence({ P: pass() }),
        Catch: [{ ErrorEquals: ['States.ReferencePathConflict'], Next: 'S' }],
        End: true,
      },
      S: { Type: 'Map', ItemsPath: '$.Error', ItemProcessor: sequence({ Q: pass() }), End: true },
    }),
    expected: failed('States.Runtime', `${state('S', 5)} Reference path "$.Error" must point to array.`),
  },
  {
    section: `${SPEC}#timeouts-heartbeats`,
    name: 'a heartbeat that does not come is shown as States.Timeout, and caught as States.HeartbeatTimeout',
    definition: caughtAs('States.HeartbeatTimeout', {}),
    expected: succeeded('States.Timeout'),
    seconds: 2,
  },
  {
    section: `${SPEC}#timeouts-heartbeats`,
    name: 'a timeout by path, which is no missed heartbeat',
    definition: caughtAs(
      'States.HeartbeatTimeout',
      {},
      direct('hang', { TimeoutSecondsPath: '$.t', HeartbeatSecondsPath: '$.h' }),
    ),
    input: { t: 3, h: 10 },
    expected: succeeded('by States.ALL'),
    seconds: 3,
  },
  {
    section: ERRORS,
    name: 'an answer that is too large is caught by its own name',
    definition: caughtAs('States.DataLimitExceeded', {}, direct('big')),
    expected: succeeded('States.DataLimitExceeded'),
  },
  {
    section: `${ERRORS}, and recorded on AWS (LocalStack, error_handling/test_states_errors.py)`,
    name: 'and as any error of its task',
    definition: caughtAs('States.ALL', {}, direct('big')),
    expected: succeeded('States.DataLimitExceeded'),
  },
  {
    section: ERRORS,
    name: 'an optimized integration is named by its service',
    definition: jsonata({ T: invoke('big', {}, { End: true }) }),
    expected: failed(
      'States.DataLimitExceeded',
      "The state/task 'lambda' returned a result with a size exceeding the maximum number of bytes service limit.",
    ),
  },
  {
    section: ERRORS,
    name: 'an output that is too large is caught by its own name alone',
    definition: jsonata({
      T: invoke('echo', 1, {
        Output: "{% $pad('', 300000, 'x') %}",
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'N' }],
        End: true,
      }),
      N,
    }),
    expected: failed('States.DataLimitExceeded'),
  },
  {
    section: FUNCTIONS,
    name: 'an intrinsic function that fails is caught',
    definition: caughtAs(
      'States.IntrinsicFailure',
      {},
      direct('echo', { Parameters: { 'v.$': 'States.ArrayLength($)' } }),
    ),
    expected: succeeded('States.IntrinsicFailure'),
  },
  {
    section: `${GUIDE}/input-output-itemreader.html`,
    name: 'a reader that fails is caught',
    definition: jsonata({
      M: distributed(
        { P: pass() },
        {
          ItemReader: { Resource: 'arn:aws:states:::s3:getObject', Arguments: { Bucket: 'none', Key: 'none' } },
          Catch: [{ ErrorEquals: ['States.ItemReaderFailed'], Next: 'C' }],
        },
      ),
      C: pass({ Output: '{% $states.input.Error %}' }),
    }),
    expected: succeeded('States.ItemReaderFailed'),
  },
];

const missing: readonly Row[] = [
  {
    section: FUNCTIONS,
    name: 'an argument that is not there: the whole call is named',
    definition: jsonPath({ P: pass({ Parameters: { 'v.$': "States.Format('{}', States.Format('{}', $.l[5]))" } }) }),
    input: { l: [1] },
    expected: failed(
      'States.Runtime',
      `${state('P')} The function 'States.Format('{}', States.Format('{}', $.l[5]))' had the following error: The JsonPath argument for the field '$.l[5]' could not be found in the input '{"l":[1]}'`,
    ),
  },
  {
    section: FUNCTIONS,
    name: 'nor in the context object',
    definition: jsonPath({ P: pass({ Parameters: { 'v.$': "States.Format('{}', $$.None.At)" } }) }),
    expected: failed(
      'States.Runtime',
      `${state('P')} The function 'States.Format('{}', $$.None.At)' had the following error: The JsonPath argument for the field '$.None.At' could not be found in the input '{}'`,
    ),
  },
  {
    section: PATHS,
    name: 'a path past the end of a list is null',
    definition: jsonPath({ P: pass({ Parameters: { 'v.$': '$.l[5]' } }) }),
    input: { l: [1] },
    expected: succeeded({ v: null }),
  },
  {
    section: PATHS,
    name: 'a path of what is no list is not',
    definition: jsonPath({ P: pass({ Parameters: { 'v.$': '$.l[5]' } }) }),
    input: { l: 1 },
    expected: failed('States.Runtime'),
  },
];

const maps: readonly Row[] = [
  {
    section: `${GUIDE}/input-output-itembatcher.html`,
    name: 'a batch is no larger than a payload, with all that is around its items',
    definition: jsonata({
      M: distributed(
        { P: pass({ Output: '{% $count($states.input.Items) %}' }) },
        { Items: "{% [1..3].$pad('', 131066, 'x') %}", ItemBatcher: { MaxItemsPerBatch: 3 } },
      ),
    }),
    expected: succeeded([1, 1, 1]),
  },
  {
    section: `${GUIDE}/input-output-contextobject.html`,
    name: 'the context object says where an item comes from',
    definition: jsonPath({
      M: {
        Type: 'Map',
        ItemSelector: { 'from.$': '$$.Map.Item.Source', 'at.$': '$$.Map.Item.Index' },
        ItemProcessor: sequence({ P: pass() }),
        End: true,
      },
    }),
    input: ['a'],
    expected: succeeded([{ from: 'STATE_DATA', at: 0 }]),
  },
  {
    section: `${GUIDE}/state-map-distributed.html#maprun-fail-threshold`,
    name: 'tolerance, concurrency and batches by path, with a BatchInput',
    definition: jsonPath({
      M: {
        ...distributed({
          Bad: { Type: 'Choice', Choices: [{ Variable: '$.Items[0]', NumericEquals: 1, Next: 'F' }], Default: 'P' },
          F: { Type: 'Fail' },
          P: pass(),
        }),
        ItemsPath: '$.items',
        ItemBatcher: { MaxItemsPerBatchPath: '$.two', BatchInput: { 'who.$': '$.who' } },
        MaxConcurrencyPath: '$.one',
        ToleratedFailurePercentagePath: '$.most',
      },
    }),
    input: { items: [1, 2, 3], one: 1, two: 2, most: 70, who: 'me' },
    expected: succeeded([{ Status: 'FAILED' }, { BatchInput: { who: 'me' }, Items: [3] }]),
  },
  {
    section: `${GUIDE}/workflow-variables.html`,
    name: 'a distributed map does not see the variables around it, and may use their names',
    definition: jsonata({
      A: { Type: 'Pass', Assign: { x: 1 }, Next: 'M' },
      M: distributed(
        {
          P: { Type: 'Pass', Output: '{% $exists($x) %}', Assign: { x: 2 }, Next: 'Q' },
          Q: pass({ Output: '{% [$states.input, $x] %}' }),
        },
        { Items: [0], Next: 'E', End: undefined },
      ),
      E: pass({ Output: '{% [$states.input, $x] %}' }),
    }),
    expected: succeeded([[false, 2], 1]),
  },
];

export const corners: readonly Row[] = [...undefineds, ...errors, ...missing, ...maps];
