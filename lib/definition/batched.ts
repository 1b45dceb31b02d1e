// Many events of a trigger as one run.
import { DefinitionError } from './diagnostic.ts';
import { type Span, spanSeconds } from './span.ts';
import type { Trigger } from './trigger.ts';

export interface BatchOptions {
  /** A window opens with its first event and closes after this time: `'30s'`, `'2h'`. */
  readonly window: Span;
  /** It closes earlier once nothing has come for so long: each event starts this time anew, up to `window`. @default it does not */
  readonly quiet?: Span;
  /** It closes earlier with so many events. @default 1,000, which is the most */
  readonly count?: number;
  /** It closes earlier with so many bytes: of objects, else of the inputs as JSON. @default no limit */
  readonly bytes?: number;
}

/**
 * HDL160: what `batched` is given cannot be gathered: a schedule, requests, or a window, quiet, count or bytes out of range. Fix: batch objects, events or
 * messages, with a window of 1s to 24h, a shorter quiet, and a count from 1 to 1,000.
 */
const most = { seconds: 24 * 3_600, count: 1_000 } as const;

/**
 * Gathers what a trigger asks for: one run for all events of a window, with the input that each would have had alone in `batch`.
 * Where they name a partition, each partition has windows of its own.
 *
 * @example
 * batched(objectDropped('drops/{partition}/*'), { window: '5m', count: 500 })
 * @example
 * batched(objectDropped('drops/{partition}/*'), { quiet: '30s', window: '10m' }) // 30 s after the last, 10 min after the first at most
 */
export const batched = <I>(
  trigger: Trigger<I>,
  { window, quiet, count = most.count, bytes }: BatchOptions,
): Trigger<{ readonly batch: I[] }> => {
  const seconds = spanSeconds(window, 'batched', 'window');
  const quietSeconds = quiet === undefined ? undefined : spanSeconds(quiet, 'batched', 'quiet');
  const problem =
    trigger.kind === 'schedule'
      ? 'is of a schedule, whose times come one by one'
      : trigger.kind === 'request'
        ? 'is of requests, each of which is told its run'
        : seconds < 1 || seconds > most.seconds
          ? `has a window of ${window}, which is not from 1s to 24h`
          : quietSeconds !== undefined && !(quietSeconds >= 1 && quietSeconds < seconds)
            ? `is to be quiet for ${quiet}, which is not from 1s to less than its window of ${window}`
            : !Number.isInteger(count) || count < 1 || count > most.count
              ? `has a count of ${count}, which is no whole number from 1 to 1,000`
              : bytes !== undefined && !(Number.isInteger(bytes) && bytes >= 1)
                ? `has ${bytes} bytes, which is no whole number from 1`
                : undefined;
  if (problem !== undefined || trigger.kind === 'schedule' || trigger.kind === 'request')
    throw new DefinitionError([
      {
        code: 'HDL160',
        severity: 'error',
        at: 'batched',
        message: `what is batched ${problem}`,
        fix: "write one like batched(objectDropped('drops/{partition}/*'), { window: '5m', count: 500 })",
      },
    ]);
  const { gives: _, ...rest } = trigger;
  const quietly = quietSeconds === undefined ? {} : { quietSeconds };
  return { ...rest, batch: { seconds, ...quietly, count, ...(bytes === undefined ? {} : { bytes }) } };
};
