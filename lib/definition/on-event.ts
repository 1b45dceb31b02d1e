// Triggers that make a run of an event, or of a message: its input, partition and condition are read from it through typed refs.
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { type Binding, narrow } from '../records/index.ts';
import { bind } from './bind.ts';
import type { Condition } from './condition.ts';
import type { Pipeline } from './node.ts';
import type { Bound, Ref, Unbound } from './ref.ts';
import { type Trigger, triggerRef } from './trigger.ts';

/** A value of EventBridge's pattern language: what to match, or `{ prefix: … }`, `{ numeric: ['>', 0] }`, `{ exists: false }` and so on. */
export type Matcher = string | number | boolean | null | { readonly [operator: string]: unknown };

/** A part of an event's detail: lists of what its fields may be. */
export interface DetailPattern {
  readonly [field: string]: readonly Matcher[] | readonly DetailPattern[] | DetailPattern;
}

export interface EventPattern {
  readonly source: string | readonly Matcher[];
  readonly detailType?: string | readonly Matcher[];
  readonly detail?: DetailPattern;
  /** The name of the bus. @default the account's default bus, where AWS's own events are */
  readonly bus?: string;
}

/** What refs into an event point at. Of a message of a queue, `detail` is its body and `source` the queue. */
export interface EventShape<Detail> {
  readonly id: string;
  /** ISO 8601. */
  readonly time: string;
  readonly source: string;
  readonly detailType: string;
  readonly detail: Detail;
}

export interface EventOptions<Detail extends StandardSchemaV1, Input> {
  /** The contract of the event's detail, or of the message's body, which refs take their types from. */
  readonly detail: Detail;
  /** The input of the run. */
  readonly input: (event: Ref<EventShape<StandardSchemaV1.InferOutput<Detail>>>) => Input;
  /** @default the event's id */
  readonly partition?: (event: Ref<EventShape<StandardSchemaV1.InferOutput<Detail>>>) => Bound<string>;
  /** What makes two events ask for one run. @default the event's own id, so that a repeated delivery does */
  readonly id?: (event: Ref<EventShape<StandardSchemaV1.InferOutput<Detail>>>) => Bound<string>;
  /** A run that it does not hold for is not started, but recorded as `skipped`. @default always */
  readonly when?: (event: Ref<EventShape<StandardSchemaV1.InferOutput<Detail>>>) => Condition;
}

const readingOf = <Detail extends StandardSchemaV1, Input>(options: EventOptions<Detail, Input>, at: string) => {
  const event = triggerRef<EventShape<StandardSchemaV1.InferOutput<Detail>>>();
  const { input, partition, id, when } = options;
  return {
    input: bind(input(event), at),
    ...(partition ? { partition: bind(partition(event), at) } : {}),
    ...(id ? { id: bind(id(event), at) } : {}),
    ...(when ? { when: when(event) } : {}),
  } satisfies { readonly input: Binding; readonly [part: string]: unknown };
};

/**
 * A run for each event that matches a pattern of EventBridge's.
 *
 * @example
 * onEvent({ source: 'shop', detailType: 'Drop Ready', detail: { rows: [{ numeric: ['>', 0] }] } }, {
 *   detail: z.object({ day: z.string(), rows: z.number() }),
 *   input: (event) => ({ day: event.detail.day }),
 *   partition: (event) => event.detail.day,
 *   when: (event) => gte(event.detail.rows, 100),
 * })
 */
export const onEvent = <Detail extends StandardSchemaV1, Input>(
  { source, detailType, detail, bus }: EventPattern,
  options: EventOptions<Detail, Input>,
): Trigger<Unbound<Input>> => ({
  kind: 'event',
  pattern: {
    source: typeof source === 'string' ? [source] : source,
    ...(detailType === undefined ? {} : { 'detail-type': typeof detailType === 'string' ? [detailType] : detailType }),
    ...(detail === undefined ? {} : { detail }),
  },
  ...(bus === undefined ? {} : { bus }),
  ...readingOf(options, 'onEvent'),
});

/**
 * A run for each message of a queue of yours, by its name, in the same account and region. A message is JSON. One that cannot
 * start a run goes back, and in the end to the dead-letter queue, which your queue must have.
 *
 * @example
 * fromQueue('orders-inbox', {
 *   detail: z.object({ day: z.string() }),
 *   input: (message) => ({ day: message.detail.day }),
 * })
 */
export const fromQueue = <Detail extends StandardSchemaV1, Input>(
  queue: string,
  options: EventOptions<Detail, Input>,
): Trigger<Unbound<Input>> => ({ kind: 'queue', queue, ...readingOf(options, 'fromQueue') });

/**
 * For `when`: the newest run of the partition before this one, or of the same partition of another pipeline, is completed.
 *
 * @example
 * schedule('cron(0 3 * * ? *)', { input: {}, when: () => completed('previous') })
 */
export const completed = (of: 'previous' | Pipeline): Condition => {
  const source = { kind: 'ledger', of: of === 'previous' ? of : of.name } as const;
  const left = narrow({ kind: 'ref', source, path: [] }, ['status']);
  return { kind: 'compare', comparison: 'eq', left, right: { kind: 'value', value: 'completed' } };
};
