import { once } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { engine, type Handler, invoke } from './engine.ts';

const roleArn = 'arn:aws:iam::111111111111:role/r';
const pass = { StartAt: 'P', States: { P: { Type: 'Pass', End: true } } };
const other = { StartAt: 'P', States: { P: { Type: 'Succeed' } } };
const wait = { StartAt: 'W', States: { W: { Type: 'Wait', Seconds: 60, End: true } } };
const machineArn = (name: string) => `arn:aws:states:us-east-1:111111111111:stateMachine:${name}`;

describe('errors are those of AWS', () => {
  test.each([
    ['DescribeStateMachine', { stateMachineArn: machineArn('no') }, 'StateMachineDoesNotExist'],
    ['DescribeStateMachine', { stateMachineArn: 'nonsense' }, 'InvalidArn'],
    [
      'DescribeExecution',
      { executionArn: 'arn:aws:states:us-east-1:111111111111:execution:no:no' },
      'ExecutionDoesNotExist',
    ],
    ['CreateStateMachine', { name: 'a b', definition: '{}', roleArn }, 'InvalidName'],
    ['CreateStateMachine', { name: 'a', definition: '{}', roleArn }, 'InvalidDefinition'],
    ['CreateStateMachine', { name: 'a', definition: 'no', roleArn }, 'InvalidDefinition'],
    ['CreateStateMachine', { definition: '{}', roleArn }, 'ValidationException'],
    ['UpdateStateMachine', { stateMachineArn: machineArn('m') }, 'MissingRequiredParameter'],
    ['StartExecution', { stateMachineArn: machineArn('m'), input: '{' }, 'InvalidExecutionInput'],
    ['StartSyncExecution', { stateMachineArn: machineArn('m') }, 'StateMachineTypeNotSupported'],
    ['SendTaskSuccess', { taskToken: 'mine', output: '{}' }, 'InvalidToken'],
    ['SendTaskSuccess', { taskToken: 'mine', output: '{' }, 'InvalidOutput'],
    ['DescribeActivity', { activityArn: 'arn:aws:states:us-east-1:111111111111:activity:no' }, 'ActivityDoesNotExist'],
    ['ListExecutions', { stateMachineArn: machineArn('m'), nextToken: 'x' }, 'InvalidToken'],
    ['ListExecutions', {}, 'ValidationException'],
    ['ListExecutions', { stateMachineArn: machineArn('m'), redriveFilter: 'REDRIVEN' }, 'ValidationException'],
    ['SendTaskFailure', { taskToken: 'mine', error: 'x'.repeat(257) }, 'ValidationException'],
    ['SendTaskSuccess', { taskToken: 'mine', output: `"${'x'.repeat(262_143)}"` }, 'ValidationException'],
    ['TagResource', { resourceArn: machineArn('no'), tags: [] }, 'ResourceNotFound'],
    ['PublishStateMachineVersion', { stateMachineArn: machineArn('m'), revisionId: 'older' }, 'ConflictException'],
    ['TestState', { definition: '{"Type":"Pass","End":true}', inspectionLevel: 'ALL' }, 'ValidationException'],
    ['Dance', {}, 'NotImplemented'],
  ])('%s %j: %s', async (operation, input, code) => {
    const { call, create } = engine();
    await create(pass, 'm');
    await expect(call(operation, input)).rejects.toMatchObject({ code });
  });

  test('an invalid definition is refused with all its mistakes and where they are', async () => {
    const { create } = engine();
    const definition = {
      StartAt: 'A',
      States: { A: { Type: 'Task', Resorce: 'x', Next: 'B' }, C: { Type: 'Pass', End: true } },
    };
    await expect(create(definition)).rejects.toMatchObject({
      message:
        "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: Field 'Resorce' is not supported at /States/A (did you mean Resource?), SCHEMA_VALIDATION_FAILED: These fields are required: [Resource] at /States/A, MISSING_TRANSITION_TARGET: Missing 'Next' target: B at /States/A/Next (did you mean A?), MISSING_TRANSITION_TARGET: State \"C\" is not reachable. at /States/C'",
    });
  });
});

describe('machines', () => {
  test('creating the same again gives the same; something else under the name is refused', async () => {
    const { create } = engine();
    expect(await create(pass, 'm')).toBe(await create(pass, 'm'));
    await expect(create(other, 'm')).rejects.toMatchObject({ code: 'StateMachineAlreadyExists' });
  });

  test('other settings are something else, another role is not', async () => {
    const { call, create } = engine();
    await create(pass, 'm');
    const again = (more: object) =>
      call('CreateStateMachine', { name: 'm', definition: JSON.stringify(pass), roleArn, ...more });
    await again({ roleArn: `${roleArn}2` });
    await expect(again({ tracingConfiguration: { enabled: true } })).rejects.toMatchObject({
      code: 'StateMachineAlreadyExists',
    });
  });

  test('a validation gives as many mistakes as it is asked for', async () => {
    const { call } = engine();
    const definition = JSON.stringify({ StartAt: 'P', States: { P: { Type: 'Pass', End: true, A: 1, B: 2 } } });
    const validate = (more: object) => call('ValidateStateMachineDefinition', { definition, ...more });
    expect(await validate({ maxResults: 1 })).toMatchObject({ result: 'FAIL', diagnostics: [{}], truncated: true });
    expect(await validate({})).toMatchObject({ diagnostics: [{}, {}], truncated: false });
    await expect(validate({ maxResults: 101 })).rejects.toMatchObject({ code: 'ValidationException' });
    await expect(validate({ severity: 'INFO' })).rejects.toMatchObject({ code: 'ValidationException' });
  });

  // As recorded on AWS (LocalStack, test_sfn_api_validation.py).
  const at = '[Source: (String)"not a definition"; line: 1, column: 4]';
  const unread = "was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')";
  test.each([
    ['', { code: 'SCHEMA_VALIDATION_FAILED', message: 'Definition must be a valid JSON object', severity: 'ERROR' }],
    ['[]', { code: 'SCHEMA_VALIDATION_FAILED', message: 'Definition must be a valid JSON object', severity: 'ERROR' }],
    [
      'not a definition',
      {
        code: 'INVALID_JSON_DESCRIPTION',
        location: at,
        message: `Unrecognized token 'not': ${unread}\n at ${at}`,
        severity: 'ERROR',
      },
    ],
  ])('a validation of %j', async (definition, diagnostic) => {
    const { call } = engine();
    expect(await call('ValidateStateMachineDefinition', { definition })).toEqual({
      result: 'FAIL',
      diagnostics: [diagnostic],
      truncated: false,
    });
  });

  test('an execution keeps the definition that it started with', async () => {
    const { call, create, start, ended } = engine();
    const stateMachineArn = await create(wait, 'm');
    const executionArn = await start(stateMachineArn);
    await call('UpdateStateMachine', { stateMachineArn, definition: JSON.stringify(pass) });
    await call('DeleteStateMachine', { stateMachineArn });
    expect((await ended(executionArn)).status).toBe('SUCCEEDED');
    const { definition } = await call('DescribeStateMachineForExecution', { executionArn });
    expect(JSON.parse(String(definition))).toEqual(wait);
  });
});

describe('executions', () => {
  test('the same name and input while it runs is the same execution; else it exists already', async () => {
    const { create, start, ended } = engine();
    const arn = await create(wait);
    const first = await start(arn, { n: 1 }, 'daily');
    expect(await start(arn, { n: 1 }, 'daily')).toBe(first);
    await expect(start(arn, { n: 2 }, 'daily')).rejects.toMatchObject({ code: 'ExecutionAlreadyExists' });
    await ended(first);
    await expect(start(arn, { n: 1 }, 'daily')).rejects.toMatchObject({ code: 'ExecutionAlreadyExists' });
  });

  test('stopping ends it as ABORTED, with its reason, and every change is an event', async () => {
    const { call, create, start, history, events } = engine();
    const executionArn = await start(await create(wait));
    await call('StopExecution', { executionArn, error: 'Enough', cause: 'a person' });
    expect(await call('DescribeExecution', { executionArn })).toMatchObject({
      status: 'ABORTED',
      error: 'Enough',
      cause: 'a person',
      redriveStatus: 'REDRIVABLE',
    });
    expect((await history(executionArn)).at(-1)).toMatchObject({
      type: 'ExecutionAborted',
      executionAbortedEventDetails: { error: 'Enough', cause: 'a person' },
    });
    expect(events.map(({ detail, resources }) => [detail.status, resources])).toEqual([
      ['RUNNING', [executionArn]],
      ['ABORTED', [executionArn]],
    ]);
  });

  test('lists are newest first, filtered, in pages', async () => {
    const { call, create, start, ended } = engine();
    const stateMachineArn = await create(pass);
    for (const name of ['a', 'b', 'c']) await ended(await start(stateMachineArn, {}, name));
    const first = await call('ListExecutions', { stateMachineArn, statusFilter: 'SUCCEEDED', maxResults: 2 });
    expect(first.executions).toMatchObject([{ name: 'c' }, { name: 'b' }]);
    const second = await call('ListExecutions', {
      stateMachineArn,
      statusFilter: 'SUCCEEDED',
      maxResults: 2,
      nextToken: first.nextToken,
    });
    expect(second.executions).toMatchObject([{ name: 'a' }]);
    expect(second.nextToken).toBeUndefined();
    expect((await call('ListExecutions', { stateMachineArn, statusFilter: 'FAILED' })).executions).toEqual([]);
  });

  test('pages neither leave out nor repeat what was there, whatever ends or starts meanwhile', async () => {
    const { call, create, start } = engine();
    const forever = { Type: 'Wait', Seconds: 90_000, End: true };
    const stateMachineArn = await create({ StartAt: 'W', States: { W: forever } });
    for (const name of ['a', 'b', 'c', 'd', 'e']) await start(stateMachineArn, {}, name);
    const seen: unknown[] = [];
    let nextToken: unknown;
    do {
      const asked = {
        stateMachineArn,
        statusFilter: 'RUNNING',
        maxResults: 2,
        ...(nextToken !== undefined && { nextToken }),
      };
      const page = await call('ListExecutions', asked);
      const executions = page.executions as { readonly name: string; readonly executionArn: string }[];
      seen.push(...executions.map(({ name }) => name));
      await call('StopExecution', { executionArn: executions[0]?.executionArn });
      await start(stateMachineArn, {}, `new-${seen.length}`);
      ({ nextToken } = page);
    } while (nextToken !== undefined);
    expect(seen).toEqual(['e', 'd', 'c', 'b', 'a']);
  });

  test('without what was worked on, where only the rest is asked for', async () => {
    const { call, create, start, ended } = engine();
    const stateMachineArn = await create(pass);
    const executionArn = await start(stateMachineArn);
    await ended(executionArn);
    const includedData = 'METADATA_ONLY';
    const described = await call('DescribeExecution', { executionArn, includedData });
    expect(described).toMatchObject({ status: 'SUCCEEDED', outputDetails: { included: false } });
    expect([described.input, described.output]).toEqual([undefined, undefined]);
    expect((await call('DescribeStateMachine', { stateMachineArn, includedData })).definition).toBe('{}');
  });

  test('an express machine ends after five minutes', async () => {
    const { call, create } = engine();
    const slow = { StartAt: 'W', States: { W: { Type: 'Wait', Seconds: 301, End: true } } };
    const stateMachineArn = await create(slow, 'slow', 'EXPRESS');
    expect(await call('StartSyncExecution', { stateMachineArn })).toMatchObject({
      status: 'TIMED_OUT',
      billingDetails: { billedDurationInMilliseconds: 300_000 },
    });
    await expect(call('ListExecutions', { stateMachineArn })).rejects.toMatchObject({
      code: 'StateMachineTypeNotSupported',
    });
  });

  test('an express machine answers synchronously', async () => {
    const { call, create } = engine();
    const stateMachineArn = await create(pass, 'quick', 'EXPRESS');
    expect(await call('StartSyncExecution', { stateMachineArn, input: '{"a":1}' })).toMatchObject({
      status: 'SUCCEEDED',
      output: '{"a":1}',
    });
    expect((await call('StartExecution', { stateMachineArn })).executionArn).toMatch(/:express:quick:/);
  });

  test('a bug of a service fails the task that met it, and not the engine', async () => {
    const sqs = { id: 'sqs', call: () => Promise.reject(new TypeError('a bug')) } as const;
    const { run } = engine({ services: () => [sqs] });
    const send = (Resource: string) => ({
      StartAt: 'S',
      States: { S: { Type: 'Task', Resource, Parameters: {}, End: true } },
    });
    const told = once(process, 'warning');
    expect(await run(send('arn:aws:states:::aws-sdk:sqs:sendMessage'))).toMatchObject({
      error: 'Sqs.InternalFailureException',
      cause: expect.stringContaining('a bug (Service: Sqs, Status Code: 500'),
    });
    expect(await told).toMatchObject([{ message: 'a bug' }]);
  });

  test('a machine starts another and waits for it', async () => {
    const { create, run } = engine({ functions: { double: (n) => Number(n) * 2 } });
    const child = await create(
      {
        QueryLanguage: 'JSONata',
        StartAt: 'D',
        States: { D: invoke('double', '{% $states.input.n %}', { End: true }) },
      },
      'child',
    );
    const startAnd = (pattern: string, input: unknown) => ({
      QueryLanguage: 'JSONata',
      StartAt: 'S',
      States: {
        S: {
          Type: 'Task',
          Resource: `arn:aws:states:::states:startExecution${pattern}`,
          Arguments: { StateMachineArn: child, Input: input },
          Output: '{% $states.result.Output %}',
          End: true,
        },
      },
    });
    expect(await run(startAnd('.sync:2', { n: 4 }))).toMatchObject({ status: 'SUCCEEDED', output: 8 });
  });

  // https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html: what the SDK's own objects are as JSON.
  test('times in the answer to an SDK integration are texts', async () => {
    const { create, start, ended, run } = engine();
    const stateMachineArn = await create(pass, 'started');
    await ended(await start(stateMachineArn));
    const list = {
      Type: 'Task',
      Resource: 'arn:aws:states:::aws-sdk:sfn:listExecutions',
      Parameters: { StateMachineArn: stateMachineArn },
      ResultSelector: { 'times.$': '$.Executions[*].StartDate', 'counts.$': '$.Executions[*].RedriveCount' },
      End: true,
    };
    const { output } = await run({ StartAt: 'L', States: { L: list } });
    expect(output).toEqual({ times: ['2026-01-01T00:00:00Z'], counts: [0] });
  });

  test('a machine that is stopped stops the one that it waits for', async () => {
    const { call, create, start, ended } = engine();
    const child = await create(
      { StartAt: 'W', States: { W: { Type: 'Wait', Seconds: 9_000_000, End: true } } },
      'child',
    );
    const parent = {
      StartAt: 'S',
      States: {
        S: {
          Type: 'Task',
          Resource: 'arn:aws:states:::states:startExecution.sync',
          Parameters: { StateMachineArn: child, Name: 'c' },
          TimeoutSeconds: 5,
          End: true,
        },
      },
    };
    expect(await ended(await start(await create(parent, 'parent')))).toMatchObject({ error: 'States.Timeout' });
    const executionArn = child.replace(':stateMachine:', ':execution:').concat(':c');
    expect(await call('DescribeExecution', { executionArn })).toMatchObject({ status: 'ABORTED' });
  });

  test('a token is failed, or its task times out for want of a heartbeat', async () => {
    const tokens: string[] = [];
    const ask: Handler = (token) => void tokens.push(String(token));
    const machine = (more: object) => ({
      QueryLanguage: 'JSONata',
      StartAt: 'A',
      States: {
        A: {
          Type: 'Task',
          Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
          Arguments: { FunctionName: 'ask', Payload: '{% $states.context.Task.Token %}' },
          ...more,
          End: true,
        },
      },
    });
    const { call, create, start, ended, clock } = engine({ functions: { ask } });
    const failing = await start(await create(machine({}), 'failing'));
    while (tokens.length < 1) await new Promise(setImmediate);
    await call('SendTaskFailure', { taskToken: tokens[0], error: 'No', cause: 'because' });
    expect(await ended(failing)).toMatchObject({ status: 'FAILED', error: 'No', cause: 'because' });

    const began = clock.now();
    const release = clock.hold();
    const beating = await start(await create(machine({ HeartbeatSeconds: 10 }), 'beating'));
    while (tokens.length < 2) await new Promise(setImmediate);
    await call('SendTaskHeartbeat', { taskToken: tokens[1] });
    release();
    expect(await ended(beating)).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
    expect(clock.now() - began).toBe(10_000);
    await expect(call('SendTaskHeartbeat', { taskToken: tokens[1] })).rejects.toMatchObject({ code: 'TaskTimedOut' });
  });
});
