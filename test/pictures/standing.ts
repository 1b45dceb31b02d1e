// What stands open in the story as the pictures are taken: dead letters, runs under way, backfills, a pool.
import type { Ledger } from '../../lib/ledger/index.ts';
import type { Table } from '../../lib/ledger/table.ts';
import { type DeadLetter, lettersOf, type PlannedState, poolOwner } from '../../lib/records/index.ts';
import type { Aws } from '../../lib/support/aws-call.ts';
import { day, hour, idOf, inline, iso, midnight, minute, now, write } from './sketch.ts';

export const noAnswer =
  'the model gave no answer for 30 s: HTTP 529 {"type":"overloaded_error","message":"Overloaded"}';
const noLabel = 'the answer is no label: <b>neutral-ish</b>; expected positive, negative or neutral';

const letterOf = (place: number, more: Partial<DeadLetter> = {}): DeadLetter => ({
  pipeline: 'classify',
  run: idOf('classify', day(place)),
  partition: day(place),
  stage: 'score',
  error: 'Heddle.Permanent',
  cause: noLabel,
  attempts: 1,
  input: inline({ text: 'Arrived <late>, but the shop called me before I could ask. Would buy again.' }),
  firstAt: iso(midnight + (place + 1) * 24 * hour + 5 * hour + 80_000),
  lastAt: iso(midnight + (place + 1) * 24 * hour + 5 * hour + 95_000),
  definitionHash: 'a41f07c2e9d3',
  ...more,
});

export const writeLetters = async (ledger: Ledger, queueUrl: string): Promise<void> => {
  for (const item of [4, 87, 205]) await ledger.deadLetters.write(letterOf(29, { item }), queueUrl);
  await ledger.deadLetters.write(
    letterOf(16, {
      stage: 'audit',
      error: 'Heddle.Timeout',
      cause: noAnswer,
      attempts: 3,
      input: inline({ scored: 312 }),
    }),
    queueUrl,
  );
  await ledger.lostStarts.record({
    id: '5c0e71b2aa90',
    pipeline: 'collect',
    trigger: 's3://heddle-inbox/reviews/january.csv',
    error: 'Heddle.Permanent',
    cause:
      'HDL403 the key reviews/january.csv has no partition; expected reviews/{partition}.csv with a day, such as 2026-01-31',
    attempts: 3,
    firstAt: iso(now - 20 * hour),
    lastAt: iso(now - 19 * hour),
    message: inline({ kind: 'object', pipeline: 'collect' }),
    attributes: {},
  });
};

/** Under way as the pictures are taken. */
export const writeOpen = async (ledger: Ledger, table: Table): Promise<void> => {
  const at = now - 75_000;
  const under = { status: 'running' } as const;
  const id = idOf('collect', day(30));
  await write(ledger, table, 'collect', day(30), {
    ...under,
    at,
    sketches: [
      [
        'read',
        0,
        8,
        {
          attempts: 2,
          tries: [
            { at: iso(at + 2_000), ms: 2_500, error: 'Heddle.Transient' },
            { at: iso(at + 6_000), ms: 4_000 },
          ],
        },
      ],
      ['describe', 8.4, 12],
    ],
    more: { trigger: { kind: 'object', identity: id, detail: `s3://heddle-inbox/reviews/${day(30)}.csv` } },
  });
  await ledger.stages.claim({ pipeline: 'collect', run: id, stage: 'clean' }, 'owner', iso(at + 11_000), {
    needs: ['read'],
  });
  await write(ledger, table, 'customerEscalations', 'refund-of-order-2026-0131-northern-warehouse', {
    status: 'pending',
    at: now - 30_000,
    sketches: [],
    more: {
      waits: 'its pipeline is paused by ana: the model is being changed',
      trigger: { kind: 'manual', identity: 'x', detail: 'ana with heddle' },
    },
  });
};

export const writeBackfills = async (ledger: Ledger): Promise<void> => {
  const plan = Array.from({ length: 30 }, (_, place) => ({
    pipeline: place % 2 === 0 ? 'trends' : 'report',
    partition: day(Math.floor(place / 2)),
    after: place % 2 === 0 ? [] : [place - 1],
    input: { kind: 'value', value: {} },
  }));
  const states: readonly PlannedState[] = plan.map((_, place) =>
    place < 17 ? 'completed' : place === 18 ? 'failed' : place === 19 ? 'blocked' : place < 23 ? 'asked' : 'waiting',
  );
  const record = { plan: inline(plan), by: 'ana with heddle', version: 1 };
  await ledger.backfills.create({
    ...record,
    id: 'report-20260131-4e1f',
    pipeline: 'report',
    what: 'report and what it is made from, 2026-01-01 to 2026-01-15: stale and missing ones',
    status: 'running',
    states: lettersOf(states),
    concurrency: 3,
    createdAt: iso(now - 9 * minute),
  });
  await ledger.backfills.create({
    ...record,
    id: 'classify-20260119-90aa',
    pipeline: 'classify',
    what: 'classify, 2026-01-01 to 2026-01-15: made by prompt v2 and score<0.8',
    status: 'completed',
    states: lettersOf(plan.map(() => 'completed')),
    concurrency: 5,
    createdAt: iso(now - 12 * 24 * hour),
    endedAt: iso(now - 12 * 24 * hour + 16 * minute),
  });
};

export const writePools = async (ledger: Ledger): Promise<void> => {
  const run = { pipeline: 'classify', id: idOf('classify', day(30)), execution: '' };
  for (let batch = 0; batch < 7; batch++)
    await ledger.pools.enter(
      {
        pool: 'model',
        key: '',
        limits: { slots: 4, intervalMs: 100, perMs: minute, agingMs: 10 * minute },
        owner: poolOwner(run, 'score', batch),
        since: now - (70 - batch) * 1_000,
        low: batch > 5,
        holdMs: hour,
        givesUpAt: now + hour,
      },
      now - (70 - batch) * 1_000,
    );
};

export const writeLogs = async (aws: Aws): Promise<void> => {
  const place = 16;
  const at = midnight + (place + 1) * 24 * hour + 5 * hour + minute;
  const lines = [
    [44, 'INFO', 'asking the model', { attempt: 1 }],
    [54, 'WARN', 'no answer yet', { waitedMs: 10_000 }],
    [75, 'ERROR', 'the attempt failed', { error: noAnswer }],
  ] as const;
  const logGroupName = '/aws/lambda/heddle-classify-audit';
  await aws.call('logs', 'WriteLogLines', {
    logGroupName,
    logStreamName: '2026/01/18',
    logEvents: lines.map(([seconds, level, message, fields]) => ({
      timestamp: at + seconds * 1_000,
      message: JSON.stringify({ level, message, run: idOf('classify', day(place)), stage: 'audit', ...fields }),
    })),
  });
};
