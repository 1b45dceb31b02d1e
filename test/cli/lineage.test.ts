// What `heddle lineage` finds from the records of a small history, and what it reads for that.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { fitted } from '../../lib/cli/lineage/report.ts';
import { by, daily, keys } from '../../lib/definition/index.ts';
import type { StageRecord } from '../../lib/records/index.ts';
import { openRecorded, type Recorded, runRecord } from './recorded.ts';

const inbox = 's3://inbox/drops/monday/orders.csv';
const written = 's3://payloads/artifacts/report/monday/r1/report.html';
let recorded: Recorded;

const completed = async (
  pipeline: string,
  run: string,
  stage: string,
  facts: Partial<StageRecord> = {},
): Promise<void> => {
  const { stages } = recorded.ledger;
  const { needs = [], ...rest } = facts;
  await stages.claim({ pipeline, run, stage }, 'a', '2026-01-01T10:00:00.000Z', { needs, choices: [] });
  const end = {
    endedAt: '2026-01-01T10:00:01.000Z',
    durationMs: 1_000,
    output: { kind: 'inline', json: '1' },
  } as const;
  await stages.complete({ pipeline, run, stage }, 'a', { ...end, ...rest });
};

beforeAll(async () => {
  recorded = await openRecorded({
    manifests: [
      { pipeline: 'collect' },
      { pipeline: 'report', upstream: { collected: 'collect' } },
      { pipeline: 'mail', upstream: { above: 'report' } },
    ],
    now: () => Date.parse('2026-02-01T00:00:00.000Z'),
  });
  const { runs } = recorded.ledger;
  const create = async (
    pipeline: string,
    run: string,
    facts: Parameters<typeof runRecord>[2],
    used = {},
  ): Promise<void> => {
    const record = runRecord(pipeline, run, { partition: 'monday', endedAt: '2026-01-01T10:00:05.000Z', ...facts });
    await runs.create(record);
    await runs.markPartition(
      { pipeline, partition: 'monday', run, status: 'completed', updatedAt: 'now', used },
      record.createdAt,
    );
  };
  await create('collect', 'c1', { trigger: { kind: 'object', identity: 'inbox/…/etag', detail: inbox } });
  const output = { kind: 'ref', source: { kind: 'stage', stage: 'compose' }, path: [] } as const;
  await create(
    'report',
    'r1',
    { upstream: { collected: { pipeline: 'collect', run: 'c1', partition: 'monday' } }, output, definitionHash: 'def' },
    { collect: { monday: 'c1' } },
  );
  await create(
    'mail',
    'm1',
    { upstream: { above: { pipeline: 'report', run: 'r1', partition: 'monday' } } },
    { report: { monday: 'r1' } },
  );
  await completed('collect', 'c1', 'read', { measured: { read: [inbox] } });
  await completed('report', 'r1', 'score', {
    fingerprint: { code: 'abc', contract: 'c', input: 'i' },
    spent: { usage: {}, models: { nova: { calls: 1, inputTokens: 1, outputTokens: 1, prompts: ['v3'] } } },
  });
  await completed('report', 'r1', 'compose', { needs: ['score'], measured: { wrote: [written] } });
});
afterAll(() => recorded.close());

/** The tree less the facts behind each name. */
const names = async (...words: readonly string[]) =>
  (await recorded.heddle('lineage', ...words)).stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/(\w) {2}.*/, '$1'));

test('up: from run to run, to the object that began it', async () => {
  expect(await names('mail/monday', '--up')).toEqual([
    'mail/monday',
    '└─ report/monday',
    '   └─ collect/monday',
    `      └─ ${inbox}`,
  ]);
  expect(await names('mail/monday', '--up', '--depth', '1')).toEqual(['mail/monday', '└─ report/monday']);
});

test('up, through stages: by which code, model and prompt', async () => {
  const { stdout } = await recorded.heddle('lineage', 'report/monday', '--stages');
  expect(stdout.split('\n')[2]).toBe(
    '   └─ report/score/monday  run r1  2026-01-01 10:00  code abc  model nova  prompt v3',
  );
  expect(await names('report/monday', '--stages')).toEqual([
    'report/monday',
    '└─ report/compose/monday',
    '   └─ report/score/monday',
    '      └─ collect/monday',
  ]);
});

test('down: who read it, and what they wrote', async () => {
  expect(await names('collect/monday', '--down')).toEqual([
    'collect/monday',
    '└─ report/monday',
    '   ├─ mail/monday',
    `   └─ ${written}`,
  ]);
  expect(await names('report/score/monday', '--down')).toEqual([
    'report/score/monday',
    '└─ report/compose/monday',
    '   ├─ report/monday',
    '   │  ├─ mail/monday',
    `   │  └─ ${written}`,
    `   └─ ${written}`,
  ]);
});

test('objects: what an artifact was written from, what a dropped one has started', async () => {
  expect(await names(written, '--up', '--depth', '2')).toEqual([written, '└─ report/monday', '   └─ collect/monday']);
  expect(await names(inbox, '--down', '--depth', '1')).toEqual([inbox, '└─ collect/monday']);
});

test('as edges, one a line', async () => {
  const { stdout } = await recorded.heddle('lineage', 'report/monday', '--json');
  expect(
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toMatchObject([
    {
      from: 'collect/monday',
      fromRun: 'c1',
      to: 'report/monday',
      run: 'r1',
      definition: 'def',
      depth: 1,
      direction: 'up',
    },
    { from: inbox, to: 'collect/monday', run: 'c1', depth: 2 },
  ]);
});

test('it reads what lies on the way, and nothing else', async () => {
  const { calls } = await recorded.heddle('lineage', 'mail/monday');
  const asked = calls.map(({ operation }) => operation).sort();
  expect(asked).toEqual([...Array(4).fill('GetItem'), ...Array(3).fill('Query')]); // a partition, three runs, their stages
  const { calls: below } = await recorded.heddle('lineage', 'collect/monday', '--down');
  expect(below.length).toBeLessThanOrEqual(12);
  expect(below.filter(({ operation }) => operation === 'Scan')).toEqual([]);
});

test('down: of more partitions below than are looked at, it says how many are not', async () => {
  const select = [{ kind: 'fixed', key: 'all' }] as const;
  const partitions = daily({ from: '2024-10-01' }); // 488 of them
  const uses = { rates: { select, need: 'all' } } as const;
  const { ledger, heddle, close } = await openRecorded({
    manifests: [{ pipeline: 'rates' }, { pipeline: 'days', upstream: { rates: 'rates' }, partitions, uses }],
    now: () => Date.parse('2026-02-01T00:00:00.000Z'),
  });
  try {
    for (const [pipeline, partition, run] of [
      ['rates', 'all', 'r1'],
      ['days', '2026-01-31', 'd1'],
      ['days', '2024-10-01', 'd2'],
    ] as const) {
      const record = runRecord(pipeline, run, { partition, endedAt: '2026-01-01T10:00:05.000Z' });
      await ledger.runs.create(record);
      const used = pipeline === 'days' ? { rates: { all: 'r1' } } : {};
      const facts = { pipeline, partition, run, status: 'completed', updatedAt: 'now', used } as const;
      await ledger.runs.markPartition(facts, record.createdAt);
    }
    const { stdout } = await heddle('lineage', 'rates/all', '--down');
    expect(stdout.split('\n').map((line) => line.split('  ')[0])).toEqual([
      'rates/all',
      '├─ days/2026-01-31',
      '└─ … and 88 more partitions of days that were not looked at',
      '',
    ]);
    const edges = (await heddle('lineage', 'rates/all', '--down', '--json')).stdout.trim().split('\n');
    expect(edges.map((edge) => JSON.parse(edge))).toMatchObject([
      { from: 'rates/all', to: 'days/2026-01-31' },
      { from: 'rates/all', unseen: { days: 88 } },
    ]);
    const { stderr } = await heddle('lineage', 'rates/all', '--down');
    expect(stderr).toBe(
      'Of each pipeline below an artifact the last 400 partitions were looked at: more with --partitions N.\n',
    );
    const all = await heddle('lineage', 'rates/all', '--down', '--partitions', '488');
    expect(all.stderr).toBe('');
    expect(all.stdout.split('\n').map((line) => line.split('  ')[0])).toEqual([
      'rates/all',
      '├─ days/2024-10-01',
      '└─ days/2026-01-31',
      '',
    ]);
  } finally {
    await close();
  }
});

test('down, from each source of a day: that not all was looked at is said once', async () => {
  const day = daily({ from: '2026-01-01' });
  const select = [
    { kind: 'last', every: 'day', count: 3 },
    { kind: 'all', dimension: 'source' },
  ] as const;
  const uses = { rates: { select, need: 'all' } } as const;
  const { ledger, heddle, close } = await openRecorded({
    manifests: [
      { pipeline: 'rates', partitions: by({ day, source: keys(['shop', 'web', 'post']) }) },
      { pipeline: 'days', upstream: { rates: 'rates' }, partitions: day, uses },
    ],
    now: () => Date.parse('2026-02-01T00:00:00.000Z'),
  });
  try {
    for (const partition of ['2026-01-02|shop', '2026-01-02|web']) {
      const record = runRecord('rates', `r-${partition.slice(11)}`, { partition });
      await ledger.runs.create(record);
      const facts = { pipeline: 'rates', partition, run: record.run, status: 'completed', updatedAt: 'now' } as const;
      await ledger.runs.markPartition(facts, record.createdAt);
    }
    const { stdout, stderr } = await heddle('lineage', 'rates/2026-01-02', '--down', '--partitions', '1');
    expect(stdout.match(/and 2 more partitions of days/g)).toHaveLength(2);
    expect(stderr).toBe(
      'Of each pipeline below an artifact the last partition was looked at from 2 of the 2 asked for: more with --partitions N.\n',
    );
  } finally {
    await close();
  }
});

test.each([
  [60, ['report/monday  run r1', '└─ s3://payloads/artifacts/report/monday/r1/report.html']],
  [30, ['report/monday  run r1', '└─ s3://payload…r1/report.html']],
  [18, ['report/monday  ru…', '└─ s3://p…ort.html']],
])('in %d columns, an object keeps the end of its name', (width, expected) => {
  expect(fitted(width, ['report/monday  run r1', `└─ ${written}`])).toEqual(expected);
});

test('--run of an object', async () => {
  expect(await recorded.heddle('lineage', inbox, '--run', 'c1')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^HDL603 --run was given with s3:/),
  });
});

test.each([
  ['mial/monday', /HDL812 'mial\/monday' is of no pipeline .* did you mean mail\/monday\?/],
  ['mail', /HDL812 'mail' names no artifact; expected pipeline\/partition/],
  [
    'mail/tuesday',
    /HDL812 there is no mail\/tuesday; expected a partition of mail that was run. Fix: see npx heddle partitions mail,/,
  ],
  ['report/publish/monday', /there is no report\/publish\/monday; expected a stage of the run r1: compose, score/],
])('%s is no artifact', async (name, message) => {
  expect(await recorded.heddle('lineage', name)).toMatchObject({ code: 2, stderr: expect.stringMatching(message) });
});
