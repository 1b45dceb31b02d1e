import { bind } from '../bind.ts';
import type { Bound, Ref } from '../ref.ts';
import type { Stage, StageInput, StageOutput } from '../stage.ts';
import { placeOf, type Recorder, stageRef, stagesBehind } from './recorder.ts';

export interface TaskOptions {
  /** The name of this use of the stage. @default the stage's own name */
  readonly id?: string;
  /** Outputs of stages to wait for though nothing of theirs is read. */
  readonly after?: readonly Ref<unknown>[];
}

export interface TaskVerb {
  /** Runs a stage once. */
  task<S extends Stage>(stage: S, input: Bound<StageInput<S>>, options?: TaskOptions): Ref<StageOutput<S>>;
}

export const recordTask = (recorder: Recorder): TaskVerb['task'] => {
  return (stage, input, options = {}) => {
    const id = options.id ?? stage.name;
    const at = placeOf(recorder, id);
    recorder.add({ kind: 'task', id, stage, bind: bind(input, at), after: stagesBehind(options.after, at) });
    return stageRef(recorder, id);
  };
};
