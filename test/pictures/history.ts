// A month of the story, written into the ledger: the same at every run, so that pictures made again are the same.
import type { Ledger } from '../../lib/ledger/index.ts';
import { openTable, type Table } from '../../lib/ledger/table.ts';
import { type Binding, batchKey } from '../../lib/records/index.ts';
import type { Aws } from '../../lib/support/aws-call.ts';
import { chance, day, hour, idOf, inline, iso, midnight, minute, now, type Sketch, write } from './sketch.ts';
import { noAnswer, writeBackfills, writeLetters, writeLogs, writeOpen, writePools } from './standing.ts';

const ref = (stage: string): Binding => ({ kind: 'ref', source: { kind: 'stage', stage }, path: [] });
const failed = (error: string, cause: string) => ({ status: 'failed', error, cause }) as const;

/** Seconds until somebody answered. */
const waited = (place: number): number => 900 + 600 * chance(place);

const classified = (place: number, begun: number, seconds: number, share: number): readonly Sketch[] => [
  ['split', 0, 2.4],
  [
    'score',
    3,
    seconds,
    {
      items: place === 29 ? { total: 312, completed: 309, failed: 3 } : { total: 312, completed: 312, failed: 0 },
      scores: {
        faithful: {
          count: 312,
          sum: 312 * share,
          squares: 312 * share * share,
          min: share - 0.3,
          max: 1,
          warn: { below: 0.85 },
          ...(share < 0.85 ? { warned: 120 } : {}),
          block: { below: 0.7 },
        },
      },
    },
  ],
  ['audit', 3.2 + seconds, 1.8],
  [
    'enoughSure',
    5.2 + seconds,
    0.1,
    { check: { outcome: share < 0.85 ? 'warned' : 'passed', found: `${share.toFixed(2)} >= 0.85` } },
  ],
  [
    'release',
    5.4 + seconds,
    waited(place),
    {
      until: iso(begun + 72 * hour),
      answered: { by: 'ana', at: iso(begun + (7.4 + seconds + waited(place)) * 1_000), id: 'x' },
    },
  ],
  ['publish', 5.6 + seconds + waited(place), 1.2],
];

/** A day's runs, as far as they came. */
const writeDay = async (ledger: Ledger, table: Table, place: number): Promise<void> => {
  const partition = day(place);
  const at = midnight + (place + 1) * 24 * hour + 5 * hour;
  const wobble = 1 + 0.4 * chance(place);
  const today = place === 29;
  const share = 0.94 - 0.02 * chance(place + 7) - (place > 23 ? 0.012 * (place - 20) : 0);
  const collected = await write(ledger, table, 'collect', partition, {
    status: 'completed',
    at,
    sketches: [
      [
        'read',
        0,
        6 * wobble,
        {
          tries:
            place === 20
              ? [
                  { at: iso(at), ms: 2_000, error: 'Heddle.Transient' },
                  { at: iso(at + 5_000), ms: 4_000 },
                ]
              : [],
          attempts: place === 20 ? 2 : 1,
        },
      ],
      ['clean', 6.4 * wobble, 11 * wobble],
      ['describe', 6.4 * wobble, 4],
    ],
    more: {
      trigger: { kind: 'object', identity: partition, detail: `s3://heddle-inbox/reviews/${partition}.csv` },
      output: ref('clean'),
    },
  });
  const broken = place === 16;
  const seconds = 38 * wobble;
  const begun = at + minute;
  const upstream = { collect: { pipeline: 'collect', run: collected.run, partition } };
  const sketches = classified(place, begun, seconds, share);
  const classifying = await write(ledger, table, 'classify', partition, {
    status: broken ? 'failed' : today ? 'running' : 'completed',
    at: begun,
    sketches: broken
      ? [...sketches.slice(0, 2), ['audit', 3.2 + seconds, 31, { ...failed('Heddle.Timeout', noAnswer), attempts: 3 }]]
      : today
        ? sketches.slice(0, 4)
        : sketches,
    more: {
      upstream,
      ...(broken
        ? { deadLetters: 1, error: 'Heddle.RunFailed', cause: `audit failed: ${noAnswer}` }
        : { output: ref('publish') }),
    },
  });
  if (today) {
    const address = { pipeline: 'classify', run: classifying.run, stage: 'release' };
    const shown = inline({ share: 0.93, failed: 3 });
    const schema = { type: 'object', properties: { approved: { type: 'boolean' } }, required: ['approved'] };
    const question = { prompt: 'Publish the labels of this day?', shown, schema, control: [] };
    await ledger.waits.open(address, {
      needs: ['audit'],
      choices: [],
      question,
      now: iso(begun + 90_000),
      until: iso(now + 60 * hour),
    });
  }
  if (broken || today) return;
  const above = { classify: { pipeline: 'classify', run: classifying.run, partition } };
  const later = begun + 1_600_000;
  const trending = await write(ledger, table, 'trends', partition, {
    status: 'completed',
    at: later,
    sketches: [
      ['count', 0, 3 * wobble],
      ['compare', 3.2 * wobble, 5 * wobble],
    ],
    more: { upstream: above, output: ref('compare') },
  });
  await write(ledger, table, 'report', partition, {
    status: place === 12 ? 'cancelled' : 'completed',
    at: later + minute,
    sketches:
      place === 12
        ? [['compose', 0, 4, { status: 'cancelled' }]]
        : [
            ['compose', 0, 4 * wobble],
            ['judge', 4.2 * wobble, 6 * wobble],
            ['send', 10.4 * wobble, 0.8],
          ],
    more: {
      upstream: { ...above, trends: { pipeline: 'trends', run: trending.run, partition } },
      output: ref('send'),
      ...(place === 12 ? { error: 'Heddle.Cancelled', cause: 'stopped by ana with heddle: wrong week' } : {}),
    },
  });
};

/** Addresses of what is shown of it. */
export const places = {
  failedRun: `/runs/classify/${idOf('classify', day(16))}`,
  openRun: `/runs/collect/${idOf('collect', day(30))}`,
  waitingRun: `/runs/classify/${idOf('classify', day(29))}`,
  stage: `/runs/classify/${idOf('classify', day(16))}/stages/audit`,
  letter: `/dead-letters/classify/${idOf('classify', day(29))}/score/87`,
  compare: `/compare/classify/${idOf('classify', day(15))}/${idOf('classify', day(16))}`,
} as const;

export const writeHistory = async (
  ledger: Ledger,
  aws: Aws,
  { table: name, queueUrl }: { readonly table: string; readonly queueUrl: string },
): Promise<void> => {
  const table = openTable(aws, name);
  for (let place = 0; place < 30; place++) await writeDay(ledger, table, place);
  const run = idOf('classify', day(29));
  for (let batch = 0; batch < 7; batch++)
    await table.create(batchKey('classify', run, 'score', batch), {
      ...{
        stage: 'score',
        batch,
        status: 'completed',
        attempts: batch === 2 ? 2 : 1,
        completed: 44,
        failed: batch % 3 === 0 ? 1 : 0,
      },
      durationMs: 9_000 + 700 * batch,
    });
  await writeLetters(ledger, queueUrl);
  await writeOpen(ledger, table);
  await writeBackfills(ledger);
  await writePools(ledger);
  await writeLogs(aws);
};
