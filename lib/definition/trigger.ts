// What starts runs of a pipeline by itself. A person or program can always start one too.
import type { BatchPolicy, Binding, CatchUp, Condition, Json } from '../records/index.ts';
import { makeRef, type Ref } from './ref.ts';

type Asking<I> =
  | {
      readonly kind: 'object';
      readonly keyTemplate: string;
      readonly when?: Condition;
      readonly batch?: BatchPolicy;
      readonly gives?: I;
    }
  | {
      readonly kind: 'event';
      /** As EventBridge has it: `source`, `detail-type`, `detail`. */
      readonly pattern: { readonly [field: string]: unknown };
      readonly bus?: string;
      readonly input: Binding;
      readonly partition?: Binding;
      readonly id?: Binding;
      readonly when?: Condition;
      readonly batch?: BatchPolicy;
      readonly gives?: I;
    }
  | {
      readonly kind: 'queue';
      readonly queue: string;
      readonly input: Binding;
      readonly partition?: Binding;
      readonly id?: Binding;
      readonly when?: Condition;
      readonly batch?: BatchPolicy;
      readonly gives?: I;
    }
  | { readonly kind: 'request'; readonly when?: Condition; readonly gives?: I }
  | {
      readonly kind: 'schedule';
      readonly expression: string;
      readonly timeZone: string;
      readonly input: Json;
      /** What becomes of times that passed while the trigger was paused, or while nobody was there to fire it. */
      readonly catchUp: CatchUp;
      readonly when?: Condition;
      readonly gives?: I;
    };

/**
 * `I` is the input that the trigger gives the run, so that a pipeline only takes triggers whose input its contract allows.
 */
export type Trigger<I> = Asking<I> & {
  /** At pools, its runs wait behind those of others. @default they do not */
  readonly priority?: 'low';
};

/**
 * Runs that can wait: at pools with `priority`, those of other triggers come first, as they do before backfills.
 *
 * @example
 * lowPriority(schedule('cron(0 3 * * ? *)', { input: { full: true } }))
 */
export const lowPriority = <I>(trigger: Trigger<I>): Trigger<I> => ({ ...trigger, priority: 'low' });

/** The input of a run that an object started. */
export interface DroppedObject {
  readonly bucket: string;
  readonly key: string;
}

/**
 * A run for each object that lands in the Orchestrator's inbox bucket under a key of this form. `{partition}` stands for
 * the run's partition, one path segment; of two dimensions, each by its name: `drops/{day}/{source}/*`. `*` at the end is anything.
 *
 * @example
 * objectDropped('drops/{partition}/*')
 */
export const objectDropped = (
  keyTemplate: `${string}{${string}}${string}`,
  options: {
    /** A run that it does not hold for is not started, but recorded as `skipped`. @default always */
    readonly when?: (object: Ref<DroppedObject & { readonly size: number; readonly partition: string }>) => Condition;
  } = {},
): Trigger<DroppedObject> => ({
  kind: 'object',
  keyTemplate,
  ...(options.when ? { when: options.when(triggerRef()) } : {}),
});

/** A ref into what asks for a run. */
export const triggerRef = <Event>(): Ref<Event> =>
  makeRef<Event>('the trigger', { kind: 'source', source: { kind: 'event' } });

/**
 * A run for each time a schedule comes due; the partition is the scheduled day (`2026-01-31`) in the time zone, or of a pipeline
 * that says which partitions it has, the newest that is due then; of two dimensions, one run for each key of the other.
 * `expression` is EventBridge Scheduler's `cron(…)` or `rate(…)`. Of the times that it missed, because a person paused it or
 * nothing was there to fire it, it catches up with `none`, the `last`, or `all`.
 *
 * @example
 * schedule('cron(0 3 * * ? *)', { timeZone: 'Europe/London', input: { full: false } })
 */
export const schedule = <I extends Json>(
  expression: `cron(${string})` | `rate(${string})`,
  {
    input,
    timeZone = 'UTC',
    catchUp = 'last',
    when,
  }: {
    readonly input: I;
    /** @default 'UTC' */
    readonly timeZone?: string;
    /** @default 'last' */
    readonly catchUp?: CatchUp;
    /** A run that it does not hold for is not started, but recorded as `skipped`. @default always */
    readonly when?: (due: Ref<{ readonly time: string; readonly partition: string }>) => Condition;
  },
): Trigger<I> => ({
  kind: 'schedule',
  expression,
  timeZone,
  input,
  catchUp,
  ...(when ? { when: when(triggerRef()) } : {}),
});
