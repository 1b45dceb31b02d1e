// definePool: how much of something there is, for all who use it together.
import type { PoolLimits } from '../records/index.ts';
import { type Span, spanSeconds } from './span.ts';

/** A pool, as plain data. `Key` is the field of a stage's input that its limits are for each value of; `never` for none. */
export interface Pool<Key extends string = string> {
  readonly kind: 'pool';
  readonly name: string;
  readonly slots?: number;
  readonly rate?: { readonly perSeconds: number; readonly calls: number };
  readonly key?: Key;
  /** Seconds that a run of low priority waits longer than one that came when it did. */
  readonly agingSeconds?: number;
}

export interface PoolOptions<Key extends string> {
  /** How many stages, items or calls may hold it at once. @default any number */
  readonly slots?: number;
  /** How many calls may begin in any window of so long; they are spread evenly over it. @default any number */
  readonly rate?: { readonly per: Span; readonly calls: number };
  /** The field of a stage's input for each value of which there are slots and calls, such as a customer. @default the same for all */
  readonly key?: Key;
  /**
   * Live runs before those of low priority (backfills, and triggers that say so): one of these waits as if it had come `aging` later,
   * so that it is never overtaken by who comes after that. `true` is 15 minutes. @default all in the order in which they come
   */
  readonly priority?: boolean | { readonly aging: Span };
}

const usualAgingSeconds = 900;

/**
 * Declares a pool: a budget that all stages, runs and pipelines of an orchestrator which use it have together. A stage waits outside
 * of any function until there is room.
 *
 * @example
 * const crm = definePool('crm', { slots: 4, rate: { per: '1s', calls: 5 }, key: 'customer', priority: true });
 */
export const definePool = <const Key extends string = never>(name: string, options: PoolOptions<Key>): Pool<Key> => {
  const { slots, rate, key, priority = false } = options;
  const aging = priority === true ? usualAgingSeconds : priority && spanSeconds(priority.aging, name, 'priority.aging');
  return {
    kind: 'pool',
    name,
    ...(slots === undefined ? {} : { slots }),
    ...(rate === undefined ? {} : { rate: { perSeconds: spanSeconds(rate.per, name, 'rate.per'), calls: rate.calls } }),
    ...(key === undefined ? {} : { key }),
    ...(aging === false ? {} : { agingSeconds: aging }),
  };
};

/** The fields of an input that tell whom a pool's limits are for. */
export type PoolKeys<Input> = {
  [Field in keyof Input & string]-?: Input[Field] extends string | number ? Field : never;
}[keyof Input & string];

/**
 * Between two calls, of their even share: a little more, so that one which begins a little late is still no call too many in any
 * window. Who is later than that reserves anew.
 */
export const poolSlack = 0.01;

/** A pool's limits as whoever takes of it at run time needs them. */
export const poolLimits = ({ slots, rate, agingSeconds }: Pool): PoolLimits => ({
  ...(slots === undefined ? {} : { slots }),
  ...(rate === undefined
    ? {}
    : {
        intervalMs: Math.ceil((rate.perSeconds * 100_000 * (1 + poolSlack)) / rate.calls) / 100,
        perMs: rate.perSeconds * 1_000,
      }),
  ...(agingSeconds === undefined ? {} : { agingMs: agingSeconds * 1_000 }),
});
