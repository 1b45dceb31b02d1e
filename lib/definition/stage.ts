// A stage's contract: what goes in, what comes out, how it is retried, what it may touch. Shared by wiring and handler.
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Pool } from './pool.ts';
import { type RetryOptions, type RetryPolicy, retryPolicy } from './retry.ts';
import { type Span, seconds } from './span.ts';

/** What a stage's role may do besides its own records: read dropped objects, write artifacts. */
export interface Access {
  readonly inbox?: 'read';
  readonly artifacts?: 'write';
}

/** What the author expects of one call, for the estimate of cost and limits. It changes nothing at run time. */
export interface StageExpectation {
  /** Seconds of one call: for a map stage, of one batch. Undefined: not said, and the estimate names what it takes instead. */
  readonly durationSeconds?: number;
}

/** What a stage's function is made of, besides its memory. */
export interface Compute {
  /** Megabytes in `/tmp`, 512 to 10,240. @default 512 */
  readonly ephemeralStorageMb?: number;
  /** Of the processor, where a native library needs it. @default 'arm64', which costs a fifth less */
  readonly architecture?: 'arm64' | 'x86_64';
  /** Calls at once that are kept for it, and the most that it gets: what is above is throttled, and tried again. @default as many as there are */
  readonly reservedConcurrency?: number;
}

/** The contract of one stage. `memoryMb` is megabytes of Lambda memory, which is also its share of CPU. */
export interface Stage<
  Name extends string = string,
  Input extends StandardSchemaV1 = StandardSchemaV1,
  Output extends StandardSchemaV1 = StandardSchemaV1,
> {
  readonly kind: 'stage';
  readonly name: Name;
  readonly input: Input;
  readonly output: Output;
  readonly retry: RetryPolicy;
  readonly timeoutSeconds: number;
  readonly heartbeatSeconds?: number;
  readonly memoryMb: number;
  readonly compute: Compute;
  readonly access: Access;
  /** What its handler takes of, besides what the stage is used with. */
  readonly pools?: readonly Pool[];
  readonly expect: StageExpectation;
}

export interface StageOptions<Input extends StandardSchemaV1, Output extends StandardSchemaV1> extends Compute {
  readonly input: Input;
  readonly output: Output;
  /**
   * For transient errors, and for others by class: `{ attempts: 5, throttled: { attempts: 20, capSeconds: 600 } }`.
   * @default 3 attempts, 2 s apart, doubling, at most 60 s, jittered
   */
  readonly retry?: RetryOptions;
  /** @default '1m'. At most 15m, Lambda's limit. */
  readonly timeout?: Span;
  /**
   * How long the handler may say nothing, where it calls `heartbeat()` as it goes: an attempt that hangs is given up then, as one that
   * ran out of time. Shorter than the timeout. @default until the timeout
   */
  readonly heartbeat?: Span;
  /** @default 512 */
  readonly memoryMb?: number;
  /** @default nothing but its own records and its inputs */
  readonly access?: Access;
  /** Pools of which the handler takes: `await pool(crm).take()`. @default none but the one that the stage is used with */
  readonly pools?: readonly Pool[];
  /** How long one call takes on a normal day (of a map stage: one batch). @default not said; `heddle estimate` then assumes */
  readonly expect?: { readonly duration?: Span };
}

/**
 * Declares a stage. The name is also the state's, the metric dimension's and the handler file's.
 *
 * @example
 * const clean = defineStage('clean', {
 *   input: z.object({ key: z.string() }),
 *   output: z.object({ rows: z.number() }),
 *   timeout: '5m',
 * });
 */
export const defineStage = <const Name extends string, Input extends StandardSchemaV1, Output extends StandardSchemaV1>(
  name: Name,
  options: StageOptions<Input, Output>,
): Stage<Name, Input, Output> => ({
  kind: 'stage',
  name,
  input: options.input,
  output: options.output,
  retry: retryPolicy(options.retry),
  timeoutSeconds: seconds(options.timeout ?? '1m'),
  ...(options.heartbeat === undefined ? {} : { heartbeatSeconds: seconds(options.heartbeat) }),
  memoryMb: options.memoryMb ?? 512,
  compute: {
    ...(options.ephemeralStorageMb === undefined ? {} : { ephemeralStorageMb: options.ephemeralStorageMb }),
    ...(options.architecture === undefined ? {} : { architecture: options.architecture }),
    ...(options.reservedConcurrency === undefined ? {} : { reservedConcurrency: options.reservedConcurrency }),
  },
  access: options.access ?? {},
  ...(options.pools ? { pools: options.pools } : {}),
  expect: options.expect?.duration === undefined ? {} : { durationSeconds: seconds(options.expect.duration) },
});

/** What a handler gets: the input contract's parsed type. */
export type HandlerInput<S extends Stage> = StandardSchemaV1.InferOutput<S['input']>;
/** What a handler returns, before the output contract parses it. */
export type HandlerOutput<S extends Stage> = StandardSchemaV1.InferInput<S['output']>;
/** What the wiring must pass: the input contract's type before parsing. */
export type StageInput<S extends Stage> = StandardSchemaV1.InferInput<S['input']>;
/** What refs to the stage point at: the output contract's parsed type. */
export type StageOutput<S extends Stage> = StandardSchemaV1.InferOutput<S['output']>;
