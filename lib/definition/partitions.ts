// Which partitions a pipeline has: time cut into pieces, keys from a list, or both. Runs are asked for by key.
import {
  bar,
  boundKey,
  type Dimension,
  type Every,
  exampleKey,
  type PartitionSpec,
  type TimePartitions,
  timeOf,
} from '../records/index.ts';
import { isTimeZone } from '../support/schedule/time-zone.ts';
import { DefinitionError } from './diagnostic.ts';

/** A spec, and the fields of `flow.partition` that it gives. They exist for the checker. */
export type Partitions<Fields = unknown, Spec extends PartitionSpec = PartitionSpec> = Spec & {
  readonly gives?: Fields;
};

/** What every run knows of its partition. */
export interface PartitionKey {
  readonly key: string;
}

/** What a run of a partition in time knows besides. Moments in ISO 8601, in UTC; the end is the next partition's start. */
export interface PartitionTime extends PartitionKey {
  readonly start: string;
  readonly end: string;
}

export interface TimeOptions {
  /** A date, or the first partition's key. The first partition is the one that it falls into. */
  readonly from: string;
  /** A date, or the last partition's key. @default there is no last one */
  readonly to?: string;
  /** An IANA name: days begin at its midnight, daylight saving included. @default 'UTC' */
  readonly timeZone?: string;
  /**
   * How many partitions are due besides those that have ended: 1 for the one that is under way, -1 to let one more go by.
   * @default 0
   */
  readonly endOffset?: number;
}

type InTime = Partitions<PartitionTime, TimePartitions>;

/**
 * HDL120: partitions that cannot be: a time zone that does not exist, a first or last that is no date or the wrong way round, a
 * list that is empty or names a key twice, a key that cannot stand in a key, or two dimensions that do not go together. Fix: as
 * the message says.
 */
const refuse = (what: string, message: string, fix: string): never => {
  throw new DefinitionError([{ code: 'HDL120', severity: 'error', at: what, message, fix }]);
};

const cut =
  (what: string, every: Every) =>
  ({ from, to, timeZone = 'UTC', endOffset = 0 }: TimeOptions): InTime => {
    if (!isTimeZone(timeZone))
      return refuse(what, `'${timeZone}' is no time zone`, "give an IANA name such as 'Europe/London'");
    if (!Number.isInteger(endOffset))
      return refuse(what, `endOffset is ${endOffset}, not a whole number`, 'write 0, 1 or -1');
    const form = `write a date such as '2026-01-31', or a key such as '${exampleKey(every)}'`;
    const first = boundKey({ every, timeZone }, from, 'from');
    if (first === undefined) return refuse(what, `from is '${from}', which is no ${every}`, form);
    const last = to === undefined ? undefined : boundKey({ every, timeZone }, to, 'to');
    if (to !== undefined && last === undefined) return refuse(what, `to is '${to}', which is no ${every}`, form);
    if (last !== undefined && last < first)
      return refuse(what, `it ends with ${last}, before it begins with ${first}`, 'exchange from and to');
    return { kind: 'time', every, from: first, ...(last === undefined ? {} : { to: last }), timeZone, endOffset };
  };

/**
 * A partition for each hour: `2026-01-31T05`. Where clocks go back, the second of the two equal hours is `2026-10-25T02b`.
 *
 * @example
 * hourly({ from: '2026-01-01' })
 */
export const hourly: (options: TimeOptions) => InTime = cut('hourly', 'hour');

/**
 * A partition for each day: `2026-01-31`.
 *
 * @example
 * daily({ from: '2026-01-01', timeZone: 'Europe/London' })
 */
export const daily: (options: TimeOptions) => InTime = cut('daily', 'day');

/**
 * A partition for each ISO week, Monday to Sunday: `2026-W05`.
 *
 * @example
 * weekly({ from: '2026-01-01' })
 */
export const weekly: (options: TimeOptions) => InTime = cut('weekly', 'week');

/**
 * A partition for each month: `2026-01`.
 *
 * @example
 * monthly({ from: '2026-01-01' })
 */
export const monthly: (options: TimeOptions) => InTime = cut('monthly', 'month');

const keyForm = /^[^\s|/{}#]{1,100}$/;

/**
 * A partition for each key of a list.
 *
 * @example
 * keys(['web', 'shop'])
 */
export const keys = (list: readonly string[]): Partitions<PartitionKey, Extract<Dimension, { kind: 'keys' }>> => {
  if (list.length === 0) return refuse('keys', 'the list is empty', "name at least one: keys(['web'])");
  const bad = list.find((key) => !keyForm.test(key));
  if (bad !== undefined)
    return refuse(
      'keys',
      `'${bad}' cannot be a key`,
      `use up to 100 characters without spaces and without ${bar} / { } #`,
    );
  const twice = list.find((key, index) => list.indexOf(key) !== index);
  if (twice !== undefined) return refuse('keys', `'${twice}' is there twice`, 'name it once');
  return { kind: 'keys', keys: [...list] };
};

type Fields<P> = P extends { readonly gives?: infer F } ? F : never;

/** The fields of both, with each one's own key under its name. */
type Both<D extends { readonly [name: string]: Partitions<PartitionKey, Dimension> }> =
  Fields<D[keyof D]> extends infer F
    ? Omit<Extract<F, PartitionTime> extends never ? PartitionKey : PartitionTime, keyof D> & {
        readonly [Name in keyof D]: string;
      }
    : never;

const dimensionName = /^[a-z][A-Za-z0-9]*$/;
const taken = ['key', 'start', 'end', 'partition'];

/**
 * A partition for each pair of two dimensions, `2026-01-31|web`. Where one is time, it comes first.
 *
 * @example
 * by({ day: daily({ from: '2026-01-01' }), source: keys(['web', 'shop']) })
 */
export const by = <const D extends { readonly [name: string]: Partitions<PartitionKey, Dimension> }>(
  dimensions: D,
): Partitions<Both<D>, Extract<PartitionSpec, { kind: 'by' }>> => {
  const named = Object.entries(dimensions).map(([name, of]) => ({ name, of }));
  const [first, second, ...more] = named;
  if (!first || !second || more.length > 0)
    return refuse(
      'by',
      `there are ${named.length} dimensions, not two`,
      'give two: by({ day: daily(…), source: keys([…]) })',
    );
  const odd = named.find(({ name }) => !dimensionName.test(name) || taken.includes(name));
  if (odd)
    return refuse(
      'by',
      `'${odd.name}' cannot be a dimension's name`,
      `use a small letter, then letters and digits, and none of ${taken.join(', ')}`,
    );
  if (second.of.kind === 'time')
    return refuse(
      'by',
      first.of.kind === 'time' ? 'both dimensions are time' : 'time is the second dimension',
      first.of.kind === 'time' ? 'make one of them keys([…])' : `write ${second.name} before ${first.name}`,
    );
  return { kind: 'by', dimensions: [first, second] };
};

/** What a run knows that may be of a trial. */
type Tried<F> = { readonly [Name in keyof F]: Name extends 'key' ? F[Name] : F[Name] | null };

/**
 * Besides these partitions, any key that begins with a letter, such as `demo`: for what is of no partition. No calendar and no
 * backfill has them; what such a run knows of its partition is the key, and null for all else. It reads what upstreams gave for the
 * same key. Throws HDL120 for partitions without time, whose keys would not differ.
 *
 * @example
 * withTrials(daily({ from: '2026-01-01' }))
 */
export const withTrials = <F, S extends PartitionSpec>(partitions: Partitions<F, S>): Partitions<Tried<F>, S> => {
  if (!timeOf(partitions))
    return refuse(
      'withTrials',
      'these partitions have no time, so no key is known for a trial',
      'list it with keys([…])',
    );
  const { gives: _, ...spec } = partitions;
  return { ...spec, trials: true } as unknown as Partitions<Tried<F>, S>; // `gives` is for the checker alone
};
