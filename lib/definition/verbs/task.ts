import { bind } from '../bind.ts';
import { type FailureOption, failureData, type StandIn } from '../failure.ts';
import type { Bound, Ref } from '../ref.ts';
import type { Stage, StageInput, StageOutput } from '../stage.ts';
import { placeOf, type Recorder, stageRef, stagesBehind } from './recorder.ts';

/** How a stage is used. */
export interface StageUse {
  /** The name of this use of the stage. @default the stage's own name */
  readonly id?: string;
  /** Outputs of stages to wait for though nothing of theirs is read. */
  readonly after?: readonly Ref<unknown>[];
}

export interface TaskOptions<S extends Stage = Stage, F extends Stage = S> extends StageUse {
  /** What it means when the stage, and its fallback if it has one, failed for good. @default 'fail' */
  readonly onFailure?: FailureOption<StageOutput<S>>;
  /** A stage that runs with the same input when this one failed for good; its output becomes this one's. @default none */
  readonly fallback?: F & StandIn<S, F>;
}

export interface TaskVerb {
  /** Runs a stage once. */
  task<S extends Stage, F extends Stage = S>(
    stage: S,
    input: Bound<StageInput<S>>,
    options?: TaskOptions<NoInfer<S>, F>,
  ): Ref<StageOutput<S>>;
}

export const recordTask = (recorder: Recorder): TaskVerb['task'] => {
  return (stage, input, options = {}) => {
    const id = options.id ?? stage.name;
    const at = placeOf(recorder, id);
    const onFailure = failureData(options.onFailure, at);
    recorder.add({
      kind: 'task',
      id,
      stage,
      bind: bind(input, at),
      after: stagesBehind(options.after, at),
      ...(onFailure ? { onFailure } : {}),
      ...(options.fallback ? { fallback: options.fallback } : {}),
    });
    return stageRef(recorder, id);
  };
};
