import type { MapResults, Tolerance } from '../../records/index.ts';
import { bind } from '../bind.ts';
import { type CacheOption, cachePolicy } from '../cache.ts';
import { type FailureOption, failureData } from '../failure.ts';
import type { MapExpectation, MapNode } from '../node.ts';
import type { Pool, PoolKeys } from '../pool.ts';
import { type Bound, isRef, makeRef, type Ref } from '../ref.ts';
import type { Rows } from '../rows.ts';
import type { Stage, StageInput, StageOutput } from '../stage.ts';
import { placeOf, type Recorder, stageRef, stagesBehind } from './recorder.ts';
import type { StageUse } from './task.ts';

/** What a map stage gives: its items' outputs in the order of the list, without the items that failed. */
export interface MapResult<Output> {
  readonly outputs: readonly Output[];
  readonly count: number;
  readonly failed: number;
}

/**
 * What a map gave. `results` is where it is listed in S3: a stage that gets that reads the outputs one after the other with
 * `store.results`, however many there are, where `outputs` is the whole list.
 */
export type MapRef<Output> = Ref<MapResult<Output>> & { readonly results: Ref<MapResults> };

export interface MapOptions<S extends Stage = Stage> extends StageUse {
  /**
   * Batches in flight at once, 1 to 10,000. Above 40 each batch runs in an execution of its own (a Distributed Map).
   * @default 10
   */
  readonly concurrency?: number;
  /** Items that one Lambda call gets, 1 or more. @default 25 */
  readonly batch?: number;
  /** Of rows in S3, bytes of JSON that one call gets at most: a larger row goes alone. @default 180,000, which is the most */
  readonly batchBytes?: number;
  /** Failed items that the stage bears and still completes. @default { count: 0 } */
  readonly tolerate?: Tolerance;
  /**
   * How many items there are on a normal day. Decides the estimate; and where that makes more than 1,000 batches, each runs in an
   * execution of its own. @default not said: the map is cut into 1,000 larger batches at most
   */
  readonly expect?: MapExpectation;
  /**
   * What it means when more items failed than the stage bears. A value is the list of outputs to go on with.
   * @default 'fail'
   */
  readonly onFailure?: FailureOption<readonly StageOutput<S>[]>;
  /**
   * Completes items with what earlier runs gave, where code, contract and the item's input are the same. For work that follows from
   * its input alone: `true`, or how old a result may be and what else must be equal, `{ for: '7d', version: 'model-3' }`.
   * @default false
   */
  readonly cache?: CacheOption;
  /**
   * Works on its items only with a slot for each batch, which has one item under way at a time, and at the pool's times for each
   * item, across all runs. A pool with a key wants `batch: 1`. @default at once
   */
  readonly pool?: Pool<PoolKeys<StageInput<S>>>;
}

export interface MapVerb {
  /** Runs a stage once for each element of a list, or row of a file; `input` says what each call gets. */
  map<S extends Stage, Item>(
    stage: S,
    items: Ref<readonly Item[]> | Rows<Item>,
    input: (item: Ref<Item>) => Bound<StageInput<S>>,
    options?: MapOptions<NoInfer<S>>,
  ): MapRef<StageOutput<S>>;
}

/** A ref's own `kind` would be a ref: so it is asked first. */
const isRows = <Item>(items: Ref<readonly Item[]> | Rows<Item>): items is Rows<Item> =>
  !isRef(items) && typeof items === 'object' && 'kind' in items && items.kind === 'rows';

/** Where a map's items come from, as data. */
export const itemsOf = (items: Ref<readonly unknown[]> | Rows<unknown>, at: string): Pick<MapNode, 'items' | 'rows'> =>
  isRows(items)
    ? {
        items: bind(items.key, at),
        rows: {
          kind: 'rows',
          bucket: items.bucket,
          format: items.format,
          row: items.row,
          ...(items.under ? { under: items.under } : {}),
        },
      }
    : { items: bind(items, at) };

/** Every field of a ref is a ref, also this one that what a map gives as a whole has not. */
export const mapRef = <Output>(recorder: Recorder, id: string): MapRef<Output> =>
  stageRef<MapResult<Output>>(recorder, id) as MapRef<Output>;

export const recordMap = (recorder: Recorder): MapVerb['map'] => {
  return (stage, items, input, options = {}) => {
    const id = options.id ?? stage.name;
    const at = placeOf(recorder, id);
    const onFailure = failureData(options.onFailure, at);
    const cache = cachePolicy(options.cache, at);
    recorder.add({
      kind: 'map',
      id,
      stage,
      ...itemsOf(items, at),
      bind: bind(
        recorder.forItem(() => input(makeRef(recorder.pipeline, { kind: 'source', source: { kind: 'item' } }))),
        at,
      ),
      after: stagesBehind(options.after, at),
      concurrency: options.concurrency ?? 10,
      batch: options.batch ?? 25,
      ...(options.batchBytes === undefined ? {} : { batchBytes: options.batchBytes }),
      tolerate: options.tolerate ?? { count: 0 },
      expect: options.expect ?? {},
      ...(onFailure ? { onFailure } : {}),
      ...(cache ? { cache } : {}),
      ...(options.pool ? { pool: options.pool } : {}),
    });
    return mapRef(recorder, id);
  };
};
