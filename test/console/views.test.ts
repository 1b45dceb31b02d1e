// Pages from small facts: what they say, and that nothing in them is more than text.
import { expect, test } from '@jest/globals';
import {
  approvalsPage,
  backfillPage,
  backfillsPage,
  calendarPage,
  comparePage,
  costPage,
  documentOf,
  gridPage,
  homePage,
  letterPage,
  lettersPage,
  lineagePage,
  type Page,
  poolsPage,
  qualityPage,
  regionHtml,
  runPage,
  runsPage,
  searchPage,
  stagePage,
  textOf,
  vanishedRun,
} from '../../lib/console/index.ts';
import type { BackfillRecord, DeadLetter, RunRecord, StageRecord } from '../../lib/records/index.ts';

const evil = '<img src=x onerror="alert(1)">';
const run: RunRecord = {
  pipeline: 'orders',
  run: 'a-1',
  partition: '2026-01-31',
  status: 'failed',
  trigger: { kind: 'manual', identity: 'a', detail: evil },
  input: { kind: 'inline', json: '{}' },
  upstream: { rates: { pipeline: 'rates', run: 'r-1' } },
  createdAt: '2026-01-31T08:00:00.000Z',
  startedAt: '2026-01-31T08:00:01.000Z',
  endedAt: '2026-01-31T08:00:05.000Z',
  deadLetters: 2,
  error: 'Heddle.RunFailed',
  cause: evil,
};
const stage: StageRecord = {
  stage: 'score',
  status: 'failed',
  attempts: 2,
  startedAt: '2026-01-31T08:00:01.000Z',
  endedAt: '2026-01-31T08:00:04.000Z',
  durationMs: 3_000,
  error: 'Heddle.Permanent',
  cause: evil,
  tries: [
    { at: '2026-01-31T08:00:01.000Z', ms: 1_000, error: 'Heddle.Transient' },
    { at: '2026-01-31T08:00:03.000Z', ms: 1_000, error: 'Heddle.Permanent' },
  ],
};
const letter: DeadLetter = {
  pipeline: 'orders',
  run: 'a-1',
  partition: '2026-01-31',
  stage: 'score',
  item: 7,
  error: 'Heddle.Permanent',
  cause: evil,
  attempts: 2,
  firstAt: '2026-01-31T08:00:01.000Z',
  lastAt: '2026-01-31T08:00:04.000Z',
  definitionHash: 'h',
};
const backfill: BackfillRecord = {
  id: 'orders-1',
  pipeline: 'orders',
  what: evil,
  status: 'running',
  plan: { kind: 'inline', json: '[]' },
  states: '.',
  concurrency: 5,
  by: evil,
  createdAt: '2026-01-31T08:00:00.000Z',
  version: 1,
};
const side = { run, stages: [stage], input: { missing: evil }, output: { value: { text: evil } } };
const runFacts = {
  run,
  stages: [stage],
  planned: ['score', 'publish'],
  needs: new Map([['publish', ['score']]]),
  done: new Map<string, number>(),
  unknown: undefined,
  until: '2026-01-31T08:00:05.000Z',
  deadLetters: [letter],
  moreLetters: false,
  audit: [{ id: 'asked', at: run.createdAt, by: evil, what: 'asked' as const, detail: evil }],
  input: { value: { text: evil } },
  output: { value: { text: evil } },
};
const cost = { key: evil, runs: 2, aws: 0.5, models: 1, calls: 0, total: 1.5 };

const pages: readonly (readonly [string, Page, readonly string[]])[] = [
  [
    'home',
    homePage({
      pipelines: [
        { pipeline: 'orders', upstream: ['rates'], runs: [run], open: 3 },
        { pipeline: 'rates', upstream: [], runs: [], open: 0 },
      ],
      openBeyond: true,
    }),
    ['3 runs or more under way', 'no run yet', '2 dead letters'],
  ],
  ['runs', runsPage({ runs: [run], each: 15 }), ['a-1', '15 newest runs']],
  ['failed runs', runsPage({ runs: [run], each: 100, only: 'failed' }), ['Failed ones among the 100 newest runs']],
  ['no open runs', runsPage({ runs: [], each: 100, only: 'open' }), ['There is none.']],
  [
    'grid',
    gridPage({
      pipeline: 'orders',
      stages: ['score', 'publish'],
      rows: [{ run, stages: [stage] }],
      older: '/pipelines/orders?before=x',
      isPast: false,
    }),
    ['score: failed, 2 attempts, 3.0 s', 'publish: not begun', 'Older'],
  ],
  [
    'run',
    runPage(runFacts),
    ['Heddle.RunFailed', 'Timeline', '2 attempts', 'Compare', '>Resume<', 'Replay them', 'Discard them'],
  ],
  [
    'waiting run',
    runPage({
      ...runFacts,
      run: { ...run, status: 'running' },
      stages: [
        {
          ...stage,
          stage: 'ship',
          status: 'waiting',
          question: { prompt: evil, shown: run.input, schema: {}, control: [] },
        },
      ],
      output: { missing: 'It is kept no longer: s3://b/k is gone.' },
    }),
    ['Answer ship', 'It is kept no longer'],
  ],
  [
    'stage',
    stagePage({
      run,
      stage: 'score',
      record: stage,
      needs: ['list'],
      below: ['publish'],
      input: { value: { text: evil } },
      output: { missing: 'It gave none.' },
      batches: [],
      letters: [letter],
      moreLetters: true,
      logs: {
        lines: [{ at: run.createdAt, stage: 'score', level: 'INFO', message: evil, fields: { n: evil } }],
        cut: true,
      },
    }),
    [
      'It gave none.',
      'There is more: npx heddle logs.',
      'Heddle.Transient',
      'Depends on',
      'a-1/score/7',
      'Run it again from here',
      'these are of the first 1.',
    ],
  ],
  ['vanished run', vanishedRun('orders', evil, 'HDL833'), ['HDL833: the ledger has no run', 'retention']],
  [
    'dead letters',
    lettersPage({ letters: [letter, { ...letter, item: 8 }], starts: [], beyond: true }),
    ['2 dead letters', 'Replay all of these', 'a-1/score/8', 'these are the newest'],
  ],
  [
    'no dead letters',
    lettersPage({ letters: [], starts: [], beyond: false }),
    ['There is none: nothing has failed for good'],
  ],
  [
    'dead letter',
    letterPage({
      letter: { ...letter, state: 'discarded', closedBy: evil, closedAt: letter.lastAt, because: evil },
      input: { value: evil },
    }),
    ['discarded', 'What it failed on'],
  ],
  [
    'approvals',
    approvalsPage({
      questions: [
        {
          run,
          stage: 'ship',
          question: { prompt: evil, schema: { properties: { ok: { type: 'boolean' } } } },
          shown: { value: { text: evil } },
          since: run.createdAt,
          until: undefined,
        },
      ],
      looked: 200,
      beyond: true,
    }),
    ['ok: yes', 'ok: no', 'Another answer', 'More than 200 runs'],
  ],
  [
    'calendar',
    calendarPage({
      pipeline: 'orders',
      spec: { kind: 'time', every: 'day', from: '2026-01-01', timeZone: 'UTC', endOffset: 0 },
      standings: [
        { partition: '2026-01-30', state: 'missing' },
        { partition: '2026-01-31', state: 'stale', because: evil },
      ],
      due: '2026-02-01',
      earlier: '2026-01-01',
    }),
    ['2026-01-30: missing; run it', '2026-01-31: stale', 'run it again', 'show them', '1 missing'],
  ],
  ['backfills', backfillsPage([backfill]), ['orders-1', '1 to come']],
  [
    'backfill',
    backfillPage({
      backfill,
      plan: [{ pipeline: 'orders', partition: evil, after: [], input: { kind: 'value', value: null } }],
    }),
    ['Pause', 'of 1 run, 5 at once'],
  ],
  [
    'comparison',
    comparePage({ first: side, second: { ...side, output: { missing: 'None.' } } }),
    ['Two runs of orders', '3.0 s (+0 ms)', 'Inputs: the same', 'Outputs: different'],
  ],
  [
    'search',
    searchPage({
      sought: evil,
      runs: [run],
      pipelines: ['orders'],
      stages: [['orders', 'score']],
      letters: [['orders', 3]],
    }),
    ['score of', '3 of orders'],
  ],
  [
    'cost',
    costPage({
      since: '30d',
      pipelines: [cost],
      days: [
        { ...cost, key: '2026-01-29' },
        { ...cost, key: '2026-01-31' },
      ],
      stages: [cost],
      models: [{ model: evil, calls: 1, inputTokens: 1_000, outputTokens: 5, dollars: undefined }],
      unpriced: [evil],
    }),
    ['No price is known of', 'not known', '01-31', '<title>01-30: $0</title>', '750'],
  ],
  [
    'quality',
    qualityPage([
      {
        pipeline: 'orders',
        stage: 'score',
        kind: 'score',
        name: evil,
        runs: 1,
        mean: 0.5,
        warned: 1,
        blocked: 0,
        warn: { below: 0.7 },
        drift: { kind: 'down' },
        baseline: 0.9,
        readings: [{ run: 'a-1', partition: evil, at: run.createdAt, value: 0.5, outcome: 'warned' }],
      },
    ]),
    ['has drifted down (mean before: 0.900)', 'warns below 0.7', '▲'],
  ],
  [
    'lineage',
    lineagePage({
      artifact: 'orders/x',
      run: undefined,
      nodes: [
        { name: 'orders/x', run: 'a-1', status: 'completed', facts: [evil] },
        { name: `s3://b/${evil}`, facts: ['object'] },
      ],
      edges: [{ from: `s3://b/${evil}`, to: 'orders/x' }],
      cut: true,
    }),
    ['There is more than is drawn.', 'orders/x'],
  ],
  [
    'pools',
    poolsPage([
      {
        pool: { pool: 'llm', key: evil, limits: { slots: 4 } },
        holders: [{ pipeline: 'orders', run: 'a-1', stage: 'score' }, { call: evil }],
        waiting: [{ pipeline: 'orders', run: 'a-2', stage: 'score', since: run.createdAt, low: true }],
      },
    ]),
    ['4 slots; 2 held, 1 waiting', 'low', 'a call, '],
  ],
];

const whole = (page: Page): string => documentOf(page, { place: evil, path: `/x?q=${evil}`, sought: evil });

test.each(pages)('%s says what it is to say', (_, page, expected) => {
  const text = [page.title, ...page.regions.map((region) => textOf(regionHtml(region)))].join('\n');
  for (const said of expected) expect(text).toContain(said);
});

test.each(pages)('%s has no HTML but its own', (_, page) => {
  expect(whole(page)).not.toMatch(/<img|<script(?! src="\/console.js")| on\w+="| style="|undefined|\[object/);
});

test.each(pages)('%s has no two elements of one id', (_, page) => {
  const ids = [...whole(page).matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
  expect(ids.filter((id, place) => ids.indexOf(id) !== place)).toEqual([]);
});
