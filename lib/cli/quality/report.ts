// Scores and checks as tables. Pure.
import type { ScoreLimit } from '../../records/index.ts';
import { table } from '../table.ts';
import type { Drift, Quality, Reading } from './gather.ts';

/** Four digits that count. */
const number = (value: number): string => String(Number(value.toPrecision(4)));

const levels = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/** Runs of a trend. */
const trendLength = 20;

/** The newest readings as a line of bars, the lowest at the bottom. */
export const trend = (readings: readonly Reading[]): string => {
  const values = readings.slice(-trendLength).map(({ value }) => value);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const level = (value: number): number =>
    high === low ? 3 : Math.round(((value - low) / (high - low)) * (levels.length - 1));
  return values.map((value) => levels[level(value)]).join('');
};

const limit = (words: string, { below, above }: ScoreLimit = {}): readonly string[] => [
  ...(below === undefined ? [] : [`${words} < ${below}`]),
  ...(above === undefined ? [] : [`${words} > ${above}`]),
];

const driftWords = (drift: Drift): string => {
  switch (drift.kind) {
    case 'unknown':
      return `too few runs (${drift.earlier} before, ${drift.later} now; ${drift.fewest} each)`;
    case 'none':
      return 'none';
    default:
      return `${drift.kind}, p ${drift.p < 0.0001 ? '<0.0001' : drift.p.toFixed(4)}`;
  }
};

const share = ({ mean }: Quality): string => `${Math.round(mean * 100)} % held`;

export const qualityTable = (all: readonly Quality[], width: number): readonly string[] => {
  const rows = all.map((quality) => [
    quality.pipeline,
    quality.stage,
    quality.kind === 'check' ? 'check' : quality.name,
    String(quality.runs),
    quality.kind === 'check' ? share(quality) : number(quality.mean),
    quality.kind === 'check' ? '–' : `${number(quality.min)} … ${number(quality.max)}`,
    String(quality.warned),
    String(quality.blocked),
    [...limit('warn', quality.warn), ...limit('block', quality.block)].join(', ') || '–',
    quality.baseline === undefined ? '–' : number(quality.baseline),
    driftWords(quality.drift),
    trend(quality.readings),
  ]);
  const headings = [
    ...[
      'pipeline',
      'stage',
      'score',
      'runs',
      'mean',
      'from … to',
      'warned',
      'blocked',
      'limits',
      'before',
      'drift',
      'trend',
    ],
  ];
  // What is left out first where the table is too wide.
  const dispensable = ['trend', 'from … to', 'limits', 'before', 'warned', 'blocked'];
  for (let dropped = 0; ; dropped++) {
    const left = dispensable.slice(0, dropped);
    const shown = headings.flatMap((heading, at) => (left.includes(heading) ? [] : [at]));
    const lines = table(
      shown.map((at) => headings[at] ?? ''),
      rows.map((row) => shown.map((at) => row[at] ?? '')),
    );
    if (dropped === dispensable.length || lines.every((line) => line.length <= width)) return lines;
  }
};

/** Each run of one score or check, newest first. */
export const historyTable = ({ kind, readings }: Quality): readonly string[] =>
  table(
    ['asked for (UTC)', 'run', 'partition', kind === 'check' ? 'held' : 'mean', 'of', 'outcome', 'found'],
    readings
      .toReversed()
      .map(({ at, run, partition, value, count, outcome, found = '' }) => [
        at.slice(0, 16).replace('T', ' '),
        run,
        partition,
        kind === 'check' ? (value === 1 ? 'yes' : 'no') : number(value),
        String(count),
        outcome,
        found,
      ]),
  );
