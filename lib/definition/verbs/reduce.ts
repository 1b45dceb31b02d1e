import type { Json } from '../../records/index.ts';
import { bind } from '../bind.ts';
import { DefinitionError } from '../diagnostic.ts';
import { type Bound, bindingOfRef, makeRef, type Ref } from '../ref.ts';
import type { Stage, StageInput, StageOutput } from '../stage.ts';
import type { MapResult } from './map.ts';
import { placeOf, type Recorder, stageRef, stagesBehind } from './recorder.ts';
import type { StageUse } from './task.ts';

/** What a reduce makes one of: an element of `parts` in the contract of its stage. */
type PartOf<S extends Stage> = StageInput<S> extends { readonly parts: readonly (infer Part)[] } ? Part : never;

/** A stage that makes one part of many: `{ parts: Part[] }` in, `Part` out. */
type Reduces<S extends Stage> = [PartOf<S>] extends [never]
  ? { readonly __reduce: 'the input of the stage must be { parts: Part[] }' }
  : StageOutput<S> extends PartOf<S>
    ? unknown
    : { readonly __reduce: 'the output of the stage must be one of its parts' };

export interface ReduceOptions<S extends Stage = Stage> extends StageUse {
  /** What a map without any output gives: the part that changes no other. */
  readonly empty: StageOutput<S>;
  /** Calls at once that each fold a portion of the map. @default 10 */
  readonly concurrency?: number;
}

export interface ReduceVerb {
  /**
   * Makes one value of all that a map gave, as a tree: calls side by side each fold a portion of the map's batches, a last one folds what
   * they made. Each reads its outputs one batch at a time and calls the stage with as many parts as fit, so that no list of them is ever
   * held. The stage must not mind how parts are grouped (be associative); their order is kept.
   *
   * @example
   * const total = defineStage('total', { input: z.object({ parts: z.array(sum) }), output: sum }); // sum: z.object({ n: z.number() })
   * const { n } = flow.reduce(total, scored, (output) => ({ n: output.score }), { empty: { n: 0 } });
   */
  reduce<S extends Stage, Output>(
    stage: S & Reduces<S>,
    mapped: Ref<MapResult<Output>>,
    part: (output: Ref<Output>) => Bound<PartOf<S>>,
    options: ReduceOptions<NoInfer<S>>,
  ): Ref<StageOutput<S>>;
}

/**
 * HDL736: flow.reduce is not over what a map gave as a whole. Fix: pass what flow.map or flow.each gave back, not a field of it; what a
 * task gives, its own stage can fold.
 */
const notAMap = (at: string): DefinitionError =>
  new DefinitionError([
    {
      code: 'HDL736',
      severity: 'error',
      at,
      message: 'is a reduce over something that is not what a map gave',
      fix: 'pass what flow.map or flow.each gave back, whole',
    },
  ]);

export const recordReduce = (recorder: Recorder): ReduceVerb['reduce'] => {
  return <S extends Stage, Output>(
    given: S & Reduces<S>,
    mapped: Ref<MapResult<Output>>,
    part: (output: Ref<Output>) => Bound<PartOf<S>>,
    options: ReduceOptions<S>,
  ): Ref<StageOutput<S>> => {
    const stage: Stage = given;
    const id = options.id ?? stage.name;
    const at = placeOf(recorder, id);
    const over = bindingOfRef(mapped);
    if (over?.kind !== 'ref' || over.source.kind !== 'stage' || over.path.length > 0) throw notAMap(at);
    const empty = options.empty as Json; // bind says whether it is
    bind(options.empty, at);
    const itemRef = makeRef<Output>(recorder.pipeline, { kind: 'source', source: { kind: 'item' } });
    const item = bind(
      recorder.forItem(() => part(itemRef)),
      at,
    );
    const portions = `${id}Portions`;
    recorder.add({
      kind: 'map',
      id: portions,
      stage,
      items: { ...over, path: ['portions'] },
      bind: { kind: 'object', fields: { parts: { kind: 'list', items: [item] } } },
      after: stagesBehind(options.after, at),
      concurrency: options.concurrency ?? 10,
      batch: 1,
      tolerate: { count: 0 },
      expect: {},
      fold: { over: over.source.stage, part: item, empty },
    });
    const made = recorder.idHere(portions);
    recorder.add({
      kind: 'task',
      id,
      stage,
      bind: {
        kind: 'object',
        fields: { parts: { kind: 'ref', source: { kind: 'stage', stage: made }, path: ['outputs'] } },
      },
      after: [],
      fold: { over: made, part: { kind: 'ref', source: { kind: 'item' }, path: [] }, empty },
    });
    return stageRef(recorder, id);
  };
};
