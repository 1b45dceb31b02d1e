// Values that a machine finds at run time and cannot use: what AWS names and says. Each was seen in an execution on AWS that
// others recorded (LocalStack's validated tests) or follows the specification.
import { distributed, failed, GUIDE, jsonata, jsonPath, pass, type Row, SPEC, state, succeeded } from './row.ts';

const wait = (value: unknown): Pick<Row, 'definition' | 'input'> => ({
  definition: jsonPath({ W: { Type: 'Wait', SecondsPath: '$.s', End: true } }),
  input: value === undefined ? {} : { s: value },
});

const until = (value: unknown): Pick<Row, 'definition' | 'input'> => ({
  definition: jsonPath({ W: { Type: 'Wait', TimestampPath: '$.s', End: true } }),
  input: { s: value },
});

const map = (field: string, value: unknown): Pick<Row, 'definition' | 'input'> => ({
  definition: jsonPath({ M: { ...distributed({ P: pass() }), ItemsPath: '$.items', [field]: '$.limit' } }),
  input: { items: [0], limit: value },
});

const runtime = (name: string, cause: string) => failed('States.Runtime', `${state(name)} ${cause}`);
const ISO = 'does not reference a valid ISO-8601 extended offset date-time format string';

const words: readonly (readonly [string, string, Pick<Row, 'definition' | 'input'>, Row['expected']])[] = [
  [
    'wait-state',
    'seconds below zero',
    wait(-1),
    runtime('W', 'The SecondsPath parameter references a negative value: $.s == -1'),
  ],
  [
    'wait-state',
    'seconds and a half',
    wait(1.5),
    runtime('W', 'The SecondsPath parameter cannot be parsed as a long value: $.s == 1.5'),
  ],
  [
    'wait-state',
    'no seconds',
    wait(undefined),
    runtime('W', 'The SecondsPath parameter does not reference an input value: $.s'),
  ],
  [
    'wait-state',
    'a time without zone',
    until('2016-03-14T01:59:00'),
    runtime('W', `The TimestampPath parameter ${ISO}: $.s == 2016-03-14T01:59:00`),
  ],
  [
    'wait-state',
    'a time with microseconds',
    until('2016-03-14T01:59:00.000000Z'),
    succeeded({ s: '2016-03-14T01:59:00.000000Z' }),
  ],
  [
    'wait-state',
    'a day that no month has',
    until('2016-02-30T00:00:00Z'),
    runtime('W', `The TimestampPath parameter ${ISO}: $.s == 2016-02-30T00:00:00Z`),
  ],
  [
    'wait-state',
    'an hour that no day has',
    until('2016-12-05T24:00:00Z'),
    runtime('W', `The TimestampPath parameter ${ISO}: $.s == 2016-12-05T24:00:00Z`),
  ],
  [
    'wait-state',
    'an expression that gives no time',
    {
      definition: jsonata({ W: { Type: 'Wait', Timestamp: '{% $states.input.s %}', End: true } }),
      input: { s: '2016-13-05T21:29:29Z' },
    },
    failed(
      'States.QueryEvaluationError',
      `${state('W')} The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: 2016-13-05T21:29:29Z`,
    ),
  ],
  [
    'map-state',
    'a concurrency below zero',
    map('MaxConcurrencyPath', -1),
    runtime('M', "Expected non-negative integer for MaxConcurrency, got '-1' instead."),
  ],
  [
    'map-state',
    'a tolerated count below zero',
    map('ToleratedFailureCountPath', -1),
    runtime('M', 'ToleratedFailureCount cannot be negative.'),
  ],
  [
    'map-state',
    'a tolerated count that is an object',
    map('ToleratedFailureCountPath', {}),
    runtime('M', 'The ToleratedFailureCountPath field refers to value "{}" which is not a valid integer: $.limit'),
  ],
  ['map-state', 'a tolerated count as text', map('ToleratedFailureCountPath', '1'), succeeded([0])],
  [
    'map-state',
    'a percentage that is no number',
    map('ToleratedFailurePercentagePath', 'NoNumber'),
    runtime(
      'M',
      'The ToleratedFailurePercentagePath field refers to value "NoNumber" which is not a valid float: $.limit',
    ),
  ],
  [
    'map-state',
    'a percentage above 100',
    map('ToleratedFailurePercentagePath', 100.1),
    runtime('M', 'ToleratedFailurePercentage must be between 0 and 100.'),
  ],
  ['map-state', 'a percentage with a fraction', map('ToleratedFailurePercentagePath', 1.1), succeeded([0])],
];

const fails: readonly Row[] = [
  {
    section: `${SPEC}#fail-state`,
    name: 'an error of a Fail state that is no text',
    definition: jsonata({ F: { Type: 'Fail', Error: '{% 1 %}' } }),
    expected: failed(
      'States.QueryEvaluationError',
      `${state('F')} The JSONata expression '1' specified for the field 'Error' returned an unexpected result type. Expected 'string', but was 'number' for value: 1`,
    ),
  },
  {
    section: `${SPEC}#fail-state`,
    name: 'a cause by path that is no text',
    definition: jsonPath({ F: { Type: 'Fail', Error: 'E', CausePath: '$.o' } }),
    input: { o: { a: 1 } },
    expected: failed('States.Runtime'),
  },
];

/** The echo function, by its ARN or by `lambda:invoke`. */
const ECHO = 'arn:aws:lambda:us-east-1:111111111111:function:echo';

/** Gives why it was refused the role that its input names. */
const WITH_ROLE = jsonPath({
  T: {
    Type: 'Task',
    Resource: ECHO,
    Credentials: { 'RoleArn.$': '$.role' },
    Catch: [{ ErrorEquals: ['States.TaskFailed'], Next: 'C' }],
    End: true,
  },
  C: pass({ OutputPath: '$.Cause' }),
});

export const badValues: readonly Row[] = [
  ...fails,
  ...words.map(([section, name, given, expected]) => ({ section: `${SPEC}#${section}`, name, ...given, expected })),
  {
    section: `${GUIDE}/concepts-error-handling.html`,
    name: 'States.Runtime is caught by its own name',
    definition: jsonPath({
      T: {
        Type: 'Task',
        Resource: ECHO,
        OutputPath: '$.no',
        Catch: [{ ErrorEquals: ['States.Runtime'], Next: 'C' }],
        End: true,
      },
      C: pass({ OutputPath: '$.Error' }),
    }),
    expected: succeeded('States.Runtime'),
  },
  {
    section: `${GUIDE}/connect-lambda.html`,
    name: 'a Payload that is JSON as text is that JSON',
    definition: jsonPath({
      T: {
        Type: 'Task',
        Resource: 'arn:aws:states:::lambda:invoke',
        Parameters: { FunctionName: 'echo', Payload: '{"a":1}' },
        OutputPath: '$.Payload',
        End: true,
      },
    }),
    expected: succeeded({ a: 1 }),
  },
  {
    section: `${GUIDE}/connect-sqs.html`,
    name: 'a message to a queue of which the host is nobody’s',
    definition: jsonPath({
      T: {
        Type: 'Task',
        Resource: 'arn:aws:states:::sqs:sendMessage',
        Parameters: { QueueUrl: 'http://no-such-queue', MessageBody: 'x' },
        End: true,
      },
    }),
    expected: failed(
      'SQS.SdkClientException',
      'Unable to execute HTTP request: no-such-queue: Name or service not known',
    ),
  },
  {
    section: `${SPEC}#intrinsic-functions`,
    name: 'an escaped brace is not one of a template',
    definition: jsonPath({ P: pass({ Parameters: { 'a.$': "States.Format('\\{\\} {}', 'x')" } }) }),
    expected: succeeded({ a: '{} x' }),
  },
  {
    section: `${SPEC}#path-examples`,
    name: 'JSONPath: names in union make an object, indexes a list; a dot may stand before a bracket',
    definition: jsonPath({
      P: pass({
        Parameters: { 'a.$': "$['x','y']", 'b.$': "$.l[*]['x','q']", 'c.$': '$.l[0,1]', 'd.$': '$.[?(@.x == 1)]' },
      }),
    }),
    input: { x: 1, y: 2, l: [{ x: 1 }, { x: 2, q: 3 }] },
    expected: succeeded({
      a: { x: 1, y: 2 },
      b: [{ x: 1 }, { x: 2, q: 3 }],
      c: [{ x: 1 }, { x: 2, q: 3 }],
      d: [{ x: 1, y: 2, l: [{ x: 1 }, { x: 2, q: 3 }] }],
    }),
  },
  {
    section: `${GUIDE}/concepts-access-cross-acct-resources.html`,
    name: 'Credentials with a role of another account are refused by name',
    definition: WITH_ROLE,
    input: { role: 'arn:aws:iam::222222222222:role/other' },
    expected: succeeded(
      'HDL523 the local engine has one account, 111111111111, and cannot assume the role arn:aws:iam::222222222222:role/other',
    ),
  },
  {
    section: `${GUIDE}/concepts-access-cross-acct-resources.html`,
    name: 'Credentials with a role that is no text are refused as any other',
    definition: WITH_ROLE,
    input: { role: { toString: 1 } },
    expected: succeeded(
      'HDL523 the local engine has one account, 111111111111, and cannot assume the role {"toString":1}',
    ),
  },
  {
    section: `${SPEC}#timeouts-heartbeats`,
    name: 'the error output of a timeout has an empty cause',
    definition: jsonPath({
      T: {
        Type: 'Task',
        Resource: 'arn:aws:lambda:us-east-1:111111111111:function:hang',
        TimeoutSeconds: 1,
        Catch: [{ ErrorEquals: ['States.Timeout'], Next: 'C' }],
        End: true,
      },
      C: pass(),
    }),
    expected: succeeded({ Error: 'States.Timeout', Cause: '' }),
    seconds: 1,
  },
];
