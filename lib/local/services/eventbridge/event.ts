import type { BusEvent, EngineContext, Shape } from '../../service.ts';
import { uuid } from '../../uuid.ts';

/** An event as rules match it and targets receive it. A type alias, so that it is also a Shape. */
export type Envelope = {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  /** ISO 8601, whole seconds. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: Shape;
};

/** `2026-11-24T10:00:00Z`: EventBridge gives times without fractions of a second. */
export const wholeSeconds = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

/** Puts an event into its envelope. `timeMs` is when it happened, by default now. */
export const envelope = (context: EngineContext, event: BusEvent, timeMs = context.clock.now()): Envelope => ({
  version: '0',
  id: uuid(context.random),
  'detail-type': event['detail-type'],
  source: event.source,
  account: context.account,
  time: wholeSeconds(timeMs),
  region: context.region,
  resources: event.resources ?? [],
  detail: event.detail,
});
