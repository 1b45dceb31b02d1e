// What starts runs of a pipeline by itself. A person or program can always start one too.
import type { Json } from '../records/index.ts';

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
 * `expression` is EventBridge Scheduler's `cron(…)` or `rate(…)`.
 *
 * @example
 * schedule('cron(0 3 * * ? *)', { timeZone: 'Europe/London', input: { full: false } })
 */
export const schedule = <I extends Json>(
  expression: `cron(${string})` | `rate(${string})`,
  options: { readonly input: I; readonly timeZone?: string },
): Trigger<I> => ({ kind: 'schedule', expression, timeZone: options.timeZone ?? 'UTC', input: options.input });
