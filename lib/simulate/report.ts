// What came of a simulation, as a person reads it.

import type { Cost } from './cost.ts';
import type { QuotaUse } from './gauges.ts';
import type { Asked } from './options.ts';
import { quotasReadOn } from './quotas.ts';
import type { Saturation } from './saturation.ts';
import type { Outcome } from './simulation.ts';

export interface Report {
  readonly asked: Asked;
  readonly outcome: Outcome;
  readonly costs: readonly Cost[];
  readonly saturations: readonly Saturation[];
}

/** Set by the command: columns as other commands draw them. */
export type DrawTable = (headings: readonly string[], rows: readonly (readonly string[])[]) => readonly string[];

/** No key is to be written more often in a second: half of what DynamoDB takes. */
export const mostKeyWrites = 500;

const count = (n: number): string => Math.round(n).toLocaleString('en-US');
const dollars = (n: number): string => `$${n.toFixed(2)}`;
const percent = (share: number): string => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
const seconds = (n: number): string => (n < 100 ? `${n.toFixed(1)} s` : `${(n / 60).toFixed(1)} min`);
const clock = (at: number): string =>
  [at / 3_600, (at / 60) % 60, at % 60].map((part) => String(Math.floor(part)).padStart(2, '0')).join(':');

const titleOf = ({ pipelines, runsPerDay, shape, peak, hottest, region, seed, stages, items, like }: Asked): string => {
  const what = like ?? `${count(stages)} stages${items === undefined ? '' : `, one over ${count(items)} items`}`;
  const when = shape === 'flat' ? 'all day long' : `${shape} with a peak of ${peak}x`;
  const busiest = hottest === undefined ? '' : `, ${percent(hottest)} of them of one pipeline`;
  return `${count(pipelines)} pipelines of ${what}; ${count(runsPerDay)} runs a day, ${when}${busiest}; ${region}, seed ${seed}`;
};

/** Quotas that are rates may be gone above for a second, from what is saved up. */
const row = ({ name, quota, peak, peakAt, throttled }: QuotaUse): readonly string[] => [
  name,
  `${count(quota.most)}${quota.unit === 'a second' ? '/s' : ''}${quota.bucket !== undefined && quota.bucket !== quota.most ? `, bucket ${count(quota.bucket)}` : ''}`,
  name === 'LambdaScaling' ? '–' : count(peak),
  name === 'LambdaScaling' ? '–' : percent(peak / quota.most),
  name === 'LambdaScaling' || name === 'KeyWrites' ? '–' : clock(peakAt),
  count(throttled),
  quota.says,
];

export const render = ({ asked, outcome, costs, saturations }: Report, table: DrawTable): readonly string[] => {
  const { startDelay, duration, queue, underWay, uses, keys } = outcome;
  const shares = (of: typeof startDelay): string =>
    [0.5, 0.9, 0.99].map((share) => `p${share * 100} ${seconds(of.percentile(share))}`).join(', ');
  const total = costs.reduce((sum, cost) => sum + cost.dollars, 0);
  const hottest = keys[0];
  return [
    titleOf(asked),
    '',
    `${count(outcome.asked)} asked for in ${asked.hours} h: ${count(outcome.completed)} completed, ${count(outcome.failed)} failed, ${count(outcome.lost)} could not start, ${count(outcome.unaccounted)} unaccounted for`,
    `start delay: ${shares(startDelay)}, at most ${seconds(startDelay.most)}; start queue: at most ${count(queue.peak)} at ${clock(queue.peakAt)}`,
    `from request to end: ${shares(duration)}; at most ${count(underWay.peak)} runs under way; ${count(outcome.retries)} throttled calls tried again`,
    '',
    `Quotas, as read on ${quotasReadOn}, and the busiest second of each`,
    ...table(['quota', 'has', 'peak', 'share', 'at', 'in the way', 'of'], uses.map(row)),
    '',
    'Hottest keys of the ledger: units written in the busiest second of each kind',
    ...table(
      ['key', 'units/s'],
      keys.filter(({ peak }) => peak > 0).map(({ key, peak }) => [key, count(peak)]),
    ),
    hottest && hottest.peak > mostKeyWrites
      ? `✗ ${hottest.key} is above ${mostKeyWrites} a second; DynamoDB takes 1,000 of a key`
      : `✓ no key above ${mostKeyWrites} a second`,
    '',
    'A million runs cost, at list prices without free tiers',
    ...table(
      ['service', 'dollars', 'share'],
      [
        ...costs.map((cost) => [cost.service, dollars(cost.dollars), percent(total === 0 ? 0 : cost.dollars / total)]),
        ['all', dollars(total), ''],
      ],
    ),
    ...(saturations.length === 0 ? [] : ['', ...saturationLines(saturations, asked)]),
  ];
};

const saturationLines = (saturations: readonly Saturation[], { runsPerDay, quotas }: Asked): readonly string[] =>
  saturations.map(({ quota, runsPerDay: most }, at) => {
    const than = `${(most / runsPerDay).toFixed(1)}x as many runs as now`;
    const where = at === 0 ? 'Saturates first' : 'With more of that, next';
    return `${where} above ${count(most)} runs a day (${than}): ${quota}, ${quotas[quota].says}`;
  });

/** The same figures, for a program. */
export const asJson = ({ asked: options, outcome, costs, saturations }: Report): object => {
  const { startDelay, duration, uses, ...rest } = outcome;
  const percentiles = (of: typeof startDelay): object => ({
    p50: of.percentile(0.5),
    p90: of.percentile(0.9),
    p99: of.percentile(0.99),
    most: of.most,
  });
  return {
    options,
    ...rest,
    queue: { peak: rest.queue.peak, peakAt: rest.queue.peakAt },
    underWay: { peak: rest.underWay.peak, peakAt: rest.underWay.peakAt },
    startDelay: percentiles(startDelay),
    duration: percentiles(duration),
    quotas: uses.map(({ name, quota, peak, peakAt, throttled }) => ({ name, ...quota, peak, peakAt, throttled })),
    dollarsPerMillionRuns: Object.fromEntries(costs.map(({ service, dollars: cost }) => [service, cost])),
    saturates: saturations,
  };
};
