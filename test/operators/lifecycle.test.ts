import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { begin, dispatch, finish, reconcile, settle } from '../../lib/operators/index.ts';
import type { FinishCall, RunFacts, SettleCall } from '../../lib/records/index.ts';
import { at, machines, manual, openWorkshop, type Workshop } from './workshop.ts';

let workshop: Workshop;
beforeAll(async () => {
  workshop = await openWorkshop();
});
afterAll(() => workshop.local.close());

const complete = async (run: RunFacts, stage: string, output: unknown = {}): Promise<void> => {
  await workshop.local.ledger.stages.claim(at(run, stage), 'o', 'now');
  const stored = await workshop.local.ledger.payloads.store(run.pipeline, output);
  await workshop.local.ledger.stages.complete(at(run, stage), 'o', { endedAt: 'now', durationMs: 1, output: stored });
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
    const outcome = await dispatch(
      manual('control', { input: { day: 'monday', files: [1, 2, 3] } }),
      workshop.services,
    );
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
      workshop.services,
    );
    expect(state.control).toEqual({ 'begin()': { 'input.day': 'monday', 'input.files#': 3 } });
    expect(await workshop.local.ledger.runs.get('orders', run)).toMatchObject({
      status: 'running',
      executionArn: 'arn:run',
    });
  });

  test.each([
    ['an input without a run', {} as { run: string }, /HDL401/],
    ['a run that is not recorded', { run: 'nobody' }, /HDL402/],
  ])('%s is refused', async (_, input, message) => {
    const call = { pipeline: 'orders', definitionHash: 'abc', execution: 'arn', input, control: [] };
    await expect(begin(call, workshop.services)).rejects.toThrow(message);
  });
});

describe('finish', () => {
  test('completes a run whose stages are all completed, or skipped by a choice', async () => {
    const run = await workshop.startRun('finish');
    await complete(run, 'a');
    const call = finishCall(run, ['a']);
    const answer = await finish(
      {
        ...call,
        stages: [...call.stages, { id: 'b', within: [{ choose: 'c', branch: 'then' }] }],
        chosen: { c: 'otherwise' },
      },
      workshop.services,
    );
    expect(answer).toEqual({ run: run.id, status: 'completed', stages: { completed: 1, skipped: 1 } });
    expect(await workshop.local.ledger.stages.get(at(run, 'b'))).toMatchObject({
      status: 'skipped',
      reason: 'c took otherwise',
    });
    expect(await workshop.local.ledger.runs.partition('orders', '2026-01-01')).toMatchObject({
      run: run.id,
      status: 'completed',
    });
  });

  test('fails a run with a failed stage, and again on a repeat', async () => {
    const run = await workshop.startRun('broken');
    await complete(run, 'a');
    const failed: SettleCall = {
      action: 'stageFailed',
      run,
      stage: 'b',
      bind: { kind: 'value', value: { n: 1 } },
      chosen: {},
      control: [],
      error: { Error: 'Boom', Cause: JSON.stringify({ errorMessage: 'it broke', errorType: 'Boom' }) },
    };
    await settle(failed, workshop.services);
    await settle(failed, workshop.services);
    expect(await workshop.local.ledger.deadLetters.list('orders', run.id)).toMatchObject([
      { stage: 'b', error: 'Boom', cause: 'it broke', input: { json: '{"n":1}' } },
    ]);
    await expect(finish(finishCall(run, ['a', 'b']), workshop.services)).rejects.toMatchObject({
      name: 'Heddle.RunFailed',
      message: 'b failed: Boom: it broke',
    });
    await expect(finish(finishCall(run, ['a', 'b']), workshop.services)).rejects.toMatchObject({
      name: 'Heddle.RunFailed',
    });
    expect(await workshop.local.ledger.runs.get('orders', run.id)).toMatchObject({
      status: 'failed',
      deadLetters: 1,
      stages: { completed: 1, failed: 1 },
    });
  });

  test('a stage without an end fails the run, and is named', async () => {
    const run = await workshop.startRun('lost');
    await expect(finish(finishCall(run, ['a']), workshop.services)).rejects.toThrow(
      'a is pending at the end of the run',
    );
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
    await workshop.local.ledger.stages.claimBatch(at(run, 'm'), 0, 'o', 'now');
    await workshop.local.ledger.stages.settleBatch(at(run, 'm'), 0, 'o', {
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
    const run = await workshop.startRun(`map-${JSON.stringify(tolerate)}`);
    await batch(run);
    expect(await settle(mapDone(run, tolerate), workshop.services)).toEqual({ control });
    expect(await workshop.local.ledger.stages.get(at(run, 'm'))).toMatchObject({
      status,
      items: { total: 4, completed: 3, failed: 1 },
    });
  });

  test('a batch that failed for good leaves dead letters for the items without an outcome', async () => {
    const run = await workshop.startRun('batch');
    const call = {
      run,
      stage: 'm',
      bind: { kind: 'object', fields: { n: { kind: 'ref', source: { kind: 'item' }, path: [] } } },
      after: [],
      control: [],
      chosen: {},
      batch: { items: { kind: 'value', value: [10, 20, 30] }, index: 0, size: 3 },
    } as const;
    await workshop.local.ledger.stages.claimBatch(at(run, 'm'), 0, 'o', 'now');
    await workshop.local.ledger.stages.settleBatch(at(run, 'm'), 0, 'o', {
      status: 'running',
      endedAt: 'now',
      durationMs: 1,
      completed: 1,
      failed: 0,
      results: { kind: 'inline', json: '[{"index":0,"output":{}}]' },
    });
    await settle(
      { action: 'batchFailed', call, error: { Error: 'Sandbox.Timedout', Cause: 'too slow' } },
      workshop.services,
    );
    expect(await workshop.local.ledger.deadLetters.list('orders', run.id)).toMatchObject([
      { item: 1, error: 'Sandbox.Timedout', cause: 'too slow', input: { json: '{"n":20}' } },
      { item: 2, input: { json: '{"n":30}' } },
    ]);
    expect(await workshop.local.ledger.stages.getBatch(at(run, 'm'), 0)).toMatchObject({
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
    const run = await workshop.startRun('stopped');
    expect(await reconcile(ended(run.id), 'heddle-', workshop.services)).toBe(true);
    expect(await workshop.local.ledger.runs.get('orders', run.id)).toMatchObject({
      status: 'cancelled',
      cause: 'stopped by hand',
    });
    expect(await reconcile(ended(run.id), 'heddle-', workshop.services)).toBe(false);
  });

  test('tells the partition of a run whose end was recorded, and nothing after it', async () => {
    const run = await workshop.startRun('died');
    const { runs } = workshop.local.ledger;
    const end = { status: 'cancelled', endedAt: '2026-01-01T00:00:00.000Z', error: 'E', cause: 'stopped' } as const;
    const record = await runs.end('orders', run.id, end, 1);
    const partition = record?.partition ?? '';
    expect(await runs.partition('orders', partition)).toMatchObject({ status: 'running' });
    expect(await reconcile(ended(run.id), 'heddle-', workshop.services)).toBe(false);
    expect(await runs.partition('orders', partition)).toMatchObject({ status: 'cancelled' });
  });

  test('ends the stages that were under way; a late attempt cannot settle them', async () => {
    const run = await workshop.startRun('held');
    const { stages, runs, audit } = workshop.local.ledger;
    await complete(run, 'a');
    await stages.claim(at(run, 'b'), 'o', 'now');
    await reconcile(ended(run.id), 'heddle-', workshop.services);
    expect(await stages.list('orders', run.id)).toMatchObject([{ status: 'completed' }, { status: 'cancelled' }]);
    expect(await runs.get('orders', run.id)).toMatchObject({ stages: { completed: 1, cancelled: 1 } });
    const output = { kind: 'inline', json: '{}' } as const;
    expect(await stages.complete(at(run, 'b'), 'o', { endedAt: 'late', durationMs: 1, output })).toBe(false);
    expect(await audit.list('orders', run.id)).toMatchObject([
      { what: 'asked' },
      { what: 'started' },
      { what: 'stopped' },
    ]);
  });

  test('leaves a run alone that is in a later execution', async () => {
    const run = await workshop.startRun('later');
    await reconcile(ended(run.id), 'heddle-', workshop.services);
    const order = { id: 'o', generation: 2, again: [], below: [], items: {}, by: 'ada', reason: 'fixed' };
    await dispatch({ kind: 'resume', pipeline: 'orders', run: run.id, order }, workshop.services);
    expect(await reconcile(ended(run.id), 'heddle-', workshop.services)).toBe(false);
    expect(await reconcile(ended(`${run.id}_2`), 'heddle-', workshop.services)).toBe(true);
  });

  test.each([
    ['TIMED_OUT', null, 'failed', 'the execution ended as TIMED_OUT'],
    ['FAILED', 'a state broke', 'failed', 'a state broke'],
    ['ABORTED', null, 'cancelled', 'the execution ended as ABORTED'],
  ] as const)('an execution that ended as %s', async (status, cause, settled, says) => {
    const run = await workshop.startRun(`ended-${status}`);
    const detail = { stateMachineArn: `${machines}:heddle-orders`, name: run.id, status, cause };
    expect(await reconcile({ detail }, 'heddle-', workshop.services)).toBe(true);
    expect(await workshop.local.ledger.runs.get('orders', run.id)).toMatchObject({ status: settled, cause: says });
    expect(await workshop.local.ledger.runs.partition('orders', '2026-01-01')).toMatchObject({ status: settled });
  });

  const part = (end: object) => JSON.stringify({ ExecutionArn: 'arn:part', Status: 'FAILED', ...end });
  test.each([
    ['a part', part({ Error: 'Ops.Stopped', Cause: 'by hand' }), 'Ops.Stopped', 'by hand'],
    [
      'a part of a part',
      part({ Error: 'States.TaskFailed', Cause: part({ Error: 'States.Runtime', Cause: 'deep' }) }),
      'States.Runtime',
      'deep',
    ],
    ['a part without a word', part({ Status: 'TIMED_OUT' }), 'Heddle.RunFailed', 'a part of it ended as TIMED_OUT'],
    ['what is no part', '{"Pod":"x"}', 'States.TaskFailed', '{"Pod":"x"}'],
    ['a cause cut off', '{"ExecutionArn":"a', 'States.TaskFailed', '{"ExecutionArn":"a'],
  ])('the run says why it died, not how it was told: %s', async (name, cause, error, says) => {
    const run = await workshop.startRun(name.replaceAll(' ', '-'));
    const stateMachineArn = `${machines}:heddle-orders`;
    const detail = { stateMachineArn, name: run.id, status: 'FAILED', error: 'States.TaskFailed', cause } as const;
    expect(await reconcile({ detail }, 'heddle-', workshop.services)).toBe(true);
    expect(await workshop.local.ledger.runs.get('orders', run.id)).toMatchObject({ error, cause: says });
  });

  test('a run that its execution did not even begin is settled too', async () => {
    const outcome = await dispatch(manual('unbegun'), workshop.services);
    const name = 'run' in outcome ? outcome.run : '';
    const detail = {
      stateMachineArn: `${machines}:heddle-orders`,
      name,
      status: 'FAILED',
      cause: 'begin died',
    } as const;
    expect(await reconcile({ detail }, 'heddle-', workshop.services)).toBe(true);
    expect(await workshop.local.ledger.runs.get('orders', name)).toMatchObject({ status: 'failed', stages: {} });
  });

  test('leaves the machines of others alone', async () => {
    expect(await reconcile(ended('x', 'billing'), 'heddle-', workshop.services)).toBe(false);
  });
});
