import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { begin, dispatch, finish, reconcile, type Services, settle } from '../../lib/operators/index.ts';
import { openManifests } from '../../lib/operators/manifests.ts';
import type { FinishCall, RunFacts, SettleCall, StartMessage } from '../../lib/records/index.ts';
import { openServices, type TestServices } from '../services.ts';

let local: TestServices;
let services: Services;
const machines = 'arn:aws:states:us-east-1:123456789012:stateMachine';
const waits = JSON.stringify({ StartAt: 'wait', States: { wait: { Type: 'Wait', Seconds: 600, End: true } } });

beforeAll(async () => {
  process.env.POWERTOOLS_METRICS_DISABLED = 'true';
  local = await openServices();
  for (const [pipeline, upstream] of Object.entries({
    orders: {},
    visits: {},
    report: { orders: 'orders', seen: 'visits' },
  })) {
    await local.service('sfn').call('CreateStateMachine', {
      name: `heddle-${pipeline}`,
      definition: waits,
      roleArn: 'arn:aws:iam::123456789012:role/x',
    });
    await local.service('ssm').call('PutParameter', {
      Name: `/heddle/heddle/${pipeline}`,
      Type: 'String',
      Value: JSON.stringify({
        pipeline,
        stateMachineArn: `${machines}:heddle-${pipeline}`,
        definitionHash: 'abc',
        upstream,
        stages: [],
        deadLetterQueueUrl: local.queueUrl,
      }),
    });
  }
  services = {
    aws: local.aws,
    ledger: local.ledger,
    eventBus: 'heddle',
    manifests: openManifests(local.aws, '/heddle/heddle/', Date.now),
    now: Date.now,
  };
});
afterAll(() => local.close());

const executions = async (pipeline: string): Promise<number> => {
  const { executions: all } = await local.aws.call('states', 'ListExecutions', {
    stateMachineArn: `${machines}:heddle-${pipeline}`,
  });
  return (all as unknown[]).length;
};

const manual = (id: string, extra: Partial<Extract<StartMessage, { kind: 'manual' }>> = {}): StartMessage => ({
  kind: 'manual',
  pipeline: 'orders',
  id,
  partition: '2026-01-01',
  input: { day: '2026-01-01' },
  by: 'test',
  ...extra,
});
const dropped = (key: string, etag = 'e1'): StartMessage => ({
  kind: 'object',
  pipeline: 'orders',
  keyTemplate: 'drops/{partition}/*',
  event: { detail: { bucket: { name: 'inbox' }, object: { key, etag } } },
});
const completed = (pipeline: string, run: string, partition: string): StartMessage => ({
  kind: 'upstream',
  pipeline: 'report',
  event: { detail: { pipeline, run, partition, status: 'completed' } },
});

describe('dispatch', () => {
  test('starts one run for a message that comes twice, in turn or at once', async () => {
    const before = await executions('orders');
    const first = await dispatch(manual('once'), services);
    expect(first).toMatchObject({ kind: 'started' });
    expect(await dispatch(manual('once'), services)).toEqual({ ...first, kind: 'duplicate' });
    const racing = await Promise.all(Array.from({ length: 5 }, () => dispatch(manual('race'), services)));
    expect(racing.filter(({ kind }) => kind === 'started')).toHaveLength(1);
    expect(await executions('orders')).toBe(before + 2);
  });

  test('a crash between the record and the start is mended by the redelivery', async () => {
    const dies: Services = {
      ...services,
      aws: { ...local.aws, call: () => Promise.reject(new Error('the Lambda was killed')) },
    };
    await services.manifests.of('orders');
    await expect(dispatch(manual('killed'), { ...dies, manifests: services.manifests })).rejects.toThrow('killed');
    const before = await executions('orders');
    await dispatch(manual('killed'), services);
    expect(await executions('orders')).toBe(before + 1);
  });

  test('an object gives its partition; other content gives another run', async () => {
    const first = await dispatch(dropped('drops/monday/a.csv'), services);
    expect(first).toMatchObject({ kind: 'started', run: expect.stringMatching(/^monday-/) });
    expect(await dispatch(dropped('drops/monday/a.csv'), services)).toMatchObject({ kind: 'duplicate' });
    expect(await dispatch(dropped('drops/monday/a.csv', 'e2'), services)).toMatchObject({ kind: 'started' });
    await expect(dispatch(dropped('elsewhere/a.csv'), services)).rejects.toThrow(/HDL403 the key elsewhere\/a.csv/);
  });

  test('a schedule gives the day in its zone', async () => {
    const message = {
      kind: 'schedule',
      pipeline: 'orders',
      schedule: 'nightly',
      time: '2026-06-30T23:30:00Z',
      input: {},
    } as const;
    const inUtc = await dispatch({ ...message, timeZone: 'UTC' }, services);
    expect(inUtc).toMatchObject({ run: expect.stringMatching(/^2026-06-30-/) });
    const inBerlin = await dispatch({ ...message, timeZone: 'Europe/Berlin' }, services);
    expect(inBerlin).toMatchObject({ run: expect.stringMatching(/^2026-07-01-/) });
  });

  test('an unknown pipeline is refused by name', async () => {
    await expect(dispatch(manual('x', { pipeline: 'ordres' }), services)).rejects.toThrow(
      /HDL404 there is no pipeline ordres/,
    );
  });

  test('a join starts once, when the last upstream of the partition is complete, in any order', async () => {
    const mark = (pipeline: string, run: string) =>
      local.ledger.runs.markPartition(
        { pipeline, partition: 'tuesday', run, status: 'completed', updatedAt: 'x' },
        '1',
      );
    await mark('orders', 'tuesday-1');
    expect(await dispatch(completed('orders', 'tuesday-1', 'tuesday'), services)).toEqual({
      kind: 'notStarted',
      reason: 'upstream visits is missing for partition tuesday',
    });
    await mark('visits', 'tuesday-2');
    const [first, second] = await Promise.all([
      dispatch(completed('visits', 'tuesday-2', 'tuesday'), services),
      dispatch(completed('orders', 'tuesday-1', 'tuesday'), services),
    ]);
    expect([first?.kind, second?.kind].sort()).toEqual(['duplicate', 'started']);
    expect(await executions('report')).toBe(1);
  });
});

const startRun = async (id: string): Promise<RunFacts> => {
  const outcome = await dispatch(manual(id), services);
  if (outcome.kind !== 'started') throw new Error(`not started: ${JSON.stringify(outcome)}`);
  const state = await begin(
    { pipeline: 'orders', definitionHash: 'abc', execution: 'arn:run', input: { run: outcome.run }, control: [] },
    services,
  );
  return state.run;
};
const at = (run: RunFacts, stage: string) => ({ pipeline: run.pipeline, run: run.id, stage });
const complete = async (run: RunFacts, stage: string, output: unknown = {}): Promise<void> => {
  await local.ledger.stages.claim(at(run, stage), 'o', 'now');
  const stored = await local.ledger.payloads.store(run.pipeline, output);
  await local.ledger.stages.complete(at(run, stage), 'o', { endedAt: 'now', durationMs: 1, output: stored });
};
const finishCall = (run: RunFacts, stages: readonly string[], extra: Partial<FinishCall> = {}): FinishCall => ({
  run,
  stages: stages.map((id) => ({ id, within: [] })),
  chosen: {},
  output: { kind: 'value', value: null },
  ...extra,
});

describe('begin', () => {
  test('answers with the control values of the input', async () => {
    const outcome = await dispatch(manual('control', { input: { day: 'monday', files: [1, 2, 3] } }), services);
    const run = 'run' in outcome ? outcome.run : '';
    const ref = (path: string[]) => ({ kind: 'ref', source: { kind: 'input' }, path }) as const;
    const state = await begin(
      {
        pipeline: 'orders',
        definitionHash: 'abc',
        execution: 'arn:run',
        input: { run },
        control: [
          { key: 'input.day', bind: ref(['day']) },
          { key: 'input.files#', bind: ref(['files']), count: true },
        ],
      },
      services,
    );
    expect(state.control).toEqual({ 'begin()': { 'input.day': 'monday', 'input.files#': 3 } });
    expect(await local.ledger.runs.get('orders', run)).toMatchObject({ status: 'running', executionArn: 'arn:run' });
  });

  test.each([
    ['an input without a run', {} as { run: string }, /HDL401/],
    ['a run that is not recorded', { run: 'nobody' }, /HDL402/],
  ])('%s is refused', async (_, input, message) => {
    const call = { pipeline: 'orders', definitionHash: 'abc', execution: 'arn', input, control: [] };
    await expect(begin(call, services)).rejects.toThrow(message);
  });
});

describe('finish', () => {
  test('completes a run whose stages are all completed, or skipped by a choice', async () => {
    const run = await startRun('finish');
    await complete(run, 'a');
    const call = finishCall(run, ['a']);
    const answer = await finish(
      {
        ...call,
        stages: [...call.stages, { id: 'b', within: [{ choose: 'c', branch: 'then' }] }],
        chosen: { c: 'otherwise' },
      },
      services,
    );
    expect(answer).toEqual({ run: run.id, status: 'completed', stages: { completed: 1, skipped: 1 } });
    expect(await local.ledger.stages.get(at(run, 'b'))).toMatchObject({
      status: 'skipped',
      reason: 'c took otherwise',
    });
    expect(await local.ledger.runs.partition('orders', '2026-01-01')).toMatchObject({
      run: run.id,
      status: 'completed',
    });
  });

  test('fails a run with a failed stage, and again on a repeat', async () => {
    const run = await startRun('broken');
    await complete(run, 'a');
    const failed: SettleCall = {
      action: 'stageFailed',
      run,
      stage: 'b',
      bind: { kind: 'value', value: { n: 1 } },
      error: { Error: 'Boom', Cause: JSON.stringify({ errorMessage: 'it broke', errorType: 'Boom' }) },
    };
    await settle(failed, services);
    await settle(failed, services);
    expect(await local.ledger.deadLetters.list('orders', run.id)).toMatchObject([
      { stage: 'b', error: 'Boom', cause: 'it broke', input: { json: '{"n":1}' } },
    ]);
    await expect(finish(finishCall(run, ['a', 'b']), services)).rejects.toMatchObject({
      name: 'Heddle.RunFailed',
      message: 'b failed: Boom: it broke',
    });
    await expect(finish(finishCall(run, ['a', 'b']), services)).rejects.toMatchObject({ name: 'Heddle.RunFailed' });
    expect(await local.ledger.runs.get('orders', run.id)).toMatchObject({
      status: 'failed',
      deadLetters: 1,
      stages: { completed: 1, failed: 1 },
    });
  });

  test('a stage without an end fails the run, and is named', async () => {
    const run = await startRun('lost');
    await expect(finish(finishCall(run, ['a']), services)).rejects.toThrow('a is pending at the end of the run');
  });
});

describe('settle at the end of a map', () => {
  const mapDone = (run: RunFacts, tolerate: object): SettleCall => ({
    action: 'mapDone',
    run,
    stage: 'm',
    items: { kind: 'value', value: [1, 2, 3, 4] },
    bind: { kind: 'ref', source: { kind: 'item' }, path: [] },
    after: [],
    chosen: {},
    tolerate,
    control: [
      { key: 'count', path: ['count'] },
      { key: 'outputs#', path: ['outputs'], count: true },
    ],
  });
  const batch = async (run: RunFacts): Promise<void> => {
    await local.ledger.stages.claimBatch(at(run, 'm'), 0, 'o', 'now');
    await local.ledger.stages.settleBatch(at(run, 'm'), 0, 'o', {
      status: 'completed',
      endedAt: 'now',
      durationMs: 1,
      completed: 3,
      failed: 1,
      results: { kind: 'inline', json: '[]' },
    });
  };

  test.each([
    [{ count: 0 }, 'failed', {}],
    [{ count: 1 }, 'completed', { count: 3, 'outputs#': 3 }],
    [{ percent: 24 }, 'failed', {}],
    [{ percent: 25 }, 'completed', { count: 3, 'outputs#': 3 }],
    [{ percent: 50, count: 0 }, 'failed', {}],
  ])('one of four failed, and the stage bears %j: %s', async (tolerate, status, control) => {
    const run = await startRun(`map-${JSON.stringify(tolerate)}`);
    await batch(run);
    expect(await settle(mapDone(run, tolerate), services)).toEqual({ control });
    expect(await local.ledger.stages.get(at(run, 'm'))).toMatchObject({
      status,
      items: { total: 4, completed: 3, failed: 1 },
    });
  });

  test('a batch that failed for good leaves dead letters for the items without an outcome', async () => {
    const run = await startRun('batch');
    const call = {
      run,
      stage: 'm',
      bind: { kind: 'object', fields: { n: { kind: 'ref', source: { kind: 'item' }, path: [] } } },
      after: [],
      control: [],
      chosen: {},
      batch: { items: { kind: 'value', value: [10, 20, 30] }, index: 0, size: 3 },
    } as const;
    await local.ledger.stages.claimBatch(at(run, 'm'), 0, 'o', 'now');
    await local.ledger.stages.settleBatch(at(run, 'm'), 0, 'o', {
      status: 'running',
      endedAt: 'now',
      durationMs: 1,
      completed: 1,
      failed: 0,
      results: { kind: 'inline', json: '[{"index":0,"output":{}}]' },
    });
    await settle({ action: 'batchFailed', call, error: { Error: 'Sandbox.Timedout', Cause: 'too slow' } }, services);
    expect(await local.ledger.deadLetters.list('orders', run.id)).toMatchObject([
      { item: 1, error: 'Sandbox.Timedout', cause: 'too slow', input: { json: '{"n":20}' } },
      { item: 2, input: { json: '{"n":30}' } },
    ]);
    expect(await local.ledger.stages.getBatch(at(run, 'm'), 0)).toMatchObject({
      status: 'completed',
      completed: 1,
      failed: 2,
    });
  });
});

describe('reconcile', () => {
  const ended = (name: string, machine = 'heddle-orders') => ({
    detail: { stateMachineArn: `${machines}:${machine}`, name, status: 'ABORTED', cause: 'stopped by hand' } as const,
  });

  test('settles the run of a stopped execution, once', async () => {
    const run = await startRun('stopped');
    expect(await reconcile(ended(run.id), 'heddle-', services)).toBe(true);
    expect(await local.ledger.runs.get('orders', run.id)).toMatchObject({
      status: 'cancelled',
      cause: 'stopped by hand',
    });
    expect(await reconcile(ended(run.id), 'heddle-', services)).toBe(false);
  });

  test('leaves the machines of others alone', async () => {
    expect(await reconcile(ended('x', 'billing'), 'heddle-', services)).toBe(false);
  });
});
