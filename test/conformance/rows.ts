// What the recorded corpus lacks, as rows: a machine, its functions, and what AWS documents that comes out.
import { invoke } from '../local/sfn/engine.ts';
import {
  distributed,
  failed,
  GUIDE,
  jsonata,
  jsonPath,
  pass,
  picky,
  type Row,
  SPEC,
  sequence,
  state,
  succeeded,
} from './row.ts';

/** Functions: `echo` returns its event, `fail` throws the error that the event names, `flaky` fails twice. */
export const rows: readonly Row[] = [
  {
    section: `${SPEC}#retrying-after-error`,
    name: 'a retry waits 1, 2, 4 seconds by default, three times',
    definition: jsonata({ T: invoke('fail', 'Busy', { Retry: [{ ErrorEquals: ['Busy'] }], End: true }) }),
    expected: failed('Busy'),
    seconds: 7,
  },
  {
    section: `${SPEC}#retrying-after-error`,
    name: 'MaxDelaySeconds caps what BackoffRate grows',
    definition: jsonata({
      T: invoke('fail', 'Busy', {
        Retry: [{ ErrorEquals: ['Busy'], IntervalSeconds: 2, BackoffRate: 10, MaxDelaySeconds: 5, MaxAttempts: 3 }],
        End: true,
      }),
    }),
    expected: failed('Busy'),
    seconds: 12,
  },
  {
    section: `${SPEC}#complex-retry-scenarios`,
    name: 'each retrier counts for itself',
    definition: jsonata({
      T: invoke(
        'flaky',
        {},
        {
          Retry: [
            { ErrorEquals: ['First'], IntervalSeconds: 1, MaxAttempts: 1 },
            { ErrorEquals: ['Second'], IntervalSeconds: 10, MaxAttempts: 1 },
          ],
          End: true,
        },
      ),
    }),
    expected: succeeded('third time'),
    seconds: 11,
  },
  {
    section: `${SPEC}#retrying-after-error`,
    name: 'the context object counts retries',
    definition: jsonata({
      T: invoke('odd', '{% $states.context.State.RetryCount %}', {
        Retry: [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 1 }],
        End: true,
      }),
    }),
    expected: succeeded(1),
    seconds: 1,
  },
  {
    section: `${SPEC}#fallback-states`,
    name: 'the first catcher that matches wins; JSONata Output and Assign see errorOutput',
    definition: jsonata({
      T: invoke('fail', 'Odd', {
        Catch: [
          { ErrorEquals: ['Other'], Next: 'Wrong' },
          {
            ErrorEquals: ['Odd'],
            Next: 'Right',
            Output: '{% $states.errorOutput.Error %}',
            Assign: { seen: '{% $states.errorOutput.Error %}' },
          },
        ],
        End: true,
      }),
      Right: pass({ Output: '{% $states.input & $seen %}' }),
      Wrong: pass(),
    }),
    expected: succeeded('OddOdd'),
  },
  {
    section: `${GUIDE}/concepts-error-handling.html`,
    name: 'States.TaskFailed is every error of a task but a timeout',
    definition: jsonata({
      T: invoke(
        'hang',
        {},
        {
          TimeoutSeconds: 3,
          Catch: [
            { ErrorEquals: ['States.TaskFailed'], Next: 'N' },
            { ErrorEquals: ['States.Timeout'], Next: 'T2' },
          ],
          End: true,
        },
      ),
      N: pass({ Output: 'no' }),
      T2: pass({ Output: 'timeout' }),
    }),
    expected: succeeded('timeout'),
    seconds: 3,
  },
  {
    section: `${SPEC}#choice-state`,
    name: 'no rule and no Default',
    definition: jsonata({ C: { Type: 'Choice', Choices: [{ Condition: '{% false %}', Next: 'P' }] }, P: pass() }),
    expected: failed(
      'States.Runtime',
      `${state('C')} Failed to transition out of the state. The state does not point to a next state.`,
    ),
  },
  {
    section: `${GUIDE}/transforming-data.html`,
    name: 'an expression that gives nothing is an error',
    definition: jsonata({ P: pass({ Output: '{% $states.input.nothing %}' }) }),
    expected: failed(
      'States.QueryEvaluationError',
      `${state('P')} The JSONata expression '$states.input.nothing' specified for the field 'Output' returned nothing (undefined).`,
    ),
  },
  {
    section: `${GUIDE}/transforming-data.html#jsonata-functions-provided-by-sfn`,
    name: 'the functions that AWS adds',
    definition: jsonata({
      P: pass({
        Output: {
          p: '{% $partition([1..5], 2) %}',
          r: '{% $range(0, 10, 5) %}',
          h: "{% $hash('a', 'MD5') %}",
          j: '{% $parse(\'{"a":1}\').a %}',
          s: '{% $random(42) %}', // measured on AWS by others: floci-io/floci#2662
        },
      }),
    }),
    expected: succeeded({
      p: [[1, 2], [3, 4], [5]],
      r: [0, 5, 10],
      h: '0cc175b9c0f1b6a831c399e269772661',
      j: 1,
      s: 0.7275636800328681,
    }),
  },
  {
    section: `${GUIDE}/workflow-variables.html`,
    name: 'a branch sees the variables outside of it, its own end with it',
    definition: jsonata({
      A: { Type: 'Pass', Assign: { x: 1 }, Next: 'P' },
      P: {
        Type: 'Parallel',
        Branches: [sequence({ B: pass({ Assign: { y: '{% $x + 1 %}' }, Output: '{% $x %}' }) })],
        Assign: { z: '{% $states.result[0] %}' },
        Next: 'E',
      },
      E: pass({ Output: "{% {'x': $x, 'z': $z, 'y': $exists($y)} %}" }),
    }),
    expected: succeeded({ x: 1, z: 1, y: false }),
  },
  {
    section: `${SPEC}#timeouts-heartbeats`,
    name: 'a machine that times out has the status only',
    definition: jsonata({ W: { Type: 'Wait', Seconds: 100, End: true } }, { TimeoutSeconds: 10 }),
    expected: { status: 'TIMED_OUT', error: undefined, cause: undefined },
    seconds: 10,
  },
  {
    section: `${SPEC}#wait-state`,
    name: 'a timestamp that has passed is no wait',
    definition: jsonata({ W: { Type: 'Wait', Timestamp: '2001-01-01T00:00:00Z', End: true } }),
    expected: succeeded({}),
    seconds: 0,
  },
  {
    section: `${GUIDE}/input-output-itembatcher.html`,
    name: 'a distributed map batches by number, with a BatchInput',
    definition: jsonata({
      M: distributed(
        { P: pass() },
        { Items: [1, 2, 3], ItemBatcher: { MaxItemsPerBatch: 2, BatchInput: { who: '{% $states.input.who %}' } } },
      ),
    }),
    input: { who: 'me' },
    expected: succeeded([
      { BatchInput: { who: 'me' }, Items: [1, 2] },
      { BatchInput: { who: 'me' }, Items: [3] },
    ]),
  },
  {
    section: `${GUIDE}/input-output-itembatcher.html`,
    name: 'a distributed map batches by size',
    definition: jsonata({
      M: distributed(
        { P: pass({ Output: '{% $count($states.input.Items) %}' }) },
        { Items: ['aaaa', 'bbbb', 'cccc'], ItemBatcher: { MaxInputBytesPerBatch: 12 } },
      ),
    }),
    expected: succeeded([2, 1]),
  },
  {
    section: `${GUIDE}/state-map-distributed.html#maprun-fail-threshold`,
    name: 'more failures than tolerated fail the map',
    definition: jsonata({ M: distributed(picky, { Items: ['bad', 'bad', 'c'], ToleratedFailureCount: 1 }) }),
    expected: failed(
      'States.ExceedToleratedFailureThreshold',
      'The specified tolerated failure threshold was exceeded',
    ),
  },
  {
    section: `${GUIDE}/input-output-resultwriter.html`,
    name: 'WriterConfig FLATTEN makes one array of the arrays',
    definition: jsonata({
      M: distributed(
        { P: pass({ Output: '{% [$states.input, $states.input] %}' }) },
        { Items: [1, 2], ResultWriter: { WriterConfig: { Transformation: 'FLATTEN', OutputType: 'JSON' } } },
      ),
    }),
    expected: succeeded([1, 1, 2, 2]),
  },
  {
    section: `${SPEC}#map-state`,
    name: 'the iterations keep the order of the items, whatever order they end in',
    definition: jsonata({
      M: {
        Type: 'Map',
        Items: [3, 1, 2],
        ItemProcessor: sequence({ W: { Type: 'Wait', Seconds: '{% $states.input %}', End: true } }),
        End: true,
      },
    }),
    expected: succeeded([3, 1, 2]),
    seconds: 3,
  },
  {
    section: `${SPEC}#map-state`,
    name: 'MaxConcurrency is a limit',
    definition: jsonata({
      M: {
        Type: 'Map',
        MaxConcurrency: 2,
        Items: [5, 5, 5, 5],
        ItemProcessor: sequence({ W: { Type: 'Wait', Seconds: 5, End: true } }),
        End: true,
      },
    }),
    expected: succeeded([{}, {}, {}, {}].map(() => 5)),
    seconds: 10,
  },
  {
    section: `${SPEC}#path-examples`,
    name: 'JSONPath: filters, slices, wildcards and descent',
    definition: jsonPath({
      P: pass({
        Parameters: {
          'cheap.$': "$.items[?(@.price < 10 && @.kind in ['a', 'b'])].name",
          'two.$': '$.items[0:2].name',
          'all.$': '$..price',
          'last.$': '$.items[-1].name',
        },
      }),
    }),
    input: {
      items: [
        { name: 'x', price: 5, kind: 'a' },
        { name: 'y', price: 50, kind: 'b' },
        { name: 'z', price: 7, kind: 'c' },
      ],
    },
    expected: succeeded({ cheap: ['x'], two: ['x', 'y'], all: [5, 50, 7], last: 'z' }),
  },
  {
    section: `${SPEC}#using-paths`,
    name: 'JSONPath: ResultSelector, ResultPath and OutputPath in their order',
    definition: jsonPath({
      T: {
        Type: 'Task',
        Resource: 'arn:aws:lambda:us-east-1:111111111111:function:echo',
        Parameters: { 'a.$': '$.a' },
        ResultSelector: { 'b.$': '$.a' },
        ResultPath: '$.deep.er',
        OutputPath: '$.deep',
        End: true,
      },
    }),
    input: { a: 1, deep: { x: 0 } },
    expected: succeeded({ x: 0, er: { b: 1 } }),
  },
  {
    section: `${GUIDE}/intrinsic-functions.html`,
    name: 'JSONPath: nested intrinsic functions',
    definition: jsonPath({
      P: pass({
        Parameters: {
          'n.$': "States.ArrayLength(States.StringSplit('a,b,c', ','))",
          'm.$': 'States.JsonMerge($.x, $.y, false)',
          'u.$': 'States.ArrayUnique(States.Array(1, 1, 2))',
          'q.$': "States.Format('it\\'s \\{{}\\}', $.x.a)",
        },
      }),
    }),
    input: { x: { a: 1, b: 1 }, y: { b: 2 } },
    expected: succeeded({ n: 3, m: { a: 1, b: 2 }, u: [1, 2], q: "it's {1}" }),
  },
  {
    section: `${GUIDE}/connect-lambda.html`,
    name: 'an unknown function is Lambda.ResourceNotFoundException',
    definition: jsonata({
      T: invoke('absent', {}, { Catch: [{ ErrorEquals: ['Lambda.ResourceNotFoundException'], Next: 'C' }], End: true }),
      C: pass({ Output: 'caught' }),
    }),
    expected: succeeded('caught'),
  },
  {
    section: `${GUIDE}/concepts-error-handling.html`,
    name: 'States.ALL does not catch States.Runtime',
    definition: jsonPath({
      T: {
        Type: 'Task',
        Resource: 'arn:aws:lambda:us-east-1:111111111111:function:echo',
        InputPath: '$.absent',
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'C' }],
        End: true,
      },
      C: pass(),
    }),
    expected: failed('States.Runtime', `${state('T')} Invalid path '$.absent' : No results for path: $['absent']`),
  },
];
