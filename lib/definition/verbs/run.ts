import type { StandardSchemaV1 } from '@standard-schema/spec';
import { bind } from '../bind.ts';
import type { Pipeline } from '../node.ts';
import type { Bound, Ref } from '../ref.ts';
import { type Span, spanSeconds } from '../span.ts';
import { placeOf, type Recorder, stageRef, stagesBehind } from './recorder.ts';
import type { AfterOptions } from './wait.ts';

export interface RunOptions extends AfterOptions {
  /** The name of this use of the pipeline. @default the pipeline's own name */
  readonly id?: string;
  /** The slice of data that the run is for. @default this run's own partition */
  readonly partition?: Ref<string> | string;
  /** How long the other run may take. @default '1d' */
  readonly timeout?: Span;
}

type OutputOf<P extends Pipeline> = P extends Pipeline<string, StandardSchemaV1, infer Output> ? Output : never;

export interface RunVerb {
  /**
   * Runs another pipeline, waits for its end, at no cost while it does, and gives what it returns. It is a run like any
   * other, through the same door. A run that fails, or is cancelled, fails this stage.
   *
   * @example
   * const scored = flow.run(scoring, { model: 'v3', items: listed.items });
   * flow.task(publish, { mean: scored.mean });
   */
  run<P extends Pipeline>(
    pipeline: P,
    input: Bound<StandardSchemaV1.InferInput<P['input']>>,
    options?: RunOptions,
  ): Ref<OutputOf<P>>;
}

export const recordRun = (recorder: Recorder): RunVerb['run'] => {
  return (pipeline, input, options = {}) => {
    const id = options.id ?? pipeline.name;
    const at = placeOf(recorder, id);
    recorder.add({
      kind: 'run',
      id,
      child: pipeline,
      bind: bind(input, at),
      ...(options.partition === undefined ? {} : { partition: bind(options.partition, at) }),
      timeoutSeconds: spanSeconds(options.timeout ?? '1d', at, 'timeout'),
      after: stagesBehind(options.after, at),
    });
    return stageRef(recorder, id);
  };
};
