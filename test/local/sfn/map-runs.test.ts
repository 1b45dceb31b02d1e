import { expect, test } from '@jest/globals';
import { distributedMap } from './distributed-map.ts';
import { engine } from './engine.ts';

test('a distributed map has a Map Run with counts, and children to list', async () => {
  const definition = distributedMap({ P: { Type: 'Pass', End: true } }, { Items: [1, 2, 3] });
  const { call, create, start, ended } = engine();
  const executionArn = await start(await create(definition));
  await ended(executionArn);
  const { mapRuns } = await call('ListMapRuns', { executionArn });
  const [{ mapRunArn = '' } = {}] = mapRuns as { mapRunArn?: string }[];
  expect(mapRunArn).toMatch(/:mapRun:machine\/each:/);
  expect(await call('DescribeMapRun', { mapRunArn })).toMatchObject({
    status: 'SUCCEEDED',
    maxConcurrency: 2_147_483_647,
    itemCounts: { total: 3, succeeded: 3, pending: 0, resultsWritten: 3 },
    executionCounts: { total: 3, succeeded: 3 },
  });
  const { executions } = await call('ListExecutions', { mapRunArn });
  expect(executions).toHaveLength(3);
  const [child] = executions as { executionArn?: string }[];
  expect(await call('DescribeStateMachineForExecution', { executionArn: child?.executionArn })).toMatchObject({
    stateMachineArn: 'arn:aws:states:us-east-1:111111111111:stateMachine:machine/each',
    name: 'machine',
    label: 'each',
    mapRunArn,
    definition: '{"QueryLanguage":"JSONata","StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}',
    loggingConfiguration: { level: 'OFF' },
  });
  // https://docs.aws.amazon.com/step-functions/latest/apireference/API_UpdateMapRun.html, CommonErrors (reason)
  await expect(call('UpdateMapRun', { mapRunArn, maxConcurrency: 2 })).rejects.toMatchObject({
    code: 'ValidationException',
    fields: { reason: 'CANNOT_UPDATE_COMPLETED_MAP_RUN' },
  });
});

test.each<[string, object, string]>([
  ['an Output that gives nothing', { Output: '{% $none %}' }, 'States.QueryEvaluationError'],
  ['results that are too large', { ItemSelector: 'x'.repeat(100_000) }, 'States.DataLimitExceeded'],
])('of a map that fails with %s the Map Run has succeeded, also after a redrive', async (_name, more, error) => {
  const processor = { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' }, StartAt: 'P' };
  const ItemProcessor = { ...processor, States: { P: { Type: 'Pass', End: true } } };
  const M = { Type: 'Map', Items: [1, 2, 3], ItemProcessor, End: true, ...more };
  const { call, create, start, ended, history } = engine();
  const executionArn = await start(await create({ QueryLanguage: 'JSONata', StartAt: 'M', States: { M } }));
  expect(await ended(executionArn)).toMatchObject({ status: 'FAILED', error });
  const [{ mapRunArn = '' } = {}] = (await call('ListMapRuns', { executionArn })).mapRuns as { mapRunArn?: string }[];
  const isDone = { status: 'SUCCEEDED', redriveCount: 0, itemCounts: { succeeded: 3 } };
  expect(await call('DescribeMapRun', { mapRunArn })).toMatchObject(isDone);
  await call('RedriveExecution', { executionArn });
  expect(await ended(executionArn)).toMatchObject({ status: 'FAILED', error });
  expect(await call('DescribeMapRun', { mapRunArn })).toMatchObject(isDone);
  expect((await history(executionArn)).map(({ type }) => type)).not.toContain('MapRunFailed');
});

test.each<[string, object, object, number]>([
  ['children that wait start at once under a higher concurrency', { maxConcurrency: 4 }, { status: 'SUCCEEDED' }, 60],
  ['failures are held against the tolerance of the moment', { toleratedFailureCount: 4 }, { status: 'SUCCEEDED' }, 240],
  [
    'one that is exceeded ends the map',
    { toleratedFailureCount: 0, toleratedFailurePercentage: 0 },
    { status: 'FAILED', error: 'States.ExceedToleratedFailureThreshold' },
    60,
  ],
])('UpdateMapRun: %s', async (_, limits, outcome, seconds) => {
  const fails = !('maxConcurrency' in limits);
  const definition = {
    QueryLanguage: 'JSONata',
    StartAt: 'M',
    States: {
      M: {
        Type: 'Map',
        Items: [1, 2, 3, 4],
        MaxConcurrency: 1,
        ToleratedFailureCount: 1,
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          StartAt: 'Update',
          States: {
            Update: {
              Type: 'Task',
              Resource: 'arn:aws:lambda:us-east-1:111111111111:function:update',
              Next: 'Wait',
            },
            Wait: { Type: 'Wait', Seconds: 60, Next: 'End' },
            End: fails ? { Type: 'Fail', Error: 'Bad' } : { Type: 'Succeed' },
          },
        },
        End: true,
      },
    },
  };
  let executionArn = '';
  const update = async () => {
    const { mapRuns } = await call('ListMapRuns', { executionArn });
    const [{ mapRunArn = '' } = {}] = mapRuns as { mapRunArn?: string }[];
    for (const maxConcurrency of ['7', 1.5])
      await expect(call('UpdateMapRun', { mapRunArn, maxConcurrency })).rejects.toMatchObject({
        code: 'SerializationException',
      });
    await call('UpdateMapRun', { mapRunArn, ...limits });
    return {};
  };
  const { call, create, start, ended, clock } = engine({ functions: { update } });
  const stateMachineArn = await create(definition);
  const begun = clock.now();
  executionArn = stateMachineArn.replace(':stateMachine:', ':execution:').concat(':run');
  await start(stateMachineArn);
  expect(await ended(executionArn)).toMatchObject(outcome);
  expect((clock.now() - begun) / 1000).toBe(seconds);
});

// Recorded on AWS by radkawar/stackd (testdata/aws/stepfunctions/distributed_map.json); of a map without a label, and of one within another.
test('a child is told of as part of its machine, with the states that it runs', async () => {
  const mapOf = (states: object) => ({
    Type: 'Map',
    Items: [1],
    ItemProcessor: {
      ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
      StartAt: Object.keys(states)[0],
      States: states,
    },
    End: true,
  });
  const inner = { P: { Type: 'Pass', Output: '{% $states.context.StateMachine.Name %}', End: true } };
  const outer = { Inner: mapOf(inner) };
  const { call, create, start, ended } = engine();
  const top = { Type: 'Parallel', Branches: [{ StartAt: 'Outer', States: { Outer: mapOf(outer) } }], End: true };
  const parent = await start(await create({ QueryLanguage: 'JSONata', StartAt: 'Top', States: { Top: top } }));
  expect(await ended(parent)).toMatchObject({ output: [[['machine']]] });
  const childOf = async (executionArn: string): Promise<string> => {
    const [{ mapRunArn } = {}] = (await call('ListMapRuns', { executionArn })).mapRuns as { mapRunArn?: string }[];
    const { executions } = await call('ListExecutions', { mapRunArn });
    return (executions as { executionArn: string }[])[0]?.executionArn ?? '';
  };
  const child = await childOf(parent);
  for (const [executionArn, StartAt, States] of [
    [child, 'Inner', outer],
    [await childOf(child), 'P', inner],
  ] as const) {
    const told = await call('DescribeStateMachineForExecution', { executionArn });
    expect(told).toMatchObject({ name: 'machine', label: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect(JSON.parse(String(told.definition))).toEqual({ QueryLanguage: 'JSONata', StartAt, States });
  }
});

// https://docs.aws.amazon.com/step-functions/latest/apireference/API_MapRunExecutionCounts.html
test('children that a redrive has yet to run again wait for it', async () => {
  let works = false;
  const work = (n: unknown) => {
    if (!works) throw new RangeError(String(n));
    return n;
  };
  const M = {
    Type: 'Map',
    MaxConcurrency: 1,
    ToleratedFailureCount: 1,
    Items: [1, 2, 3, 4],
    ItemProcessor: {
      ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
      StartAt: 'W',
      States: {
        W: { Type: 'Task', Resource: 'arn:aws:lambda:us-east-1:111111111111:function:work', End: true },
      },
    },
    End: true,
  };
  const { call, create, start, ended, clock } = engine({ functions: { work }, takes: () => (works ? 1_000 : 0) });
  const executionArn = await start(await create({ QueryLanguage: 'JSONata', StartAt: 'M', States: { M } }));
  await ended(executionArn);
  const [{ mapRunArn } = {}] = (await call('ListMapRuns', { executionArn })).mapRuns as { mapRunArn?: string }[];
  const counts = async () => (await call('DescribeMapRun', { mapRunArn })).executionCounts;
  const none = { running: 0, aborted: 0, timedOut: 0, failuresNotRedrivable: 0, pendingRedrive: 0 };
  expect(await counts()).toEqual({ ...none, pending: 2, succeeded: 0, failed: 2, total: 4, resultsWritten: 4 });
  works = true;
  await new Promise<void>((done) => clock.after(1_000, done));
  const release = clock.hold();
  await call('RedriveExecution', { executionArn });
  while (((await counts()) as { running: number }).running === 0) await new Promise(setImmediate);
  expect(await counts()).toEqual({
    ...none,
    running: 1,
    pendingRedrive: 1,
    pending: 2,
    succeeded: 0,
    failed: 0,
    total: 4,
    resultsWritten: 0,
  });
  release();
  expect(await ended(executionArn)).toMatchObject({ status: 'SUCCEEDED', output: [1, 2, 3, 4] });
  expect(await counts()).toEqual({ ...none, pending: 0, succeeded: 4, failed: 0, total: 4, resultsWritten: 4 });
});
