// What stages did is undone when their run fails: in reverse order, each once, and again after a resume. In virtual time.
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import * as z from 'zod';
import { definePipeline, defineStage } from '../../lib/definition/index.ts';
import { orderOf, type PlannedRedo, planRedo, standingOf, undoneOf } from '../../lib/ledger/index.ts';
import { replay } from '../../lib/operators/index.ts';
import type { RunRecord } from '../../lib/records/index.ts';
import { PermanentError } from '../../lib/runtime/index.ts';
import { type Bench, type EndedRun, type Handlers, openBench } from './bench.ts';

let bench: Bench;
let calls: string[];
let broken: Set<string>;
let plan: readonly PlannedRedo[];
beforeEach(() => {
  calls = [];
  broken = new Set(['confirm']);
});
afterEach(() => bench.close());

const order = z.object({ order: z.string() });
const stage = <const Name extends string>(name: Name) =>
  defineStage(name, { input: z.looseObject({}), output: z.object({ id: z.string() }) });
const [reserve, charge, ship, confirm] = [stage('reserve'), stage('charge'), stage('ship'), stage('confirm')];
const undo = <const Name extends string>(name: Name) =>
  defineStage(name, {
    input: z.object({ input: z.looseObject({}), output: z.object({ id: z.string() }) }),
    output: z.object({}),
    retry: { attempts: 2 },
  });
const [release, refund, recall] = [undo('release'), undo('refund'), undo('recall')];

/** `ship` hangs on `charge`; `reserve` stands beside them, and completes first. */
const buying = definePipeline('buying', { input: order }, (flow) => {
  const reserved = flow.task(reserve, { order: flow.input.order }, { compensate: release, onCancel: 'compensate' });
  const charged = flow.task(charge, { order: flow.input.order }, { compensate: refund, after: [reserved] });
  const pause = flow.wait('pause', { for: '1h' }, { after: [charged] });
  const shipped = flow.task(ship, { charge: charged.id }, { compensate: recall, after: [pause] });
  return flow.task(confirm, { shipped: shipped.id }).id;
});
const stages = ['reserve', 'charge', 'pause', 'ship', 'confirm'];

const work = (name: string) => (input: { readonly output?: { readonly id: string } }) => {
  calls.push(input.output ? `${name} ${input.output.id}` : name);
  if (broken.has(name)) throw new PermanentError(`${name} is broken`);
  return { id: `${name}-${calls.filter((call) => call === name).length}` };
};
const handlers: Handlers = Object.fromEntries(
  ['reserve', 'charge', 'ship', 'confirm', 'release', 'refund', 'recall'].map((name) => [name, work(name)]),
);

const run = async () => {
  bench = await openBench([buying], handlers);
  return bench.run('buying', { order: 'o1' });
};

const goOn = async ({ run: record, stages: records }: Pick<EndedRun, 'run' | 'stages'>) => {
  const undos = await bench.local.ledger.stages.listUndo('buying', record.run);
  const facts = { records: Object.values(records), stages, deployed: new Map(), lost: new Set<string>() };
  const redone = { undone: undoneOf(facts.records, undos), standing: standingOf(facts.records, undos) };
  plan = planRedo({ ...facts, redefined: false, from: undefined, ...redone });
  return bench.resume(record, orderOf(plan));
};

/** What was undone and is in the run's account. */
const undosIn = ({ account }: RunRecord): readonly string[] =>
  Object.keys(account?.stages ?? {})
    .filter((stage) => stage.includes('.compensate'))
    .sort();

const lettersOf = async ({ run: id }: RunRecord) =>
  (await bench.local.ledger.deadLetters.list('buying', id)).map(({ stage, state, cause }) => [stage, state, cause]);

test('the last that completed is undone first, with what it was given and what it gave', async () => {
  const failed = await run();
  expect(failed.run).toMatchObject({ status: 'failed', compensation: { generation: 1, round: 1 } });
  const ended = await bench.compensated(failed.run);
  expect(calls.slice(4)).toEqual(['recall ship-1', 'refund charge-1', 'release reserve-1']);
  expect(ended.execution).toBe('SUCCEEDED');
  expect(ended.run).toMatchObject({ status: 'failed', compensation: { status: 'completed' } });
  expect(ended.undos.map(({ stage, status, attempts }) => [stage, status, attempts])).toEqual([
    ['charge.compensate', 'completed', 1],
    ['reserve.compensate', 'completed', 1],
    ['ship.compensate', 'completed', 1],
  ]);
  expect(undosIn(failed.run)).toEqual([]);
  expect(undosIn(ended.run)).toEqual(['charge.compensate', 'reserve.compensate', 'ship.compensate']);
  const trail = await bench.local.ledger.audit.list('buying', failed.run.run);
  expect(trail.filter(({ what }) => what === 'compensated').map(({ detail }) => detail)).toEqual([
    'completed: undone: charge, reserve, ship',
  ]);
});

test('a run that completes is not compensated, and has no state more for it', async () => {
  broken.clear();
  const done = await run();
  expect([done.run.status, done.run.compensation, calls]).toEqual([
    'completed',
    undefined,
    ['reserve', 'charge', 'ship', 'confirm'],
  ]);
});

test('what was undone is done again when the run goes on, and undone again when it fails again', async () => {
  const failed = await run();
  const first = await bench.compensated(failed.run);
  calls.length = 0;
  const again = await goOn(first);
  expect(again.run).toMatchObject({ status: 'failed', generation: 2 });
  const second = await bench.compensated(again.run);
  expect(calls).toEqual([
    ...['reserve', 'charge', 'ship', 'confirm'],
    ...['recall ship-1', 'refund charge-1', 'release reserve-1'],
  ]);
  expect(second.undos.filter(({ status }) => status === 'completed')).toHaveLength(6);

  broken.clear();
  const mended = await goOn(second);
  expect(mended.run).toMatchObject({ status: 'completed', generation: 3 });
  expect(mended.run.compensation).toBeUndefined();
  expect(undosIn(mended.run)).toHaveLength(6); // what was paid stays paid
});

test('whoever lets it go on, what was undone is done again: also where the order does not say so', async () => {
  const failed = await run();
  await bench.compensated(failed.run);
  broken.clear();
  const mended = await bench.resume(failed.run, { again: ['confirm'], below: [], items: {} });
  expect(mended.run.status).toBe('completed');
  expect(calls.filter((call) => call === 'charge')).toHaveLength(2);
});

test('what cannot be undone is a dead letter; what it hangs on stands, the rest is undone; replayed, it is made up for', async () => {
  broken.add('recall');
  const failed = await run();
  const ended = await bench.compensated(failed.run);
  expect(ended.execution).toBe('FAILED');
  expect(ended.run.compensation).toMatchObject({ status: 'failed', cause: 'not undone: ship, charge, reserve' });
  expect(ended.undos.map(({ stage, status, reason }) => [stage, status, reason])).toEqual([
    ['charge.compensate', 'skipped', 'ship.compensate is failed'],
    ['reserve.compensate', 'skipped', 'ship.compensate is failed'],
    ['ship.compensate', 'failed', undefined],
  ]);
  expect(await lettersOf(failed.run)).toEqual([
    ['confirm', 'open', 'confirm is broken'],
    ['ship.compensate', 'open', 'recall is broken'],
  ]);

  broken.delete('recall');
  const body = JSON.stringify({ pipeline: 'buying', run: failed.run.run, stage: 'ship.compensate' });
  expect(await replay([{ messageId: 'm1', body }], bench.services)).toMatchObject([{ kept: false }]);
  const whole = await bench.compensated((await bench.local.ledger.runs.get('buying', failed.run.run)) as RunRecord);
  expect(whole.run.compensation).toMatchObject({ status: 'completed', round: 2 });
  expect(calls.slice(-3)).toEqual(['recall ship-1', 'refund charge-1', 'release reserve-1']);
});

test('a run that goes on leaves nothing to be undone later', async () => {
  broken.add('recall');
  const failed = await run();
  const ended = await bench.compensated(failed.run);
  broken.clear();
  const mended = await goOn(ended);
  expect(mended.run.status).toBe('completed');
  expect(await lettersOf(failed.run)).toEqual([
    ['confirm', 'replayed', 'confirm is broken'],
    ['ship.compensate', 'discarded', 'recall is broken'],
  ]);
  expect(calls.filter((call) => call === 'charge')).toHaveLength(1); // it was never undone
  expect(plan.find(({ stage }) => stage === 'ship')).toMatchObject({
    does: 'reused',
    why: 'completed, and it could not be undone: look at what it left; --from runs it again',
  });
});

test('a run that is cancelled keeps what it did, but for what says otherwise', async () => {
  bench = await openBench([buying], handlers);
  bench.later(1_800, async () => {
    const [current] = await bench.local.ledger.runs.latest('buying', 1);
    await bench.local.aws.call('states', 'StopExecution', { executionArn: current?.executionArn, cause: 'no' });
  });
  const stopped = await bench.run('buying', { order: 'o1' });
  expect(stopped.run.status).toBe('cancelled');
  const ended = await bench.compensated(stopped.run);
  expect(ended.run.compensation).toMatchObject({ status: 'completed' });
  expect(calls).toEqual(['reserve', 'charge', 'release reserve-1']);
});
