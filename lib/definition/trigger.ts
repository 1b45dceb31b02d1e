// What starts runs of a pipeline by itself. A person or program can always start one too.
import type { CatchUp, Json } from '../records/index.ts';

/**
 * `I` is the input that the trigger gives the run, so that a pipeline only takes triggers whose input its contract allows.
 */
export type Trigger<I> =
  | { readonly kind: 'object'; readonly keyTemplate: string; readonly gives?: I }
  | {
      readonly kind: 'schedule';
      readonly expression: string;
      readonly timeZone: string;
      readonly input: Json;
      /** What becomes of times that passed while the trigger was paused, or while nobody was there to fire it. */
      readonly catchUp: CatchUp;
      readonly gives?: I;
    };

/** The input of a run that an object started. */
export interface DroppedObject {
  readonly bucket: string;
  readonly key: string;
}

/**
 * A run for each object that lands in the Orchestrator's inbox bucket under a key of this form. `{partition}` stands for
 * the run's partition, one path segment; `*` at the end for anything.
 *
 * @example
 * objectDropped('drops/{partition}/*')
 */
export const objectDropped = (keyTemplate: `${string}{partition}${string}`): Trigger<DroppedObject> => ({
  kind: 'object',
  keyTemplate,
});

/**
 * A run for each time a schedule comes due; the partition is the scheduled day (`2026-01-31`) in the time zone.
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
  }: {
    readonly input: I;
    /** @default 'UTC' */
    readonly timeZone?: string;
    /** @default 'last' */
    readonly catchUp?: CatchUp;
  },
): Trigger<I> => ({ kind: 'schedule', expression, timeZone, input, catchUp });
