import type { Tolerance } from '../../records/index.ts';
import { bind } from '../bind.ts';
import { type FailureOption, failureData } from '../failure.ts';
import type { MapExpectation } from '../node.ts';
import { type Bound, makeRef, type Ref } from '../ref.ts';
import type { Stage, StageInput, StageOutput } from '../stage.ts';
import { placeOf, type Recorder, stageRef, stagesBehind } from './recorder.ts';
import type { StageUse } from './task.ts';

/** What a map stage gives: its items' outputs in the order of the list, without the items that failed. */
export interface MapResult<Output> {
  readonly outputs: readonly Output[];
  readonly count: number;
  readonly failed: number;
}

export interface MapOptions<S extends Stage = Stage> extends StageUse {
  /** Batches in flight at once, 1 to 40. @default 10 */
  readonly concurrency?: number;
  /** Items that one Lambda call gets, 1 or more. @default 25 */
  readonly batch?: number;
  /** Failed items that the stage bears and still completes. @default { count: 0 } */
  readonly tolerate?: Tolerance;
  /** How many items there are on a normal day: decides the estimate. @default not said */
  readonly expect?: MapExpectation;
  /**
   * What it means when more items failed than the stage bears. A value is the list of outputs to go on with.
   * @default 'fail'
   */
  readonly onFailure?: FailureOption<readonly StageOutput<S>[]>;
}

export interface MapVerb {
  /** Runs a stage once for each element of a list; `input` says what each call gets. */
  map<S extends Stage, Item>(
    stage: S,
    items: Ref<readonly Item[]>,
    input: (item: Ref<Item>) => Bound<StageInput<S>>,
    options?: MapOptions<NoInfer<S>>,
  ): Ref<MapResult<StageOutput<S>>>;
}

export const recordMap = (recorder: Recorder): MapVerb['map'] => {
  return (stage, items, input, options = {}) => {
    const id = options.id ?? stage.name;
    const at = placeOf(recorder, id);
    const onFailure = failureData(options.onFailure, at);
    recorder.add({
      kind: 'map',
      id,
      stage,
      items: bind(items, at),
      bind: bind(input(makeRef(recorder.pipeline, { kind: 'source', source: { kind: 'item' } })), at),
      after: stagesBehind(options.after, at),
      concurrency: options.concurrency ?? 10,
      batch: options.batch ?? 25,
      tolerate: options.tolerate ?? { count: 0 },
      expect: options.expect ?? {},
      ...(onFailure ? { onFailure } : {}),
    });
    return stageRef(recorder, id);
  };
};
