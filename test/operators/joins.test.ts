// Pipelines that wait for others: for several of their partitions, for any of them, or only for so long.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import type { Mapping } from '../../lib/definition/index.ts';
import {
  all,
  and,
  by,
  completed as completedOf,
  daily,
  definePipeline,
  eq,
  fixed,
  from,
  keys,
  lastDays,
  ne,
} from '../../lib/definition/index.ts';
import { dispatch, type Outcome, type Services } from '../../lib/operators/index.ts';
import type { PipelineManifest, RunFacts, UpstreamUse } from '../../lib/records/index.ts';
import { type ManualClock, manualClock } from '../local/manual-clock.ts';
import { type AtWork, atWork } from './at-work.ts';
import { openWorkshop, type Workshop } from './workshop.ts';

const days = daily({ from: '2026-01-01' });
const grid = by({ day: days, source: keys(['web', 'shop']) });
const hourMs = 3_600_000;

let clock: ManualClock;
let workshop: Workshop;
let work: AtWork;
const above = { kind: 'pipeline' } as unknown as Parameters<typeof from>[0];
const use = (options: { map?: Mapping; policy?: 'any'; deadline?: '2h' }): UpstreamUse => from(above, options).use;

const named = (name: string) =>
  definePipeline(name, { input: z.object({}), partitions: days }, () => 'the id of a run');
/** Both upstreams have given something, and not the id that a test says is bad. */
const { when } = definePipeline(
  'careful',
  {
    input: z.object({}),
    partitions: days,
    upstream: { sentiment: named('sentiment'), trends: named('trends') },
    when: ({ upstream, partition }) =>
      and(ne(upstream.trends, null as never), eq(partition.key, '2026-01-05'), completedOf(named('model'))),
  },
  () => 0,
);
if (!when) throw new Error('it has a condition');

beforeEach(async () => {
  clock = manualClock('2026-02-01T00:00:00Z');
  workshop = await openWorkshop({ clock });
  work = atWork(workshop.services);
  const deployed: { readonly [pipeline: string]: Partial<PipelineManifest> } = {
    collect: { partitions: grid },
    sentiment: { partitions: days },
    trends: { partitions: days },
    model: {},
    week: { partitions: days, upstream: { week: 'sentiment' }, uses: { week: use({ map: lastDays(3) }) } },
    merge: { partitions: days, upstream: { parts: 'collect' }, uses: { parts: use({ map: all('source') }) } },
    first: {
      partitions: days,
      upstream: { parts: 'collect' },
      uses: { parts: use({ map: all('source'), policy: 'any' }) },
    },
    either: { partitions: days, upstream: { sentiment: 'sentiment', trends: 'trends' }, join: { need: 'any' } },
    careful: { partitions: days, upstream: { sentiment: 'sentiment', trends: 'trends' }, when },
    eager: { partitions: days, upstream: { sentiment: 'sentiment', trends: 'trends' }, join: { need: 'any' }, when },
    late: {
      partitions: days,
      upstream: { sentiment: 'sentiment', trends: 'trends' },
      uses: { trends: use({ deadline: '2h' }) },
    },
    scored: {
      partitions: days,
      upstream: { day: 'sentiment', model: 'model' },
      uses: { model: use({ map: fixed('v1') }) },
    },
  };
  for (const [pipeline, manifest] of Object.entries(deployed)) await workshop.deploy(pipeline, manifest);
});
afterEach(() => workshop.local.close());

const completed = async (pipeline: string, partition: string, id = 'first'): Promise<RunFacts> => {
  await clock.advance(1_000); // a newer run is a later one
  const run = await work.start(pipeline, id, partition);
  await work.end(run);
  return run;
};
const tell = (pipeline: string, run: RunFacts): Promise<Outcome> =>
  dispatch(work.told(pipeline, run), workshop.services);
const runOf = (outcome: Outcome): string => {
  if ('run' in outcome) return outcome.run;
  throw new Error(JSON.stringify(outcome));
};
const stateOf = async (pipeline: string, partition: string) =>
  (await workshop.local.ledger.standings().of(pipeline, [partition]))[0];

describe('several partitions of an upstream', () => {
  test('all sources of a day: the last to complete starts it, once, and it reads all of them by key', async () => {
    const web = await completed('collect', '2026-01-05|web');
    expect(await tell('merge', web)).toEqual({
      kind: 'notStarted',
      reason: 'upstream collect is missing for partition 2026-01-05|shop',
    });
    const shop = await completed('collect', '2026-01-05|shop');
    const [one, other] = await Promise.all([tell('merge', shop), tell('merge', web)]);
    expect([one.kind, other.kind].sort()).toEqual(['duplicate', 'started']);
    expect(await work.valueOf('merge', runOf(one), 'parts')).toEqual([
      { key: '2026-01-05|shop', output: shop.id },
      { key: '2026-01-05|web', output: web.id },
    ]);
    expect(await workshop.executions('merge')).toBe(1);
  });

  test('the last days: an event asks for each day that reads it, and those start that have all', async () => {
    const runs = [];
    for (const day of ['2026-01-04', '2026-01-05', '2026-01-06']) runs.push(await completed('sentiment', day));
    const [, middle] = runs;
    if (!middle) throw new Error('no run');
    expect(await tell('week', middle)).toEqual({ kind: 'spread', partitions: 3 });
    const outcomes = await work.pump();
    expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['notStarted', 'notStarted', 'started']);
    const run = runOf(outcomes.find(({ kind }) => kind === 'started') ?? { kind: 'notStarted', reason: 'none' });
    expect(await work.valueOf('week', run, 'week')).toEqual(
      runs.map(({ id, partition }) => ({ key: partition, output: id })),
    );
  });

  test('a re-run of one gives one new run of each that read it, and makes it stale until then', async () => {
    for (const day of ['2026-01-01', '2026-01-02']) await tell('week', await completed('sentiment', day));
    await work.pump();
    for (const { run } of await workshop.local.ledger.runs.latest('week', 9))
      await work.end(await work.begun('week', run));
    expect(await workshop.executions('week')).toBe(2);
    const again = await completed('sentiment', '2026-01-01', 'again');
    expect(await stateOf('week', '2026-01-02')).toMatchObject({
      state: 'stale',
      because: 'sentiment 2026-01-01 was run again',
    });
    for (let time = 0; time < 3; time++) await tell('week', again);
    await work.pump();
    expect(await workshop.executions('week')).toBe(4);
  });

  test('one that is always the same lets all start that wait for it, and none again', async () => {
    const day = await completed('sentiment', '2026-01-02');
    expect(await tell('scored', day)).toMatchObject({ reason: 'upstream model is missing for partition v1' });
    const model = await completed('model', 'v1');
    expect(await tell('scored', model)).toEqual({ kind: 'spread', partitions: 31 });
    expect((await work.pump()).filter(({ kind }) => kind === 'started')).toHaveLength(1);
    await tell('scored', await completed('model', 'v1', 'again'));
    await work.pump();
    expect(await workshop.executions('scored')).toBe(1);
    expect(await tell('scored', await completed('model', 'v2'))).toMatchObject({ kind: 'notStarted' });
  });
});

describe('any of them', () => {
  test('starts once on the first, or on those that are first together; what comes later makes it stale', async () => {
    const web = await completed('collect', '2026-01-05|web');
    const run = runOf(await tell('first', web));
    await work.end(await work.begun('first', run));
    expect(await work.valueOf('first', run, 'parts')).toEqual([
      { key: '2026-01-05|shop', output: null },
      { key: '2026-01-05|web', output: web.id },
    ]);
    const shop = await completed('collect', '2026-01-05|shop');
    expect(await tell('first', shop)).toEqual({ kind: 'notStarted', reason: `${run} has gone on without it` });
    expect(await stateOf('first', '2026-01-05')).toMatchObject({
      state: 'stale',
      because: 'collect 2026-01-05|shop came after it',
    });
    const again = await completed('collect', '2026-01-05|web', 'again');
    const [one, other] = await Promise.all([tell('first', again), tell('first', again)]);
    expect([one.kind, other.kind].sort()).toEqual(['duplicate', 'started']);
    await work.end(await work.begun('first', runOf(one)));
    expect(await stateOf('first', '2026-01-05')).toMatchObject({ state: 'completed' });
    expect(await workshop.executions('first')).toBe(2);
  });

  test('of pipelines: whichever is first, however close they come', async () => {
    const runs = await Promise.all([
      work.start('sentiment', 'a', '2026-01-05'),
      work.start('trends', 'b', '2026-01-05'),
    ]);
    await Promise.all(
      runs.map(async (run) => {
        await work.end(run);
        await tell('either', run);
      }),
    );
    expect(await workshop.executions('either')).toBe(1);
  });

  test('a start that died after its record is taken up by the next message', async () => {
    const web = await completed('collect', '2026-01-05|web');
    const dies: Services = {
      ...workshop.services,
      aws: {
        ...workshop.local.aws,
        call: (service, operation, input) =>
          operation === 'StartExecution'
            ? Promise.reject(new Error('the Lambda was killed'))
            : workshop.local.aws.call(service, operation, input),
      },
    };
    await expect(dispatch(work.told('first', web), dies)).rejects.toThrow('killed');
    expect(await workshop.executions('first')).toBe(0);
    await tell('first', web);
    await tell('first', web);
    expect(await workshop.executions('first')).toBe(1);
  });
});

describe('all, but not for longer than a deadline', () => {
  test('goes on without what is missing, says so, and does not start again when it comes', async () => {
    const day = await completed('sentiment', '2026-01-05');
    expect(await tell('late', day)).toMatchObject({ reason: 'upstream trends is missing for partition 2026-01-05' });
    await tell('late', day);
    expect((await work.pump()).length).toBe(0);
    for (let quarter = 0; quarter < 7; quarter++) {
      await clock.advance(hourMs / 4);
      await work.pump();
    }
    expect(await workshop.executions('late')).toBe(0);
    await clock.advance(hourMs / 4);
    const outcomes = await work.pump();
    expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['duplicate', 'started']);
    const run = runOf(outcomes[0] ?? { kind: 'notStarted', reason: '' });
    expect(await workshop.local.ledger.runs.get('late', run)).toMatchObject({
      trigger: { kind: 'upstream', detail: 'deadline 2026-02-01T02:00:01.000Z' },
      without: { trends: [{ pipeline: 'trends', partition: '2026-01-05' }] },
    });
    expect(await work.valueOf('late', run, 'sentiment')).toBe(day.id);
    expect(await work.valueOf('late', run, 'trends')).toBeNull();
    await work.end(await work.begun('late', run));
    expect(await tell('late', await completed('trends', '2026-01-05'))).toMatchObject({ kind: 'notStarted' });
    expect(await stateOf('late', '2026-01-05')).toMatchObject({ state: 'stale' });
    expect(await workshop.executions('late')).toBe(1);
  });

  test('starts at once when all are there, and the deadline then finds nothing to do', async () => {
    await tell('late', await completed('sentiment', '2026-01-05'));
    const outcome = await tell('late', await completed('trends', '2026-01-05'));
    expect(outcome.kind).toBe('started');
    await work.end(await work.begun('late', runOf(outcome)));
    for (let quarter = 0; quarter < 9; quarter++) {
      await clock.advance(hourMs / 4);
      await work.pump();
    }
    expect(await workshop.executions('late')).toBe(1);
  });

  test('but one without a deadline is waited for', async () => {
    await tell('late', await completed('trends', '2026-01-05'));
    for (let quarter = 0; quarter < 9; quarter++) {
      await clock.advance(hourMs / 4);
      await work.pump();
    }
    expect(await workshop.executions('late')).toBe(0);
    expect((await tell('late', await completed('sentiment', '2026-01-05'))).kind).toBe('started');
  });
});

describe('a condition on what is above', () => {
  const skippedOf = async (pipeline: string) =>
    (await workshop.local.ledger.runs.latest(pipeline, 9)).filter(({ status }) => status === 'skipped');

  test('that does not hold leaves one skipped run, however often and by whomever it is asked', async () => {
    const one = await completed('sentiment', '2026-01-05');
    const other = await completed('trends', '2026-01-05');
    const reason =
      'its condition does not hold: upstream.trends is "TRENDS", partition.key is "2026-01-05", model.status is "missing"';
    const outcomes = await Promise.all([one, other, one].map((run) => tell('careful', run)));
    expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['duplicate', 'duplicate', 'notStarted']);
    expect(await skippedOf('careful')).toMatchObject([
      { partition: '2026-01-05', cause: reason.replace('TRENDS', other.id), trigger: { kind: 'upstream' } },
    ]);
    expect(await workshop.local.ledger.runs.partition('careful', '2026-01-05')).toBeUndefined();
    expect(await workshop.executions('careful')).toBe(0);
  });

  test('is asked again when an upstream is run again; and of a person, never', async () => {
    await completed('sentiment', '2026-01-05');
    await tell('careful', await completed('trends', '2026-01-05'));
    await completed('model', '2026-01-05');
    const again = await completed('trends', '2026-01-05', 'again');
    const outcomes = await Promise.all([again, again].map((run) => tell('careful', run)));
    expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['duplicate', 'started']);
    await completed('sentiment', '2026-01-06');
    await completed('trends', '2026-01-06');
    expect(await work.start('careful', 'me', '2026-01-06')).toMatchObject({ partition: '2026-01-06' });
    expect(await workshop.executions('careful')).toBe(2);
  });

  test('where one upstream is enough, is asked as each comes, until a run starts, once', async () => {
    await completed('model', '2026-01-05');
    const sentiment = await completed('sentiment', '2026-01-05');
    for (let time = 0; time < 2; time++) await tell('eager', sentiment);
    expect(await skippedOf('eager')).toMatchObject([{ cause: expect.stringContaining('upstream.trends is null') }]);
    const trends = await completed('trends', '2026-01-05');
    const outcomes = await Promise.all([trends, sentiment, trends].map((run) => tell('eager', run)));
    expect(outcomes.filter(({ kind }) => kind === 'started')).toHaveLength(1);
    expect(await workshop.executions('eager')).toBe(1);
    expect(await skippedOf('eager')).toHaveLength(1);
  });

  test('holds for a start that died after its record: the next message takes it up', async () => {
    await completed('model', '2026-01-05');
    await completed('sentiment', '2026-01-05');
    const trends = await completed('trends', '2026-01-05');
    const call: Services['aws']['call'] = (service, operation, input) =>
      operation === 'StartExecution'
        ? Promise.reject(new Error('the Lambda was killed'))
        : workshop.local.aws.call(service, operation, input);
    const dies: Services = { ...workshop.services, aws: { ...workshop.local.aws, call } };
    for (const pipeline of ['careful', 'eager']) {
      await expect(dispatch(work.told(pipeline, trends), dies)).rejects.toThrow('killed');
      for (let time = 0; time < 2; time++) await tell(pipeline, trends);
      expect(await workshop.executions(pipeline)).toBe(1);
      expect(await skippedOf(pipeline)).toEqual([]);
    }
  });
});
