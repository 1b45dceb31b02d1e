// The end of a run is told whole, by whoever comes next: whoever ended it may die at any call, or hear nothing of what it wrote.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openLedger } from '../../lib/ledger/index.ts';
import { skipRun } from '../../lib/operators/admission/skip.ts';
import { begin, dispatch, finish, reconcile, type Services, sweep } from '../../lib/operators/index.ts';
import { tellParent } from '../../lib/operators/parent.ts';
import {
  executionName,
  openLineageType,
  type ResumeOrder,
  type RunFacts,
  type StartMessage,
} from '../../lib/records/index.ts';
import type { Aws } from '../../lib/support/aws-call.ts';
import { errorNames } from '../../lib/support/error-names.ts';
import { diesAt, killed, losesAnswers } from '../broken-calls.ts';
import { letter } from '../dead-letter.ts';
import { at, machines, openWorkshop, type Workshop } from './workshop.ts';

let workshop: Workshop;
beforeAll(async () => {
  workshop = await openWorkshop();
  // With a gate, which is to hear of each end.
  const Name = '/heddle/heddle/orders';
  const { Parameter } = await workshop.local.aws.call('ssm', 'GetParameter', { Name });
  const manifest = JSON.parse((Parameter as { readonly Value: string }).Value);
  const gated = { ...manifest, admission: { overlap: 'queue', maxRuns: 100, maxQueued: 100 } };
  await workshop.local.aws.call('ssm', 'PutParameter', { Name, Value: JSON.stringify(gated), Overwrite: true });
});
afterAll(() => workshop.local.close());

interface Told {
  /** The events on the bus: of which type, and of what. */
  readonly events: string[];
  /** Kinds of messages to the start queue. */
  readonly sent: string[];
  /** Calls that let a waiting stage go on. */
  readonly woken: string[];
}
const noneTold = (): Told => ({ events: [], sent: [], woken: [] });

/** The services of an operator; `told` hears what got through. */
const servicesOf = (told: Told, broken: (aws: Aws) => Aws = (aws) => aws): Services => {
  const { aws } = workshop.services;
  const heard: Aws = {
    ...aws,
    call: async (service, operation, input, options) => {
      const { Entries = [], MessageBody } = input as {
        readonly Entries?: readonly { readonly DetailType: string; readonly Detail: string }[];
        readonly MessageBody?: string;
      };
      if (operation.startsWith('SendTask')) {
        told.woken.push(operation);
        return {};
      }
      const answer = await aws.call(service, operation, input, options);
      for (const { DetailType, Detail } of operation === 'PutEvents' ? Entries : []) {
        const { job, pipeline } = JSON.parse(Detail);
        told.events.push(DetailType === openLineageType ? `lineage of ${job.name}` : `${DetailType}: ${pipeline}`);
      }
      if (operation === 'SendMessage') told.sent.push((JSON.parse(MessageBody ?? '') as StartMessage).kind);
      return answer;
    },
  };
  const own = broken(heard);
  const ledger = openLedger(own, { table: 'ledger', payloadBucket: 'payloads' });
  return { ...workshop.services, aws: own, ledger, lineage: true };
};

/** A run at work, which has one stage behind it. */
const begun = async (id: string): Promise<RunFacts> => {
  const run = await workshop.startRun(id);
  const { stages, payloads } = workshop.local.ledger;
  await stages.claim(at(run, 'a'), 'o', 'now');
  const output = await payloads.store('orders', 1);
  await stages.complete(at(run, 'a'), 'o', { endedAt: 'now', durationMs: 1, output });
  return run;
};
/** A stage of a run of `orders` that waits for a run of `visits`, whose message this is. */
const asking = async (id: string) => {
  const parent = await begun(id);
  const by = { pipeline: 'orders', run: parent.id, stage: 'child', generation: 1 };
  const input = await workshop.local.ledger.payloads.store('visits', {});
  const message = { kind: 'child', pipeline: 'visits', parent: by, partition: id, input } as const;
  const outcome = await dispatch(message, workshop.services);
  const run = 'run' in outcome ? outcome.run : '';
  const until = '2026-01-01T00:00:00.000Z';
  const child = { pipeline: 'visits', run, control: [] };
  await workshop.local.ledger.waits.open(
    at(parent, 'child'),
    { now: 'now', until, child, needs: [], choices: [] },
    { token: `token of ${id}` },
  );
  return { parent, message, run };
};

const stateMachineArn = `${machines}:heddle-orders`;
const stop = (run: RunFacts, services: Services) =>
  reconcile({ detail: { stateMachineArn, name: run.id, status: 'ABORTED', cause: 'by hand' } }, 'heddle-', services);
const complete = (run: RunFacts, services: Services) => {
  const stages = [{ id: 'a', within: [] }];
  return finish({ run, stages, chosen: {}, output: { kind: 'value', value: null } }, services);
};
const enders = [
  ['reconcile', stop, 'cancelled', 'Heddle Run Failed: orders'],
  ['finish', complete, 'completed', 'Heddle Run Completed: orders'],
] as const;

test.each(enders)('%s dies at any call, and comes again', async (by, end, status, event) => {
  const ids = new Set<string>();
  for (let dies = 1; ; dies++) {
    const { parent: run, run: child } = await asking(`${by}-${dies}`);
    ids.add(run.id);
    const told = noneTold();
    const isDead = await end(
      run,
      servicesOf(told, (aws) => diesAt(aws, dies)),
    ).then(
      () => false,
      (error: Error) => error.message === killed,
    );
    if (!isDead) {
      expect(dies).toBeGreaterThan(8);
      // Who told all and died is made up for by the sweep, which then looks at none of them any more.
      await sweep({ ...servicesOf(noneTold()), now: () => Date.now() + 3_600_000 });
      const open = await workshop.local.ledger.openRuns.due('9', 10_000);
      expect(open.filter((one) => ids.has(one.run))).toEqual([]);
      return;
    }
    await end(run, servicesOf(told));
    for (const [what, where] of [
      [event, told.events],
      ['lineage of orders', told.events],
      ['lineage of orders/a', told.events],
      ['ended', told.sent],
    ] as const)
      expect([dies, where]).toEqual([dies, expect.arrayContaining([what])]);
    const { audit, runs } = workshop.local.ledger;
    expect((await audit.list('orders', run.id)).filter(({ id }) => id === 'ended#1')).toMatchObject([{ by }]);
    expect(await audit.has('orders', run.id, 'ended#1')).toBe(true);
    expect(await runs.partition('orders', '2026-01-01')).toMatchObject({ run: run.id, status });
    if (by === 'reconcile') expect(await runs.get('visits', child)).toMatchObject({ status: 'cancelled' });
    // All was told: whoever comes once more tells nothing.
    const again = noneTold();
    await end(run, servicesOf(again));
    expect(again).toEqual(noneTold());
  }
});

const endedAt = '2026-01-01T00:00:00.000Z';
const orderOf = (generation: number): ResumeOrder => ({
  ...{ id: 'o', generation, again: ['a'], below: [], items: {} },
  ...{ by: 'ada', reason: 'fixed' },
});

test.each<[string, (run: RunFacts) => Promise<unknown>]>([
  [
    'whose stage has what it gave',
    async (run) => {
      const output = await workshop.local.ledger.payloads.store('orders', 1);
      return workshop.local.ledger.waits.complete(at(run, 'child'), { endedAt, output });
    },
  ],
  [
    'whose stage gave up waiting',
    (run) => {
      const end = { status: 'failed', endedAt, error: errorNames.timeout, cause: 'it took too long' } as const;
      return workshop.local.ledger.stages.fail(at(run, 'child'), end);
    },
  ],
  [
    'that an earlier execution asked for',
    async (run) => {
      const { runs } = workshop.local.ledger;
      await runs.end('orders', run.id, { status: 'failed', endedAt, endedBy: 'sweep' }, 1);
      return runs.resume('orders', run.id, orderOf(2), { at: endedAt });
    },
  ],
])('a run goes on when the one is stopped that asked for it, and %s', async (why, happens) => {
  const { parent, run: child } = await asking(`stays ${why.length}`);
  const { runs } = workshop.local.ledger;
  await happens(parent);
  const { generation = 1 } = (await runs.get('orders', parent.id)) ?? {};
  await stop({ ...parent, id: executionName(parent.id, generation) }, servicesOf(noneTold()));
  expect(await runs.get('orders', parent.id)).toMatchObject({ status: 'cancelled' });
  expect(await runs.get('visits', child)).toMatchObject({ status: 'pending' });
});

test.each(enders)('the answers to what %s writes are lost', async (by, end, _, event) => {
  const run = await begun(`lost-${by}`);
  const told = noneTold();
  await end(run, servicesOf(told, losesAnswers));
  expect(told).toMatchObject({ events: expect.arrayContaining([event]), sent: ['ended'] });
  const open = await workshop.local.ledger.openRuns.due('9', 10_000);
  expect(open.filter((one) => one.run === run.id)).toEqual([]);
});

test('reconcile finds a run that finish ended and told of: it writes nothing', async () => {
  const run = await begun('both');
  await complete(run, servicesOf(noneTold()));
  const calls: string[] = [];
  const watched = servicesOf(noneTold(), (aws) => ({
    ...aws,
    call: (...call) => {
      calls.push(call[1]);
      return aws.call(...call);
    },
  }));
  expect(await stop(run, watched)).toBe(false);
  expect(calls).toEqual(['GetItem', 'GetItem']);
});

test('a run that the sweep ended before it died is told of by the next', async () => {
  const run = await begun('swept');
  const { runs, openRuns } = workshop.local.ledger;
  const end = { status: 'failed', endedAt: new Date().toISOString(), endedBy: 'sweep' } as const;
  await runs.end('orders', run.id, end, 1, 'untold');
  const open = async () => (await openRuns.due('9', 500)).filter((one) => one.run === run.id);
  expect(await open()).toHaveLength(1);
  const told = noneTold();
  const own = servicesOf(told);
  await sweep({ ...own, now: () => Date.now() + 3_600_000 });
  expect(told.events).toEqual(expect.arrayContaining(['lineage of orders/a', 'Heddle Run Failed: orders']));
  expect(await open()).toEqual([]);
});

test('a run goes on of whose end nobody was told: it is told before, and what it asked for is cancelled', async () => {
  const { parent: run, run: child } = await asking('goesOn');
  const { runs, audit } = workshop.local.ledger;
  await runs.end('orders', run.id, { status: 'failed', endedAt: '2026-01-01T00:00:00.000Z', endedBy: 'sweep' }, 1);
  const order: ResumeOrder = { id: 'o', generation: 2, again: [], below: [], items: {}, by: 'ada', reason: 'fixed' };
  const told = noneTold();
  await dispatch({ kind: 'resume', pipeline: 'orders', run: run.id, order }, servicesOf(told));
  expect(told.events).toEqual(expect.arrayContaining(['lineage of orders', 'Heddle Run Failed: orders']));
  const history = await audit.list('orders', run.id);
  expect(history).toEqual(expect.arrayContaining([expect.objectContaining({ id: 'ended#1', by: 'sweep' })]));
  expect(await runs.get('orders', run.id)).not.toHaveProperty('endedBy');
  expect(await runs.get('visits', child)).toMatchObject({ status: 'cancelled' });
});

test('a run that was to do dead letters again is taken out of the queue before it begins: they are open again', async () => {
  const run = await begun('takenOut');
  const { runs, deadLetters } = workshop.local.ledger;
  const dead = letter(run.id, 'a');
  await deadLetters.write(dead, workshop.local.queueUrl);
  const end = { endedAt: '2026-01-01T00:00:00.000Z', endedBy: 'ada' } as const;
  await runs.end('orders', run.id, { ...end, status: 'failed' }, 1);
  const order: ResumeOrder = { id: 'o', generation: 2, again: ['a'], below: [], items: {}, by: 'ada', reason: 'fixed' };
  await runs.resume('orders', run.id, order, { at: end.endedAt, gated: true });
  await workshop.local.ledger.redo('orders', run.id, order, end.endedAt);
  expect(await deadLetters.get(dead)).toMatchObject({ state: 'replayed', replayedIn: 2 });
  await runs.end('orders', run.id, { ...end, status: 'cancelled' }, 2);
  const ended = { kind: 'ended', pipeline: 'orders', run: run.id } as const;
  await dispatch({ ...ended, generation: 1 }, servicesOf(noneTold())); // one that comes late changes nothing
  expect(await deadLetters.get(dead)).toMatchObject({ state: 'replayed' });
  await dispatch({ ...ended, generation: 2 }, servicesOf(noneTold()));
  expect(await deadLetters.get(dead)).toMatchObject({ state: 'open' });
  expect(await deadLetters.get(dead)).not.toHaveProperty('replayedIn');
});

test('a run that had begun to do dead letters again is cancelled: those that it did are not open again', async () => {
  const run = await begun('begunAgain');
  const { runs, deadLetters } = workshop.local.ledger;
  const dead = letter(run.id, 'a');
  await deadLetters.write(dead, workshop.local.queueUrl);
  await runs.end('orders', run.id, { endedAt, endedBy: 'ada', status: 'failed' }, 1);
  await runs.resume('orders', run.id, orderOf(2), { at: endedAt });
  await workshop.local.ledger.redo('orders', run.id, orderOf(2), endedAt);
  const execution = `arn:${executionName(run.id, 2)}`;
  await begin(
    { pipeline: 'orders', definitionHash: 'abc', execution, input: { run: run.id }, control: [] },
    workshop.services,
  );
  await runs.end('orders', run.id, { endedAt, endedBy: 'ada', status: 'cancelled' }, 2);
  await dispatch({ kind: 'ended', pipeline: 'orders', run: run.id, generation: 2 }, servicesOf(noneTold()));
  expect(await deadLetters.get(dead)).toMatchObject({ state: 'replayed', replayedIn: 2 });
});

test('whoever skips a run dies at any call, and comes again: its history says why, and who waits for it goes on', async () => {
  for (let dies = 1, isDead = true; isDead; dies++) {
    const { run } = await asking(`skips-${dies}`);
    const told = noneTold();
    const skip = (services: Services) => skipRun({ pipeline: 'visits', run, generation: 1 }, 'no room', services);
    isDead = await skip(servicesOf(told, (aws) => diesAt(aws, dies))).then(
      () => false,
      () => true,
    );
    await skip(servicesOf(told));
    expect(await workshop.local.ledger.audit.has('visits', run, 'skipped')).toBe(true);
    expect([dies, told.woken]).toEqual([dies, expect.arrayContaining(['SendTaskFailure'])]);
  }
});

test('a run that was skipped for its parent, by somebody who died: the parent is told when it is asked for again', async () => {
  const { message, run } = await asking('skipping');
  const end = { endedAt: '2026-01-01T00:00:00.000Z', endedBy: 'dispatch', cause: 'no room' };
  await workshop.local.ledger.runs.skip('visits', run, end, 1);
  const told = noneTold();
  expect(await dispatch(message, servicesOf(told))).toEqual({ kind: 'duplicate', run });
  expect(told.woken).toEqual(['SendTaskFailure']);
});

test('the answer is lost to the write that ends a stage which waits for a run', async () => {
  const { run } = await asking('waiting');
  const record = await workshop.local.ledger.runs.get('visits', run);
  if (!record) throw new Error('it was asked for');
  const told = noneTold();
  const ended = { ...record, status: 'completed', endedAt: 'now', output: { kind: 'value', value: 1 } } as const;
  await tellParent(ended, servicesOf(told, losesAnswers));
  expect(told.woken).toEqual(['SendTaskSuccess']);
});
