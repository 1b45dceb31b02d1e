// A plan as lines of text. Pure.
import { stepsOf } from '../../records/index.ts';
import { dollars, duration } from '../../support/words.ts';
import { cutTo, table } from '../table.ts';
import { durationOf, type Expected } from './expectation.ts';
import type { Planned, Reason } from './plan.ts';

export interface PlanFacts {
  readonly planned: Planned;
  readonly expected: ReadonlyMap<string, Expected>;
  readonly concurrency: number;
  /** Pipelines that read from those in the plan, and are not in it. */
  readonly readers: readonly string[];
  readonly width: number;
}

const words: { readonly [reason in Reason]: string } = {
  missing: 'missing',
  skipped: 'never started',
  failed: 'failed',
  stale: 'stale',
  completed: 'completed',
  running: 'under way',
  follows: 'made from what runs again',
};

const shownRefusals = 8;

export const planReport = ({ planned, expected, concurrency, readers, width }: PlanFacts): readonly string[] => {
  const { plan, reasons, refused, pipelines } = planned;
  const steps = stepsOf(plan);
  const rows = pipelines.flatMap(({ pipeline }) => {
    const places = [...plan.keys()].filter((place) => plan[place]?.pipeline === pipeline);
    const [first] = places;
    if (first === undefined) return [];
    const { ms, from, dollars: cost } = expected.get(pipeline) ?? {};
    return [
      [
        String(Math.max(...places.map((place) => steps[place] ?? 1))),
        pipeline,
        String(places.length),
        partitionsText(places.map((place) => plan[place]?.partition ?? '')),
        reasonsText(places.flatMap((place) => reasons[place] ?? [])),
        ms === undefined ? '–' : `${duration(ms)} (${from})`,
        cost === undefined ? '–' : dollars(cost * places.length),
      ],
    ];
  });
  const headings = ['step', 'pipeline', 'runs', 'partitions', 'now', 'a run takes', 'est. cost'];
  const lines = rows.length > 0 ? cutTo(width, table(headings, rows)) : [];
  return [...lines, ...(rows.length > 0 ? ['', totalLine(planned, expected, concurrency)] : []), ...notes()];

  function notes(): readonly string[] {
    const alike = new Map<string, string[]>();
    for (const { pipeline, partition, why } of refused) {
      const same = alike.get(`${pipeline}: ${why}`) ?? [];
      alike.set(`${pipeline}: ${why}`, [...same, partition]);
    }
    const groups = [...alike].slice(0, shownRefusals);
    const shown = groups.map(([what, keys]) => `  ${what.replace(':', () => ` ${countedText(keys)}:`)}`);
    const more = refused.length - groups.reduce((sum, [, keys]) => sum + keys.length, 0);
    return [
      ...(refused.length > 0 ? ['', `Not in it, though asked for (${refused.length}):`, ...shown] : []),
      ...(more > 0 ? [`  … and ${more} more; --json gives all`] : []),
      ...(readers.length > 0 && plan.length > 0
        ? [
            '',
            `${readers.join(', ')} ${readers.length === 1 ? 'reads' : 'read'} from these and will not start by ${readers.length === 1 ? 'itself' : 'themselves'}:`,
            ...readers.map((name) => `  npx heddle backfill ${name} --upstream, for the same range`),
          ]
        : []),
    ];
  }
};

const totalLine = ({ plan }: Planned, expected: ReadonlyMap<string, Expected>, concurrency: number): string => {
  const ms = durationOf(plan, concurrency, expected);
  const costs = plan.map(({ pipeline }) => expected.get(pipeline)?.dollars);
  const known = costs.filter((cost) => cost !== undefined).reduce((sum, cost) => sum + cost, 0);
  const parts = [
    `${plan.length} run${plan.length === 1 ? '' : 's'}, ${concurrency} at once`,
    ms === undefined ? 'time unknown' : `about ${duration(ms)}`,
    costs.includes(undefined) ? 'cost unknown' : `about ${dollars(known)} at list prices in AWS`,
  ];
  return parts.join(', ');
};

/** `2026-01-01 to 2026-01-31`; up to three by name. */
const partitionsText = (keys: readonly string[]): string =>
  keys.length <= 3 ? keys.join(', ') : `${keys[0]} to ${keys.at(-1)}`;

const countedText = (keys: readonly string[]): string =>
  `${partitionsText(keys)}${keys.length > 3 ? ` (${keys.length})` : ''}`;

const reasonsText = (reasons: readonly Reason[]): string => {
  const counts = new Map<Reason, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const [only] = counts.keys();
  if (counts.size === 1 && only) return words[only];
  return [...counts].map(([reason, count]) => `${count} ${words[reason]}`).join(', ');
};
