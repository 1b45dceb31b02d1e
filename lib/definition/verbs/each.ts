import { besideIn } from '../../records/index.ts';
import { bind } from '../bind.ts';
import { cachePolicy } from '../cache.ts';
import { DefinitionError } from '../diagnostic.ts';
import type { MapNode } from '../node.ts';
import { type Bound, bindingOfRef, makeRef, type Ref } from '../ref.ts';
import type { Rows } from '../rows.ts';
import type { Stage, StageInput, StageOutput } from '../stage.ts';
import { itemsOf, type MapOptions, type MapRef, mapRef } from './map.ts';
import { placeOf, type Recorder, stagesBehind } from './recorder.ts';
import type { StageUse } from './task.ts';

/** As of a map, for all stages inside together: they get the same batches. `tolerate` holds for each stage by itself. */
export type EachOptions = Pick<MapOptions, 'after' | 'concurrency' | 'batch' | 'batchBytes' | 'tolerate' | 'expect'>;

/** What can be said of one item. */
export interface EachFlow {
  /** Runs a stage for the item; what it gives, further stages of the same item can read. */
  task<S extends Stage>(
    stage: S,
    input: Bound<StageInput<S>>,
    options?: StageUse & Pick<MapOptions<NoInfer<S>>, 'cache' | 'pool'>,
  ): Ref<StageOutput<S>>;
}

export interface EachVerb {
  /**
   * Runs a small graph of stages for each element of a list, or row of a file: a batch goes from stage to stage by itself, and
   * where the stages fork and join, side by side. An item that fails in a stage becomes a dead letter there, and goes no
   * further. Gives the outputs of the stage that `body` returns, as `flow.map` does.
   *
   * @example
   * const merged = flow.each(listed.files, (file, each) => {
   *   const { text } = each.task(read, { key: file.key });
   *   const { kind } = each.task(classify, { text });
   *   const { facts } = each.task(extract, { text });
   *   return each.task(merge, { kind, facts });
   * });
   * flow.task(publish, { rows: merged.outputs });
   */
  each<Item, Output>(
    items: Ref<readonly Item[]> | Rows<Item>,
    body: (item: Ref<Item>, each: EachFlow) => Ref<Output>,
    options?: EachOptions,
  ): MapRef<Output>;
}

/**
 * HDL155: flow.each does not return what one of its stages gives, as a whole; or one of its stages was said elsewhere than right
 * in its function, such as in a branch of a choice. Fix: return what the last `each.task` gave; choose inside a stage.
 */
const misused = (at: string, message: string, fix: string): DefinitionError =>
  new DefinitionError([{ code: 'HDL155', severity: 'error', at, message, fix }]);

export const recordEach = (recorder: Recorder): EachVerb['each'] => {
  return <Item, Output>(
    items: Ref<readonly Item[]> | Rows<Item>,
    body: (item: Ref<Item>, each: EachFlow) => Ref<Output>,
    options: EachOptions = {},
  ) => {
    const nodes: MapNode[] = [];
    const { pipeline } = recorder;
    const block = recorder.here();
    const own = (id: string): boolean => nodes.some((node) => recorder.idHere(node.id) === id);
    const outer = stagesBehind(options.after, pipeline);
    const list = itemsOf(items, pipeline);

    const task: EachFlow['task'] = (stage, input, { id = stage.name, after = [], cache: option, pool } = {}) => {
      const at = placeOf(recorder, id);
      const cache = cachePolicy(option, at);
      if (recorder.here() !== block)
        throw misused(at, 'each.task was called outside the function of its flow.each', 'call it right there');
      const bound = bind(input, at);
      const beside = after.flatMap((ref) => besideOf(ref));
      const rest = after.filter((ref) => besideOf(ref).length === 0);
      nodes.push({
        kind: 'map',
        id,
        stage,
        ...list,
        bind: bound,
        after: [...new Set([...outer, ...stagesBehind(rest, at), ...beside])],
        concurrency: options.concurrency ?? 10,
        batch: options.batch ?? 25,
        ...(options.batchBytes === undefined ? {} : { batchBytes: options.batchBytes }),
        tolerate: options.tolerate ?? { count: 0 },
        expect: options.expect ?? {},
        ...(cache ? { cache } : {}),
        ...(pool ? { pool } : {}),
      });
      return makeRef(pipeline, { kind: 'source', source: { kind: 'item', stage: recorder.idHere(id) } });
    };

    const item = makeRef<Item>(pipeline, { kind: 'source', source: { kind: 'item' } });
    const given = bindingOfRef(recorder.forItem(() => body(item, { task })));
    const [result] = given?.kind === 'ref' && given.path.length === 0 ? besideIn(given) : [];
    if (result === undefined || !own(result))
      throw misused(
        pipeline,
        'flow.each does not return what one of its stages gives',
        'return what an each.task gave, whole; a field of it can be read from the outputs',
      );
    const [name = ''] = nodes.map(({ id }) => recorder.idHere(id)).sort();
    for (const node of nodes) recorder.add({ ...node, each: name });
    return mapRef<Output>(recorder, nodes.find(({ id }) => recorder.idHere(id) === result)?.id ?? '');
  };
};

/** The stage of an each whose output for an item a ref points at. */
const besideOf = (ref: Ref<unknown>): readonly string[] => {
  const binding = bindingOfRef(ref);
  return binding ? besideIn(binding) : [];
};
