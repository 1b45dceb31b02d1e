// definePipeline: the front of the whole. Records the flow once and keeps it as plain data.
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { type AdmissionOptions, admissionOf } from './admission.ts';
import { DefinitionError } from './diagnostic.ts';
import { type Flow, record } from './flow.ts';
import type { Deadline, ExecutionType, Pipeline, Upstreams } from './node.ts';
import type { PartitionKey, Partitions } from './partitions.ts';
import type { Unbound } from './ref.ts';
import { type Span, spanSeconds } from './span.ts';
import type { Trigger } from './trigger.ts';

type OutputsOf<U extends Upstreams> = {
  readonly [Alias in keyof U]: U[Alias] extends Pipeline<string, StandardSchemaV1, infer Output> ? Output : never;
};

export interface PipelineOptions<Input extends StandardSchemaV1, U extends Upstreams, P = PartitionKey>
  extends AdmissionOptions {
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
   * Their outputs are `flow.upstream.<alias>`.
   */
  readonly upstream?: U;
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
  const U extends Upstreams = Record<never, never>,
  P = PartitionKey,
>(
  name: Name,
  options: PipelineOptions<Input, U, P>,
  body: (flow: Flow<StandardSchemaV1.InferOutput<Input>, OutputsOf<U>, P>) => Output,
): Pipeline<Name, Input, Unbound<Output>> => {
  const upstream: Upstreams = options.upstream ?? {};
  const missing = Object.entries(upstream).filter(([, pipeline]) => pipeline?.kind !== 'pipeline');
  if (missing.length > 0) {
    throw new DefinitionError(
      missing.map(([alias]) => ({
        code: 'HDL104',
        severity: 'error',
        at: name,
        message: `upstream ${alias} is not a pipeline (files that import each other in a circle see undefined)`,
        fix: `import ${alias} from a file that does not import ${name}`,
      })),
    );
  }
  const admission = admissionOf(options);
  return {
    kind: 'pipeline',
    name,
    description: options.description ?? '',
    input: options.input,
    type: options.type ?? 'standard',
    ...(options.deadline === undefined ? {} : { deadline: deadlineOf(options.deadline, name) }),
    ...(options.partitions ? { partitions: options.partitions } : {}),
    upstream,
    triggers: options.triggers ?? [],
    ...(admission ? { admission } : {}),
    flow: record(name, Object.keys(upstream), body),
  };
};
