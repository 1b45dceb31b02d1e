// What can be asked of a pipeline's partitions. Keys are text; two dimensions are two keys with a bar between.
import { nearest } from '../../support/nearest.ts';
import { boundKey, exampleKey, keyAt, shifted, spanOf } from './calendar.ts';
import type { Dimension, Every, NamedDimension, PartitionSpec, TimePartitions } from './spec.ts';

/** What a run knows of its partition, beside the key: from when to when it lasts, and the keys of its dimensions by name. */
export interface Slice {
  readonly key: string;
  /** ISO 8601 in UTC. */
  readonly start?: string;
  readonly end?: string;
  readonly parts?: { readonly [dimension: string]: string };
}

/** The fields of `flow.partition`. */
export const sliceFields = ({ parts, ...slice }: Slice): { readonly [field: string]: string } => ({
  ...slice,
  ...parts,
});

export const bar = '|';

/** A spec's dimensions: of one that has no names, the only one under the name `key`. */
export const dimensionsOf = (spec: PartitionSpec): readonly NamedDimension[] =>
  spec.kind === 'by' ? spec.dimensions : [{ name: 'key', of: spec }];

/** The keys of a partition's dimensions, in the spec's order. Not checked. */
export const partsOf = (spec: PartitionSpec, key: string): readonly string[] =>
  spec.kind === 'by' ? key.split(bar) : [key];

export const joined = (parts: readonly string[]): string => parts.join(bar);

/** The dimension that is time, if there is one. */
export const timeOf = (spec: PartitionSpec): TimePartitions | undefined =>
  dimensionsOf(spec)
    .map(({ of }) => of)
    .find((of) => of.kind === 'time');

/** Whether a key is one besides the partitions: `demo`. */
export const isTrial = ({ trials }: PartitionSpec, key: string): boolean =>
  trials === true && /^[A-Za-z][\w.-]*$/.test(key);

const adverbs: { readonly [every in Every]: string } = {
  hour: 'hourly',
  day: 'daily',
  week: 'weekly',
  month: 'monthly',
};

const dimensionWords = (of: Dimension): string => {
  if (of.kind === 'keys')
    return of.keys.length > 6 ? `${of.keys.slice(0, 5).join(', ')} and ${of.keys.length - 5} more` : of.keys.join(', ');
  const zone = of.timeZone === 'UTC' ? '' : ` (${of.timeZone})`;
  return `${adverbs[of.every]} from ${of.from}${of.to === undefined ? '' : ` to ${of.to}`}${zone}`;
};

/** `daily from 2026-01-01 (Europe/London)`, `day (daily from 2026-01-01) by source (web, shop)`. */
export const partitionWords = (spec: PartitionSpec): string =>
  (spec.kind === 'by'
    ? spec.dimensions.map(({ name, of }) => `${name} (${dimensionWords(of)})`).join(' by ')
    : dimensionWords(spec)) + (spec.trials ? ', and trials such as demo' : '');

export const problemIn = (of: Dimension, key: string): string | undefined => {
  if (of.kind === 'keys') {
    if (of.keys.includes(key)) return undefined;
    const near = nearest(key, of.keys);
    return `'${key}' is not one of ${dimensionWords(of)}${near ? `; did you mean ${near}?` : ''}`;
  }
  if (!spanOf(of, key))
    return `'${key}' is no ${of.every}${of.timeZone === 'UTC' ? '' : ` in ${of.timeZone}`}; one looks like ${exampleKey(of.every)}`;
  if (key < of.from) return `${key} is before the first, ${of.from}`;
  if (of.to !== undefined && key > of.to) return `${key} is after the last, ${of.to}`;
  return undefined;
};

/** Why a text is not the key of one of these partitions; undefined when it is. */
export const keyProblem = (spec: PartitionSpec, key: string): string | undefined => {
  if (isTrial(spec, key)) return undefined;
  const dimensions = dimensionsOf(spec);
  const parts = partsOf(spec, key);
  if (parts.length !== dimensions.length)
    return `'${key}' is not a pair of ${dimensions.map(({ name }) => name).join(' and ')}; one looks like ${dimensions.map(({ of }) => (of.kind === 'time' ? exampleKey(of.every) : (of.keys[0] ?? ''))).join(bar)}`;
  for (const [index, { name, of }] of dimensions.entries()) {
    const problem = problemIn(of, parts[index] ?? '');
    if (problem) return spec.kind === 'by' ? `${name}: ${problem}` : problem;
  }
  return undefined;
};

/** What a run of a key is told of it. Throws a RangeError on what is no key. */
export const sliceOf = (spec: PartitionSpec, key: string): Slice => {
  if (isTrial(spec, key)) return { key };
  const dimensions = dimensionsOf(spec);
  const parts = partsOf(spec, key);
  const time = dimensions.findIndex(({ of }) => of.kind === 'time');
  const of = dimensions[time]?.of;
  const span = of?.kind === 'time' ? spanOf(of, parts[time] ?? '') : undefined;
  if (of?.kind === 'time' && !span) throw new RangeError(`${key} is no partition of ${partitionWords(spec)}`);
  return {
    key,
    ...(span ? { start: new Date(span.start).toISOString(), end: new Date(span.end).toISOString() } : {}),
    ...(spec.kind === 'by'
      ? { parts: Object.fromEntries(dimensions.map(({ name }, index) => [name, parts[index] ?? ''])) }
      : {}),
  };
};

/** Keys of a time from one to another, both included, in order and within the partitions. */
export const timeKeys = (of: TimePartitions, from: string, to: string): readonly string[] => {
  const keys: string[] = [];
  const last = of.to !== undefined && of.to < to ? of.to : to;
  for (let key = from < of.from ? of.from : from; key <= last; key = shifted(of, key, 1)) keys.push(key);
  return keys;
};

/** The newest key of a time that is due; undefined when none is yet. */
export const newestDue = (of: TimePartitions, nowMs: number): string | undefined => {
  const key = shifted(of, keyAt(of, nowMs), of.endOffset - 1);
  const last = of.to !== undefined && of.to < key ? of.to : key;
  return last < of.from ? undefined : last;
};

/** Every combination of a key of each dimension, the first dimension's in the outer order. */
export const combined = (lists: readonly (readonly string[])[]): readonly string[] =>
  lists
    .reduce<readonly (readonly string[])[]>(
      (rows, list) => rows.flatMap((row) => list.map((key) => [...row, key])),
      [[]],
    )
    .map(joined);

/** The partitions that the newest due time has; of spec without time, all. */
export const dueNow = (spec: PartitionSpec, nowMs: number): readonly string[] =>
  combined(
    dimensionsOf(spec).map(({ of }) => {
      if (of.kind === 'keys') return of.keys;
      const newest = newestDue(of, nowMs);
      return newest === undefined ? [] : [newest];
    }),
  );

/** The first partition that there is. */
export const firstKey = (spec: PartitionSpec): string =>
  joined(dimensionsOf(spec).map(({ of }) => (of.kind === 'keys' ? (of.keys[0] ?? '') : of.from)));

export interface Range {
  /** Keys of the time dimension, or dates. @default the first partition, and the newest that is due */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/**
 * The partitions of a range, in order; or what is wrong with it. A range that nobody ends ends with the newest that is due. Where
 * there is no time, all partitions, and a bound is a mistake.
 */
export const keysOf = (
  spec: PartitionSpec,
  { from, to }: Range,
  nowMs: number,
): { readonly keys: readonly string[] } | { readonly problem: string } => {
  const time = timeOf(spec);
  if (!time) {
    if (from !== undefined || to !== undefined)
      return { problem: `${partitionWords(spec)} has no time to give a range of` };
    return { keys: combined(dimensionsOf(spec).map(({ of }) => (of.kind === 'keys' ? of.keys : []))) };
  }
  const first = from === undefined ? time.from : boundKey(time, from, 'from');
  const last = to === undefined ? newestDue(time, nowMs) : boundKey(time, to, 'to');
  const wanted = `a ${time.every} such as ${exampleKey(time.every)}, or a date`;
  if (first === undefined) return { problem: `'${from}' is not ${wanted}` };
  if (last === undefined) return to === undefined ? { keys: [] } : { problem: `'${to}' is not ${wanted}` };
  const outside = problemIn(time, first) ?? (to === undefined ? undefined : problemIn(time, last));
  if (outside) return { problem: outside };
  if (first > last && to !== undefined)
    return { problem: `the range ends with ${last}, before it begins with ${first}` };
  return {
    keys: combined(dimensionsOf(spec).map(({ of }) => (of.kind === 'keys' ? of.keys : timeKeys(of, first, last)))),
  };
};
