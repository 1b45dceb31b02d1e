// Which partitions of an upstream a partition reads from, and the other way round: which partitions one of an upstream is for.
import { exampleKey, keyAt, shifted, spanOf } from './calendar.ts';
import {
  combined,
  dimensionsOf,
  isTrial,
  newestDue,
  partitionWords,
  partsOf,
  problemIn,
  timeKeys,
} from './partitions.ts';
import { type Dimension, type Every, everies, type PartitionSpec, type TimePartitions } from './spec.ts';

/** A choice in one dimension of an upstream. In a dimension without one, the key is the same. */
export type Select =
  /** So many keys of time, up to the one that the partition ends in. */
  | { readonly kind: 'last'; readonly every: Every; readonly count: number }
  /** All keys of time that begin within the partition's. */
  | { readonly kind: 'within' }
  | { readonly kind: 'all'; readonly dimension?: string }
  | { readonly kind: 'fixed'; readonly key: string; readonly dimension?: string };

/** How long a pipeline waits for what is above it. */
export interface JoinPolicy {
  /** Whether all must be complete, or one is enough. */
  readonly need: 'all' | 'any';
  /** After so long since the first was complete, the pipeline goes on with what there is. @default it waits for ever */
  readonly deadlineSeconds?: number;
}

/** How a pipeline uses one that it waits for, where that is more than "the same partition, complete". */
export interface UpstreamUse extends JoinPolicy {
  /** Empty: the partition of the same key, one output. Else a list of outputs, unless all are fixed. */
  readonly select: readonly Select[];
}

export const sameKey: UpstreamUse = { select: [], need: 'all' };

/** Whether what is read is a list of outputs with their keys, not one output. */
export const isList = ({ select }: UpstreamUse): boolean => select.some(({ kind }) => kind !== 'fixed');

/** Whether a run may start without all of it. */
export const isRelaxed = ({ need, deadlineSeconds }: JoinPolicy): boolean =>
  need === 'any' || deadlineSeconds !== undefined;

/** Where the keys of one dimension of an upstream come from; `below` is the dimension of the partition that decides. */
type Origin =
  | { readonly kind: 'same'; readonly below: number }
  | { readonly kind: 'last'; readonly below: number; readonly count: number }
  | { readonly kind: 'within'; readonly below: number }
  | { readonly kind: 'all' }
  | { readonly kind: 'fixed'; readonly key: string };

/** How two pipelines' partitions go together. `whole`: by the whole key. */
export type Pairing =
  | { readonly kind: 'whole' }
  | { readonly kind: 'fixed'; readonly key: string }
  | {
      readonly kind: 'each';
      readonly below: PartitionSpec;
      readonly above: PartitionSpec;
      readonly origins: readonly Origin[];
    };

type Paired = { readonly pairing: Pairing } | { readonly problem: string };

/** How the partitions of a pipeline go with those of one above it, or why they do not. Undefined specs take any key. */
export const pairingOf = (
  below: PartitionSpec | undefined,
  above: PartitionSpec | undefined,
  select: readonly Select[],
): Paired => {
  const [first] = select;
  const fixed = select.length === 1 && first?.kind === 'fixed' && first.dimension === undefined ? first : undefined;
  if (select.length === 0 && (!below || !above)) return { pairing: { kind: 'whole' } };
  if (fixed) {
    const parts = above ? partsOf(above, fixed.key) : [];
    const problem =
      above &&
      dimensionsOf(above)
        .map(({ of }, index) => problemIn(of, parts[index] ?? ''))
        .find(Boolean);
    return problem ? { problem } : { pairing: { kind: 'fixed', key: fixed.key } };
  }
  if (!above) return { problem: 'it takes any key, so there are none to choose among' };
  if (!below) return { problem: 'the pipeline takes any key itself, so it is not known which of them belong together' };
  const dimensions = dimensionsOf(above);
  const unused = select.find((one) => !dimensions.some(({ name, of }) => applies(one, name, of, dimensions.length)));
  if (unused) return { problem: `${selectWords(unused)} chooses nothing: its partitions are ${partitionWords(above)}` };
  const origins: Origin[] = [];
  for (const { name, of } of dimensions) {
    const [chosen, another] = select.filter((one) => applies(one, name, of, dimensions.length));
    if (another) return { problem: `${name} is chosen twice` };
    const origin = originOf(below, { name, of }, chosen);
    if ('problem' in origin) return origin;
    origins.push(origin);
  }
  return { pairing: { kind: 'each', below, above, origins } };
};

const applies = (select: Select, name: string, of: Dimension, dimensions: number): boolean => {
  if (select.kind === 'last' || select.kind === 'within') return of.kind === 'time';
  return select.dimension === undefined ? of.kind === 'keys' || dimensions === 1 : select.dimension === name;
};

/** `lastDays(7)`: as the user wrote it. */
export const selectWords = (select: Select): string => {
  switch (select.kind) {
    case 'last':
      return `last${select.every[0]?.toUpperCase()}${select.every.slice(1)}s(${select.count})`;
    case 'within':
      return 'within()';
    case 'all':
      return `all(${select.dimension === undefined ? '' : `'${select.dimension}'`})`;
    case 'fixed':
      return `fixed('${select.key}')`;
  }
};

const originOf = (
  below: PartitionSpec,
  { name, of }: { readonly name: string; readonly of: Dimension },
  select: Select | undefined,
): Origin | { readonly problem: string } => {
  const own = dimensionsOf(below);
  const time = own.findIndex((dimension) => dimension.of.kind === 'time');
  switch (select?.kind) {
    case 'all':
      return of.kind === 'keys'
        ? { kind: 'all' }
        : { problem: `${name} is time, of which there is no end; use lastDays or within` };
    case 'fixed': {
      const problem = problemIn(of, select.key);
      return problem ? { problem } : { kind: 'fixed', key: select.key };
    }
    case 'last':
      if (of.kind !== 'time' || of.every !== select.every)
        return {
          problem: `${selectWords(select)} chooses ${select.every}s, but its partitions are ${of.kind === 'time' ? `${of.every}s` : 'keys'}`,
        };
      if (!Number.isInteger(select.count) || select.count < 1 || select.count > 1_000)
        return { problem: `${selectWords(select)} is not a number from 1 to 1,000` };
      return time < 0
        ? { problem: `${selectWords(select)} has no time to count back from` }
        : { kind: 'last', below: time, count: select.count };
    case 'within': {
      const mine = own[time]?.of;
      if (mine?.kind !== 'time' || of.kind !== 'time') return { problem: 'within() wants time on both sides' };
      if (everies.indexOf(of.every) > everies.indexOf(mine.every))
        return { problem: `a ${of.every} is not within a ${mine.every}` };
      return { kind: 'within', below: time };
    }
    default:
      return sameIn(own, name, of);
  }
};

const sameIn = (
  own: ReturnType<typeof dimensionsOf>,
  name: string,
  of: Dimension,
): Origin | { readonly problem: string } => {
  const alike = own.filter((dimension) => dimension.of.kind === of.kind);
  const match = alike.find((dimension) => dimension.name === name) ?? (alike.length === 1 ? alike[0] : undefined);
  const what = name === 'key' ? 'its keys' : name;
  if (!match)
    return {
      problem: `nothing says which of ${what} (${of.kind === 'time' ? exampleKey(of.every) : of.keys.join(', ')}) is meant; choose with map`,
    };
  if (match.of.kind === 'time' && of.kind === 'time' && match.of.every !== of.every)
    return {
      problem: `its partitions are ${of.every}s, and those of the pipeline ${match.of.every}s; choose with map: within() or last…`,
    };
  if (match.of.kind === 'keys' && of.kind === 'keys') {
    const { keys } = of;
    const strange = match.of.keys.find((key) => !keys.includes(key));
    if (strange !== undefined) return { problem: `it has no ${strange}, which the pipeline has` };
  }
  return { kind: 'same', below: own.indexOf(match) };
};

const timeIn = (spec: PartitionSpec, index: number): TimePartitions => {
  const of = dimensionsOf(spec)[index]?.of;
  if (of?.kind !== 'time') throw new Error('the dimension is not time');
  return of;
};

/** The keys of time above that a key of time below reads from. */
const timesAbove = (origin: Origin, below: TimePartitions, above: TimePartitions, key: string): readonly string[] => {
  const span = spanOf(below, key);
  if (!span) return [];
  const last = keyAt(above, span.end - 1);
  if (origin.kind === 'last') return timeKeys(above, shifted(above, last, 1 - origin.count), last);
  const first = keyAt(above, span.start);
  const begins = spanOf(above, first)?.start === span.start ? first : shifted(above, first, 1);
  return timeKeys(above, begins, last);
};

/** The partitions above that a partition reads from, in order; those that there are not are left out. */
export const keysAbove = (pairing: Pairing, key: string): readonly string[] => {
  if (pairing.kind === 'whole') return [key];
  if (pairing.kind === 'fixed') return [pairing.key];
  const { below, above, origins } = pairing;
  if (isTrial(below, key)) return [key]; // there is no time to choose by
  const parts = partsOf(below, key);
  return combined(
    dimensionsOf(above).map(({ of }, index) => {
      const origin = origins[index];
      switch (origin?.kind) {
        case 'same': {
          const part = parts[origin.below] ?? '';
          return problemIn(of, part) ? [] : [part];
        }
        case 'last':
        case 'within':
          return timesAbove(origin, timeIn(below, origin.below), timeIn(above, index), parts[origin.below] ?? '');
        case 'all':
          return of.kind === 'keys' ? of.keys : [];
        case 'fixed':
          return [origin.key];
        default:
          return [];
      }
    }),
  );
};

/**
 * The partitions that one above is for. `open`: it says nothing of when, so it is for all that are due, which are many: whoever
 * asks should leave out those that were run.
 */
export const keysBelow = (
  pairing: Pairing,
  spec: PartitionSpec | undefined,
  keyAboveIt: string,
  nowMs: number,
): { readonly keys: readonly string[]; readonly open: boolean } => {
  if (pairing.kind === 'whole') return { keys: [keyAboveIt], open: false };
  if (pairing.kind === 'fixed') {
    if (pairing.key !== keyAboveIt || !spec) return { keys: [], open: false };
    return { keys: combined(dimensionsOf(spec).map(({ of }) => allOf(of, nowMs))), open: true };
  }
  const { below, above, origins } = pairing;
  if (isTrial(above, keyAboveIt)) return { keys: isTrial(below, keyAboveIt) ? [keyAboveIt] : [], open: false };
  const parts = partsOf(above, keyAboveIt);
  const isOther = origins.some((origin, index) => origin.kind === 'fixed' && origin.key !== parts[index]);
  if (isOther) return { keys: [], open: false };
  let open = false;
  const lists = dimensionsOf(below).map(({ of }, own) => {
    const index = origins.findIndex((origin) => 'below' in origin && origin.below === own);
    const origin = origins[index];
    if (!origin) {
      open ||= of.kind === 'time';
      return allOf(of, nowMs);
    }
    const part = parts[index] ?? '';
    if (origin.kind === 'same' || of.kind !== 'time') return problemIn(of, part) ? [] : [part];
    return timesBelow(origin, of, timeIn(above, index), part);
  });
  return { keys: combined(lists), open };
};

const allOf = (of: Dimension, nowMs: number): readonly string[] => {
  if (of.kind === 'keys') return of.keys;
  const newest = newestDue(of, nowMs);
  return newest === undefined ? [] : timeKeys(of, of.from, newest);
};

/** From the first that it can be for, as long as they read from it. */
const timesBelow = (origin: Origin, below: TimePartitions, above: TimePartitions, part: string): readonly string[] => {
  const span = spanOf(above, part);
  const found: string[] = [];
  if (!span) return found;
  let key = keyAt(below, span.start);
  while (timesAbove(origin, below, above, key).includes(part)) {
    if (!problemIn(below, key)) found.push(key);
    key = shifted(below, key, 1);
  }
  return found;
};
