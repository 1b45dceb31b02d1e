// definePipeline: the front of the whole. Records the flow once and keeps it as plain data.
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { type AdmissionOptions, admissionOf } from './admission.ts';
import type { Condition } from './condition.ts';
import { type Flow, record, upstreamRefs } from './flow.ts';
import type { Deadline, ExecutionType, Pipeline } from './node.ts';
import type { PartitionKey, Partitions } from './partitions.ts';
import { makeRef, type Ref, type Unbound } from './ref.ts';
import { type Span, spanSeconds } from './span.ts';
import type { Trigger } from './trigger.ts';
import { type JoinOptions, joinPolicy, type OutputsOf, type UpstreamOptions, upstreamsOf } from './upstream.ts';

/** What a run that upstreams start is known by before it starts. */
export interface StartAbove<Upstream, P> {
  readonly partition: Ref<P>;
  readonly upstream: { readonly [Alias in keyof Upstream]: Ref<Upstream[Alias]> };
}

export interface PipelineOptions<
  Input extends StandardSchemaV1,
  U extends UpstreamOptions,
  P = PartitionKey,
  J extends JoinOptions = JoinOptions,
> extends AdmissionOptions {
  /** One sentence for the console and the docs. */
  readonly description?: string;
  readonly input: Input;
  /**
   * How its executions run. Express ones cost a fraction and start many times faster, but last 5 minutes at most, wait for
   * nobody, and AWS keeps no history of them; a pipeline whose shape does not allow them is told why (HDL235).
   * @default 'standard'
   */
  readonly type?: ExecutionType;
  /**
   * How long a run may take, from when it was asked for, or to go on. One that is not over by then is told to the alerts topic and
   * the event bus; with `ends` it is ended too, as failed. @default no such time
   */
  readonly deadline?: Span | { readonly after: Span; readonly ends: boolean };
  /**
   * The partitions that there are: `daily({ from: '2026-01-01' })`. A start for any other key is refused. What a run knows of its
   * own is `flow.partition`.
   * @default any key
   */
  readonly partitions?: Partitions<P>;
  /**
   * Pipelines that must complete for a partition before this one starts for it; the run starts by itself then.
   * Their outputs are `flow.upstream.<alias>`. Of the same partition, unless `from` says which.
   */
  readonly upstream?: U;
  /** How long it waits for its upstreams together. `from` says it of one. @default for all of them, for ever */
  readonly join?: J;
  /**
   * Of the runs that upstreams start: one that it does not hold for is not started, but recorded as `skipped`. What a person, a
   * backfill or another trigger asks for is not asked. @default always
   */
  readonly when?: (above: StartAbove<OutputsOf<U, J>, P>) => Condition;
  /** What else starts runs. @default only upstreams and people */
  readonly triggers?: readonly Trigger<StandardSchemaV1.InferInput<Input>>[];
}

const deadlineOf = (deadline: Span | { readonly after: Span; readonly ends: boolean }, pipeline: string): Deadline => {
  const { after, ends } = typeof deadline === 'object' ? deadline : { after: deadline, ends: false };
  return { seconds: spanSeconds(after, pipeline, 'deadline'), ...(ends ? { ends } : {}) };
};

/**
 * Declares a pipeline: runs `body` once, now, over typed refs, and records what it wires.
 *
 * @example
 * export const orders = definePipeline('orders', { input: z.object({ day: z.string() }) }, (flow) => {
 *   const listed = flow.task(list, { day: flow.input.day });
 *   const cleaned = flow.map(clean, listed.files, (file) => ({ key: file.key }));
 *   return { rows: cleaned.count };
 * });
 */
export const definePipeline = <
  const Name extends string,
  Input extends StandardSchemaV1,
  Output,
  const U extends UpstreamOptions = Record<never, never>,
  P = PartitionKey,
  const J extends JoinOptions = Record<never, never>,
>(
  name: Name,
  options: PipelineOptions<Input, U, P, J>,
  body: (flow: Flow<StandardSchemaV1.InferOutput<Input>, OutputsOf<U, J>, P>) => Output,
): Pipeline<Name, Input, Unbound<Output>> => {
  const { upstream, uses } = upstreamsOf(name, options.upstream ?? {});
  const admission = admissionOf(options);
  const above = {
    partition: makeRef<P>(name, { kind: 'source', source: { kind: 'partition' } }),
    upstream: upstreamRefs<OutputsOf<U, J>>(name, Object.keys(upstream)),
  };
  return {
    kind: 'pipeline',
    name,
    description: options.description ?? '',
    input: options.input,
    type: options.type ?? 'standard',
    ...(options.deadline === undefined ? {} : { deadline: deadlineOf(options.deadline, name) }),
    ...(options.partitions ? { partitions: options.partitions } : {}),
    upstream,
    ...(Object.keys(uses).length > 0 ? { uses } : {}),
    ...(options.join ? { join: joinPolicy(options.join, name) } : {}),
    ...(options.when ? { when: options.when(above) } : {}),
    triggers: options.triggers ?? [],
    ...(admission ? { admission } : {}),
    flow: record(name, Object.keys(upstream), body),
  };
};
