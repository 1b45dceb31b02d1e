// What the rules refuse of partitions and of upstreams: each definition with its messages in full.
import * as z from 'zod';
import {
  all,
  and,
  by,
  type Condition,
  completed,
  daily,
  definePipeline,
  eq,
  from,
  gt,
  keys,
  lastDays,
  type Mapping,
  type PartitionKey,
  type Pipeline,
  type Ref,
  type StartAbove,
  weekly,
  within,
} from '../../lib/definition/index.ts';
import { list, publish, untyped } from './definitions.ts';

const days = daily({ from: '2026-01-01' });
const grid = by({ day: days, source: keys(['web', 'shop']) });
const of = (name: string, partitions?: Pipeline['partitions']): Pipeline =>
  definePipeline(name, { input: z.object({ day: z.string() }), ...(partitions ? { partitions } : {}) }, (flow) =>
    flow.task(list, { day: flow.partition.key }),
  );

const reading = (
  above: Pipeline,
  map: Mapping | readonly Mapping[],
  partitions?: Pipeline['partitions'],
): Pipeline[] => [
  above,
  { ...of('report', partitions), upstream: { above }, uses: { above: from(above, { map: untyped(map) }).use } },
];

let elsewhere: Ref<string> = untyped(undefined);
definePipeline('elsewhere', { input: z.object({}) }, (flow) => {
  elsewhere = flow.run.id;
  return flow.task(publish, { rows: 1 });
});
const collect = of('collect');
const reports = (when: (above: StartAbove<{ readonly collect: unknown }, PartitionKey>) => Condition): Pipeline =>
  definePipeline('report', { input: z.object({}), upstream: { collect }, when: untyped(when) }, (flow) =>
    flow.task(publish, { rows: 1 }),
  );

const fix = 'Fix: say which of them it reads: from(collect, { map: … }), or give both the same partitions.';
const misfit = (why: string): string =>
  `HDL270 report: its partitions do not go with those of collect (as above): ${why}. ${fix}`;

/** Reads a field of a list, as of one output. */
const week = definePipeline(
  'week',
  { input: z.object({}), partitions: days, upstream: { week: from(of('collect', days), { map: lastDays(7) }) } },
  (flow) => flow.task(publish, { rows: untyped(flow.upstream.week).total }),
);

export const brokenUpstreams: Record<string, [Pipeline | readonly Pipeline[], ...string[]]> = {
  'weeks on days': [
    reading(of('collect', days), [], weekly({ from: '2026-01-01' })),
    misfit('its partitions are days, and those of the pipeline weeks; choose with map: within() or last…'),
  ],
  'days on days and sources': [
    reading(of('collect', grid), [], days),
    misfit('nothing says which of source (web, shop) is meant; choose with map'),
  ],
  'the last days of any key': [
    reading(of('collect'), lastDays(7), days),
    misfit('it takes any key, so there are none to choose among'),
  ],
  'one output for a list of them': [
    [of('collect', days), week],
    'HDL203 week.publish: reads upstream.week.total, but upstream.week has no field total. Fix: add total to the contract behind upstream.week.',
  ],
  'a condition on upstreams that there are not': [
    definePipeline('report', { input: z.object({}), when: ({ partition }) => eq(partition.key, 'web') }, (flow) =>
      flow.task(publish, { rows: 1 }),
    ),
    'HDL267 report: it has a when, but no upstream that starts runs of it. Fix: add upstream, or give a trigger its own when.',
  ],
  'a condition on a field that an upstream does not give': [
    [collect, reports(({ upstream }) => gt(untyped(upstream.collect).totl, 1))],
    'HDL203 report: reads upstream.collect.totl, but upstream.collect has no field totl. Fix: read upstream.collect.total.',
  ],
  'a condition on the run that it is to start': [
    [collect, reports(() => eq(elsewhere, 'x'))],
    'HDL267 report: its when reads run.id, which is not there before a run starts. Fix: read upstream or partition of what it is given, or completed(…).',
  ],
};

export const rightUpstreams: Record<string, readonly Pipeline[]> = {
  'a condition on what an upstream gave, and on the ledger': [
    collect,
    reports(({ upstream, partition }) =>
      and(gt(untyped(upstream.collect).total, 1), eq(partition.key, 'web'), completed('previous')),
    ),
  ],
  'days within a week': reading(of('collect', days), within(), weekly({ from: '2026-01-01' })),
  'all sources of a day': reading(of('collect', grid), all('source'), days),
  'any key, the same': reading(of('collect'), []),
  'a map over the last days': [
    of('collect', days),
    definePipeline(
      'week',
      { input: z.object({}), partitions: days, upstream: { week: from(of('collect', days), { map: lastDays(7) }) } },
      (flow) =>
        flow.map(publish, untyped(flow.upstream.week), (one: Ref<{ output: { total: number } }>) => ({
          rows: one.output.total,
        })),
    ),
  ],
};
