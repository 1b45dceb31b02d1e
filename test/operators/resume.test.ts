import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { begin, dispatch, finish, reconcile } from '../../lib/operators/index.ts';
import type { ResumeOrder } from '../../lib/records/index.ts';
import { machines, openWorkshop, type Workshop } from './workshop.ts';

let workshop: Workshop;
beforeAll(async () => {
  workshop = await openWorkshop();
});
afterAll(() => workshop.local.close());

const order = (id: string, generation = 2): ResumeOrder => ({
  id,
  generation,
  again: ['clean'],
  below: [],
  items: {},
  by: 'ada',
  reason: 'fixed',
});
const resume = (run: string, wanted: ResumeOrder) =>
  dispatch({ kind: 'resume', pipeline: 'orders', run, order: wanted }, workshop.services);

/** A run that was stopped. */
const stopped = async (id: string): Promise<string> => {
  const run = await workshop.startRun(id);
  const detail = { stateMachineArn: `${machines}:heddle-orders`, name: run.id, status: 'ABORTED' } as const;
  await reconcile({ detail }, 'heddle-', workshop.services);
  return run.id;
};

test('an ended run goes on in a further execution, once', async () => {
  const run = await stopped('once');
  const before = await workshop.executions('orders');
  expect(await resume(run, order('a'))).toEqual({ kind: 'started', run });
  expect(await resume(run, order('a'))).toEqual({ kind: 'started', run }); // it has not begun: made sure of again
  expect(await workshop.executions('orders')).toBe(before + 1);
  expect(await workshop.local.ledger.runs.get('orders', run)).toMatchObject({ status: 'pending', generation: 2 });
  expect(await workshop.local.ledger.runs.partition('orders', '2026-01-01')).toMatchObject({ run, generation: 2 });
  const call = { pipeline: 'orders', definitionHash: 'abc', input: { run }, control: [] };
  await begin({ ...call, execution: `arn:${run}_2` }, workshop.services);
  expect(await resume(run, order('a'))).toEqual({ kind: 'duplicate', run });
  await expect(begin({ ...call, execution: `arn:${run}` }, workshop.services)).rejects.toThrow(/HDL402/);
});

test('of two orders one is carried out, the other is refused', async () => {
  const run = await stopped('race');
  const answers = await Promise.all([resume(run, order('a')), resume(run, order('b'))]);
  expect(answers.map(({ kind }) => kind).sort()).toEqual(['notStarted', 'started']);
  const record = await workshop.local.ledger.runs.get('orders', run);
  expect(answers[record?.resume?.id === 'a' ? 0 : 1]).toEqual({ kind: 'started', run });
});

test('an order that died before the start is carried out by whoever comes next', async () => {
  const run = await stopped('died');
  await workshop.local.ledger.runs.resume('orders', run, order('a'), { at: '2026-01-01T00:00:00.000Z' }); // and nothing more
  const before = await workshop.executions('orders');
  expect(await resume(run, order('b'))).toEqual({
    kind: 'notStarted',
    reason: `the run ${run} is pending, in its execution 2`,
  });
  expect(await workshop.executions('orders')).toBe(before + 1);
  expect(await workshop.local.ledger.audit.list('orders', run)).toMatchObject([
    {},
    {},
    {},
    { what: 'resumed', by: 'ada', detail: 'fixed: clean' },
  ]);
});

test.each([
  ['a run under way', async (id: string) => (await workshop.startRun(id)).id, 'is running, in its execution 1'],
  [
    'a run that is further than the order thinks',
    async (id: string) => {
      const run = await stopped(id);
      await workshop.local.ledger.runs.resume('orders', run, order('a'), { at: '2026-01-01T00:00:00.000Z' });
      await workshop.local.ledger.runs.end('orders', run, { status: 'failed', endedAt: 'now' }, 2);
      return run;
    },
    'is failed, in its execution 2',
  ],
])('%s refuses', async (name, make, reason) => {
  const run = await make(name);
  expect(await resume(run, order('late'))).toEqual({ kind: 'notStarted', reason: `the run ${run} ${reason}` });
});

test('a run that reads another which is under way refuses, until that one has ended', async () => {
  const { runs } = workshop.local.ledger;
  const above = await workshop.startRun('above');
  const record = {
    pipeline: 'report',
    run: 'below',
    partition: '2026-01-01',
    status: 'failed',
    trigger: { kind: 'manual', identity: 'x', detail: 'x' },
    input: { kind: 'inline', value: {} },
    upstream: { orders: { pipeline: 'orders', run: above.id } },
    createdAt: '2026-01-01T00:00:00.000Z',
    endedAt: '2026-01-01T00:00:00.000Z',
  } as const;
  await runs.create(record as never);
  const wanted = { kind: 'resume', pipeline: 'report', run: 'below', order: order('a') } as const;
  expect(await dispatch(wanted, workshop.services)).toEqual({
    kind: 'notStarted',
    reason: `below reads the run ${above.id} of orders, which is running`,
  });
  await runs.end('orders', above.id, { status: 'completed', endedAt: 'now' }, 1);
  expect(await dispatch(wanted, workshop.services)).toEqual({ kind: 'started', run: 'below' });
});

test('a run that there is not is told with its code', async () => {
  await expect(resume('nobody', order('a'))).rejects.toThrow(/^HDL407 there is no run nobody of orders/);
});

test('a finish of an earlier execution settles nothing', async () => {
  const run = await stopped('zombie');
  await resume(run, order('a'));
  const facts = {
    pipeline: 'orders',
    id: run,
    partition: '2026-01-01',
    definitionHash: 'abc',
    execution: `arn:${run}`,
  };
  const call = { run: facts, stages: [], chosen: {}, output: { kind: 'value', value: null } } as const;
  await expect(finish(call, workshop.services)).rejects.toThrow(/^HDL406/);
  expect(await workshop.local.ledger.runs.get('orders', run)).toMatchObject({ status: 'pending' });
});
