import { bind } from '../bind.ts';
import { type CacheOption, cachePolicy } from '../cache.ts';
import { type FailureOption, failureData, type StandIn, type Undoes } from '../failure.ts';
import type { Pool, PoolKeys } from '../pool.ts';
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

export interface TaskOptions<S extends Stage = Stage, F extends Stage = S, C extends Stage = Stage> extends StageUse {
  /** What it means when the stage, and its fallback if it has one, failed for good. @default 'fail' */
  readonly onFailure?: FailureOption<StageOutput<S>>;
  /**
   * Completes the stage with what an earlier run gave, where code, contract and input are the same. For work that follows from
   * its input alone: `true`, or how old a result may be and what else must be equal, `{ for: '7d', version: 'model-3' }`.
   * @default false
   */
  readonly cache?: CacheOption;
  /** A stage that runs with the same input when this one failed for good; its output becomes this one's. @default none */
  readonly fallback?: F & StandIn<S, F>;
  /**
   * A stage that undoes this one when it completed and the run fails in the end. It gets `{ input, output }` of this one. Stages
   * are undone one by one, the last that completed first. @default what is done stays
   */
  readonly compensate?: C & Undoes<S, C>;
  /**
   * Runs only with a slot, and at a time, of a pool that it shares with whoever else uses it. The pool's key is a field of its input.
   * @default at once
   */
  readonly pool?: Pool<PoolKeys<StageInput<S>>>;
  /** What a cancelled run means for a stage with `compensate`. @default 'keep' */
  readonly onCancel?: 'keep' | 'compensate';
}

export interface TaskVerb {
  /** Runs a stage once. */
  task<S extends Stage, F extends Stage = S, C extends Stage = Stage>(
    stage: S,
    input: Bound<StageInput<S>>,
    options?: TaskOptions<NoInfer<S>, F, C>,
  ): Ref<StageOutput<S>>;
}

export const recordTask = (recorder: Recorder): TaskVerb['task'] => {
  return (stage, input, options = {}) => {
    const id = options.id ?? stage.name;
    const at = placeOf(recorder, id);
    const onFailure = failureData(options.onFailure, at);
    const cache = cachePolicy(options.cache, at);
    recorder.add({
      kind: 'task',
      id,
      stage,
      bind: bind(input, at),
      after: stagesBehind(options.after, at),
      ...(onFailure ? { onFailure } : {}),
      ...(options.fallback ? { fallback: options.fallback } : {}),
      ...(options.compensate ? { compensate: options.compensate } : {}),
      ...(options.onCancel === 'compensate' ? { onCancel: options.onCancel } : {}),
      ...(cache ? { cache } : {}),
      ...(options.pool ? { pool: options.pool } : {}),
    });
    return stageRef(recorder, id);
  };
};
