// What TypeScript must refuse of partitions and upstreams, and what it must not.
import * as z from 'zod';
import {
  all,
  and,
  by,
  daily,
  definePipeline,
  defineStage,
  eq,
  fixed,
  from,
  gte,
  keys,
  lastDays,
  type Ref,
  withTrials,
} from '../../lib/definition/index.ts';

const clean = defineStage('clean', { input: z.object({ key: z.string() }), output: z.object({ rows: z.number() }) });
const publish = defineStage('publish', {
  input: z.object({ rows: z.number() }),
  output: z.object({ url: z.string() }),
});
const day = z.object({ day: z.string() });

/** Fails to compile unless the two types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const proven = <T extends true>(): T | undefined => undefined;

definePipeline(
  'sliced',
  { input: day, partitions: by({ day: daily({ from: '2026-01-01' }), source: keys(['web']) }) },
  (flow) => {
    proven<Same<typeof flow.partition.day, Ref<string>>>();
    proven<Same<typeof flow.partition.end, Ref<string>>>();
    // @ts-expect-error there is no dimension `sauce`
    flow.task(clean, { key: flow.partition.sauce });
    return flow.task(clean, { key: flow.partition.source });
  },
);
definePipeline('tried', { input: day, partitions: withTrials(daily({ from: '2026-01-01' })) }, (flow) => {
  proven<Same<typeof flow.partition.key, Ref<string>>>();
  // @ts-expect-error a trial has no end
  flow.task(clean, { key: flow.partition.end });
  return flow.task(clean, { key: flow.partition.key });
});
definePipeline('listed', { input: day, partitions: keys(['web']) }, (flow) => {
  // @ts-expect-error keys of a list have no start
  flow.task(clean, { key: flow.partition.start });
  return flow.task(clean, { key: flow.partition.key });
});
definePipeline('anyKey', { input: day }, (flow) => {
  // @ts-expect-error without partitions there is the key alone
  flow.task(clean, { key: flow.partition.start });
  return flow.task(clean, { key: flow.partition.key });
});
// @ts-expect-error two dimensions in a dimension
by({ day: by({ day: daily({ from: '2026-01-01' }), source: keys(['web']) }), source: keys(['web']) });

const scored = definePipeline('scored', { input: day, partitions: daily({ from: '2026-01-01' }) }, () => ({ mean: 1 }));
definePipeline(
  'weekOfScores',
  {
    input: day,
    partitions: daily({ from: '2026-01-01' }),
    when: ({ upstream, partition }) => {
      // @ts-expect-error a mean is a number
      eq(upstream.same.mean, 'high');
      // @ts-expect-error there is no upstream of that alias
      gte(upstream.sane, 1);
      return and(gte(upstream.same.mean, 0.5), eq(partition.start, '2026-01-01T00:00:00.000Z'));
    },
    upstream: {
      same: scored,
      week: from(scored, { map: lastDays(7) }),
      hurried: from(scored, { map: [lastDays(2), all()], deadline: '2h' }),
      perhaps: from(scored, { policy: 'any' }),
      model: from(scored, { map: fixed('2026-01-01') }),
    },
  },
  (flow) => {
    proven<Same<typeof flow.upstream.same.mean, Ref<number>>>();
    proven<Same<typeof flow.upstream.model.mean, Ref<number>>>();
    proven<
      Same<
        typeof flow.upstream.week,
        Ref<readonly { readonly key: string; readonly output: { readonly mean: number } }[]>
      >
    >();
    // @ts-expect-error it may not be there
    flow.task(publish, { rows: flow.upstream.perhaps.mean });
    // @ts-expect-error a list of outputs is not one
    flow.task(publish, { rows: flow.upstream.week.mean });
    flow.map(publish, flow.upstream.week, (one) => ({ rows: one.output.mean }));
    // @ts-expect-error an output may be missing
    flow.map(publish, flow.upstream.hurried, (one) => ({ rows: one.output.mean }));
    return null;
  },
);
definePipeline('anyOfThem', { input: day, upstream: { scored }, join: { policy: 'any' } }, (flow) => {
  // @ts-expect-error it may not be there
  return flow.task(publish, { rows: flow.upstream.scored.mean });
});
