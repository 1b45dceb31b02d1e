// A backfill's operator: duplicates, lost and late messages, and a crash at any call give each run once, in order.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { openLedger } from '../../lib/ledger/index.ts';
import { enter, leave } from '../../lib/operators/admission/gate.ts';
import { begin, dispatch, finish, type Services } from '../../lib/operators/index.ts';
import {
  type AdmissionPolicy,
  type BackfillPlan,
  backfillRunId,
  endOf,
  type Gate,
  lettersOf,
  nextRuns,
  type PlannedState,
  type StartMessage,
  settled,
} from '../../lib/records/index.ts';
import { runRecord } from '../cli/recorded.ts';
import { machines, openWorkshop, type Workshop } from './workshop.ts';

let workshop: Workshop;
beforeAll(async () => {
  workshop = await openWorkshop();
});
afterAll(() => workshop.local.close());

/** A chain of two pipelines over some partitions. */
const chainOf = (partitions: readonly string[], tag: string): BackfillPlan =>
  partitions.flatMap((partition, index) => {
    const input = { kind: 'value', value: {} } as const;
    return [
      { pipeline: `first${tag}`, partition, after: [], input },
      { pipeline: `second${tag}`, partition, after: [2 * index], input },
    ];
  });

/** A world in which messages of the start queue wait to be taken, by a backfill of two at once. */
const openBackfill = async (tag: string) => {
  const { ledger } = workshop.local;
  await workshop.deploy(`first${tag}`);
  await workshop.deploy(`second${tag}`, { upstream: { first: `first${tag}` } });
  const plan = chainOf(['a', 'b', 'c'], tag);
  await ledger.backfills.create({
    id: tag,
    pipeline: `second${tag}`,
    what: 'a test',
    status: 'running',
    plan: await ledger.payloads.store(`second${tag}`, plan),
    states: lettersOf(plan.map(() => 'waiting')),
    concurrency: 2,
    by: 'test',
    createdAt: '2026-01-01T00:00:00.000Z',
    version: 1,
  });
  const queue: StartMessage[] = [{ kind: 'advance', backfill: tag, pipeline: `second${tag}`, look: true }];
  let mostUnderWay = 0;
  const calls = { made: 0, dies: Number.POSITIVE_INFINITY };
  const aws: Services['aws'] = {
    ...workshop.services.aws,
    call: async (service, operation, input) => {
      if (calls.made++ === calls.dies) throw new Error('killed');
      const { MessageBody, Entries } = input as { MessageBody?: string; Entries?: { Detail: string }[] };
      if (operation === 'SendMessage' && MessageBody) queue.push(JSON.parse(MessageBody));
      else if (operation === 'PutEvents') {
        const { backfill, pipeline, run } = JSON.parse(Entries?.[0]?.Detail ?? '{}');
        queue.push({ kind: 'advance', backfill, pipeline, run });
        return { FailedEntryCount: 0 };
      } else return workshop.services.aws.call(service, operation, input);
      return {};
    },
  };
  const services: Services = {
    ...workshop.services,
    aws,
    ledger: openLedger(aws, { table: 'ledger', payloadBucket: 'payloads' }),
    measures: false,
    now: () => Date.now() + 3_600_000 * looked, // each look comes when it is due
  };
  let looked = 0;
  const underWay = async () => {
    const runs = await Promise.all(
      plan.map(({ pipeline, partition }) => ledger.runs.get(pipeline, backfillRunId(pipeline, partition, tag))),
    );
    return runs.filter((run) => run?.status === 'pending');
  };
  /** As the queue does it: a message whose taker dies comes again. */
  const take = async (message: StartMessage): Promise<void> => {
    try {
      await dispatch(message, services);
    } catch (error) {
      if (!(error instanceof Error && error.message === 'killed')) throw error;
      queue.push(message);
    }
  };
  return {
    ledger,
    services,
    plan,
    queue,
    calls,
    take,
    most: () => mostUnderWay,
    /** Takes messages until none is left, and ends what is under way, until nothing is. */
    settle: async (pick: (length: number) => number = () => 0): Promise<void> => {
      for (let turn = 0; turn < 500; turn += 1) {
        if (queue.length === 0 || (queue.length === 1 && queue[0]?.kind === 'advance' && queue[0].look)) {
          const [run] = await underWay();
          mostUnderWay = Math.max(mostUnderWay, (await underWay()).length);
          if (run) {
            const execution = `${machines.replace('stateMachine', 'execution')}:heddle-${run.pipeline}:${run.run}`;
            const call = {
              pipeline: run.pipeline,
              definitionHash: 'abc',
              execution,
              input: { run: run.run },
              control: [],
            };
            const state = await begin(call, services);
            await finish({ run: state.run, stages: [], chosen: {}, output: { kind: 'value', value: 1 } }, services);
            continue;
          }
          if (queue.length === 0) return;
          looked += 1;
        }
        const [message] = queue.splice(pick(queue.length), 1);
        if (message) await take(message);
      }
      throw new Error('it does not come to an end');
    },
  };
};

const ended = async (tag: string) => {
  const { status, states } = (await workshop.local.ledger.backfills.get(tag)) ?? {};
  const executions = [await workshop.executions(`first${tag}`), await workshop.executions(`second${tag}`)];
  return { status, states, executions };
};
const whole = { status: 'completed', states: 'cccccc', executions: [3, 3] };

test('each run once, in order, two at once; then nothing is left to do', async () => {
  const world = await openBackfill('plain');
  await world.settle();
  expect(await ended('plain')).toEqual(whole);
  expect(world.most()).toBe(2);
  for (const { pipeline, partition } of world.plan.filter(({ after }) => after.length > 0)) {
    const run = await world.ledger.runs.get(pipeline, backfillRunId(pipeline, partition, 'plain'));
    expect(run?.upstream).toEqual({
      first: expect.objectContaining({ run: backfillRunId('firstplain', partition, 'plain') }),
    });
  }
});

test('messages that come twice, late and in any order change nothing', async () => {
  const world = await openBackfill('twice');
  let seed = 7;
  const push = world.queue.push.bind(world.queue);
  world.queue.push = (...messages) =>
    push(...messages, ...messages.filter((each) => each.kind !== 'advance' || !each.look));
  await world.settle((length) => {
    seed = (seed * 16_807) % 2_147_483_647;
    return seed % length;
  });
  expect(await ended('twice')).toEqual(whole);
});

test('a crash at any call, while it goes on or starts a run, loses nothing and starts nothing twice', async () => {
  for (let dies = 0; ; dies += 1) {
    const tag = `crash${dies}`;
    const world = await openBackfill(tag);
    const [first] = world.queue.splice(0);
    if (!first) throw new Error('no message');
    Object.assign(world.calls, { made: 0, dies });
    await world.take(first);
    const next = world.queue.shift();
    if (next) await world.take(next);
    const isOver = world.calls.made <= dies;
    Object.assign(world.calls, { dies: Number.POSITIVE_INFINITY });
    await world.settle();
    expect(await ended(tag)).toEqual(whole);
    if (isOver) break;
  }
});

test('whoever goes on with it dies at any call, and comes again at once: it is looked at once more all the same', async () => {
  for (let dies = 0; ; dies += 1) {
    const world = await openBackfill(`looks${dies}`);
    Object.assign(world.calls, { dies });
    const [first] = world.queue.splice(0);
    if (first) await world.take(first);
    const isOver = world.calls.made <= dies;
    const again = first ? world.queue.indexOf(first) : -1;
    Object.assign(world.calls, { dies: Number.POSITIVE_INFINITY });
    if (first && again >= 0) await world.take(...(world.queue.splice(again, 1) as [StartMessage]));
    expect([dies, world.queue]).toEqual([dies, expect.arrayContaining([expect.objectContaining({ look: true })])]);
    if (isOver) break;
  }
});

test('whoever goes on with it meets another, and has to begin again some seconds later: the next look comes when it is due', async () => {
  const world = await openBackfill('met');
  const looks = () => world.queue.splice(0).filter((message) => message.kind === 'advance' && message.look);
  const began = Date.now();
  let ms = began;
  const { backfills } = world.services.ledger;
  const advance: typeof backfills.advance = async (before, after) => {
    if (ms > began) return backfills.advance(before, after);
    ms += 5_000;
    return false;
  };
  const ledger = { ...world.services.ledger, backfills: { ...backfills, advance } };
  const services: Services = { ...world.services, ledger, now: () => ms };
  const goOn = async (messages: readonly StartMessage[]) => {
    for (const message of messages) await dispatch(message, services);
  };
  await goOn(looks());
  const next = looks();
  expect(next).toHaveLength(1);
  ms = began + 60_000; // the queue holds it back so long from when it was sent
  await goOn(next);
  expect(looks()).toHaveLength(1);
});

test('one that had failed goes on when a run of it is mended: it is looked at again', async () => {
  const world = await openBackfill('mended');
  world.queue.splice(0);
  const { backfills, runs } = world.ledger;
  const record = await backfills.get('mended');
  if (!record) throw new Error('it was created');
  const states = lettersOf(['completed', 'completed', 'completed', 'completed', 'failed', 'blocked']);
  await backfills.advance(record, { status: 'failed', states, others: {}, endedAt: record.createdAt });
  const run = backfillRunId('firstmended', 'c', 'mended');
  await runs.create(runRecord('firstmended', run, { partition: 'c', endedAt: record.createdAt }));
  await world.take({ kind: 'advance', backfill: 'mended', pipeline: 'firstmended', run });
  expect(await backfills.get('mended')).toMatchObject({ status: 'running', nextLookAt: expect.any(String) });
  expect(world.queue).toEqual([
    expect.objectContaining({ kind: 'advance', look: true }),
    expect.objectContaining({ kind: 'backfill', pipeline: 'secondmended', partition: 'c' }),
  ]);
});

test('a backfill that there is not is refused', async () => {
  await expect(dispatch({ kind: 'advance', backfill: 'nope', pipeline: 'orders' }, workshop.services)).rejects.toThrow(
    'HDL450 there is no backfill nope. Fix: see heddle backfills',
  );
});

test('a run whose upstream failed meanwhile is recorded as skipped, with the reason', async () => {
  await workshop.deploy('above');
  await workshop.deploy('below', { upstream: { above: 'above' } });
  const asks = { kind: 'backfill', pipeline: 'below', backfill: 'x', partition: 'p' } as const;
  const reason = 'upstream above is missing for partition p';
  const value = { kind: 'value', value: {} } as const;
  expect(await dispatch({ ...asks, input: value }, workshop.services)).toEqual({ kind: 'notStarted', reason });
  const run = await workshop.local.ledger.runs.get('below', backfillRunId('below', 'p', 'x'));
  expect(run).toMatchObject({ status: 'skipped', cause: reason, backfill: 'x' });
  const gone = { ...asks, pipeline: 'above', input: { kind: 'run', run: 'gone' } } as const;
  expect(await dispatch(gone, workshop.services)).toMatchObject({ reason: expect.stringContaining('no longer') });
});

test('steps of random plans: at most so many at once, nothing before what it needs, and an end', () => {
  const plans = fc.array(fc.tuple(fc.array(fc.nat(), { maxLength: 3 }), fc.boolean()), { minLength: 1, maxLength: 25 });
  fc.assert(
    fc.property(plans, fc.integer({ min: 1, max: 4 }), (drawn, concurrency) => {
      const plan = drawn.map(([needs], place) => ({
        pipeline: 'p',
        partition: String(place),
        after: place === 0 ? [] : [...new Set(needs.map((need) => need % place))],
        input: { kind: 'value', value: {} } as const,
      }));
      let states: readonly PlannedState[] = plan.map(() => 'waiting');
      while (endOf(states) === undefined) {
        const next = nextRuns(plan, states, concurrency);
        for (const place of next)
          expect(plan[place]?.after.every((needed) => states[needed] === 'completed')).toBe(true);
        states = settled(plan, states, new Map(next.map((place) => [place, 'asked'])));
        const asked = [...states.keys()].filter((place) => states[place] === 'asked');
        expect(asked.length).toBeGreaterThan(0);
        expect(asked.length).toBeLessThanOrEqual(concurrency);
        const [first = 0] = asked;
        states = settled(plan, states, new Map([[first, drawn[first]?.[1] ? 'completed' : 'failed']]));
      }
      for (const [place, { after }] of plan.entries())
        expect(states[place] === 'blocked').toBe(
          after.some((needed) => states[needed] === 'failed' || states[needed] === 'blocked'),
        );
    }),
  );
});

test.each(['queue', 'skip', 'cancelRunning'] as const)('at a gate with %s, runs of backfills give way', (overlap) => {
  const policy: AdmissionPolicy = { overlap, maxRuns: 1, maxQueued: 1 };
  const empty: Gate = { running: [], queued: [], owed: [], version: 0 };
  let gate = ['b1', 'b2', 'b3'].reduce((at, name) => enter(at, name, policy, true).gate, empty);
  expect(gate).toMatchObject({ running: ['b1'], queued: ['b2', 'b3'] });
  const live = enter(gate, 'live', policy);
  expect(live).toMatchObject({
    answer: { kind: 'queued', ahead: 0 },
    gate: { queued: ['live', 'b2', 'b3'], owed: [] },
  });
  gate = leave(live.gate, ['b1'], policy.maxRuns);
  expect(gate).toMatchObject({ running: ['live'], queued: ['b2', 'b3'], givingWay: ['b2', 'b3'] });
  gate = leave(leave(gate, ['live'], 1), ['b2'], 1);
  expect(gate).toMatchObject({ running: ['b3'], queued: [], givingWay: ['b3'] });
});
