// What is known of a pipeline's stages before a run: declared, read from contracts, or assumed.
import {
  type Binding,
  bindingsOf,
  type HandledNode,
  type Pipeline,
  type Pool,
  poolLimits,
  poolSlack,
  refsIn,
  type Stage,
} from '../../definition/index.ts';
import {
  bytesOf,
  jsonSchemaOf,
  type PipelineGraph,
  type PlacedStage,
  placesIn,
  schemaAt,
  schemaOf,
  schemaOfRef,
  usual,
} from '../../graph/index.ts';
import { narrow } from '../../records/index.ts';
import { mostBatchesOf } from '../map-mode.ts';
import type { PoolFacts, ReadRecord, StageFacts } from './usage.ts';

/** Assumed where nothing is declared. */
export const assumed = { seconds: 1, items: 100 } as const;

/** A stage with what is known of it. `items` is undefined for a task. */
export interface KnownStage extends StageFacts {
  readonly id: string;
  readonly items: number | undefined;
  /** Calls of the Lambda that a map makes. */
  readonly batches: number;
  /** The stage that takes its place when it failed for good. */
  readonly fallback: StageFacts | undefined;
  readonly isDurationAssumed: boolean;
  readonly areItemsAssumed: boolean;
}

/** How many items and batches one map has. */
interface Size {
  readonly items: number;
  readonly batches: number;
  readonly assumed: boolean;
}

/** A number of items for every map, or for those that are named. */
export type GivenItems = number | { readonly [map: string]: number };

/** The stages of a pipeline by id. */
export const factsOf = ({ pipeline, handled }: PipelineGraph, items?: GivenItems): ReadonlyMap<string, KnownStage> => {
  const sizes = new Map(
    handled.flatMap(({ id, node }) =>
      node.kind === 'map' ? [[id, sizeOf(pipeline, node, typeof items === 'object' ? items[id] : items)]] : [],
    ),
  );
  return new Map(handled.map((stage) => [stage.id, knownStage(pipeline, stage, sizes)]));
};

type MapNode = Extract<HandledNode, { kind: 'map' }>;

const sizeOf = (pipeline: Pipeline, node: MapNode, given: number | undefined): Size => {
  const { items: list, batch, expect } = node;
  const constant = list.kind === 'value' && Array.isArray(list.value) ? list.value.length : undefined;
  const fixed = constant ?? (list.kind === 'list' ? list.items.length : undefined);
  const allowed = schemaOf(pipeline, list)?.maxItems ?? assumed.items;
  const items = fixed ?? given ?? expect.items ?? Math.min(allowed, assumed.items);
  const most = mostBatchesOf(node);
  const size = Math.max(batch, Math.ceil(items / most));
  return { items, batches: Math.ceil(items / size), assumed: (fixed ?? given ?? expect.items) === undefined };
};

const knownStage = (pipeline: Pipeline, { id, node }: PlacedStage<HandledNode>, sizes: Sizes): KnownStage => {
  const { stage } = node;
  const size = sizes.get(id);
  const output = bytesOf(jsonSchemaOf(stage.output, 'output'), usual);
  const results = (size?.items ?? 0) * output;
  const ofCall = size ? Math.ceil(size.items / Math.max(1, size.batches)) : 1;
  const own: StageFacts = {
    ...timesOf(stage),
    reads: readsOf(pipeline, node, bindingsOf(node), sizes),
    writes: size ? Math.ceil(results / Math.max(1, size.batches)) : output,
    ...(size ? { results } : {}),
    ...(node.pool ? { pool: poolFacts(pipeline, node, node.pool, ofCall, sizes) } : {}),
  };
  return {
    ...own,
    ...(node.cache ? { cached: { results: ofCall, bytes: output } } : {}),
    id,
    fallback: node.kind === 'task' && node.fallback ? { ...own, ...timesOf(node.fallback) } : undefined,
    items: size?.items,
    batches: size?.batches ?? 0,
    isDurationAssumed: stage.expect.durationSeconds === undefined,
    areItemsAssumed: size?.assumed ?? false,
  };
};

const timesOf = ({ memoryMb, timeoutSeconds, expect, retry }: Stage) => ({
  memoryMb,
  moreMemoryMb: retry.moreMemoryMb,
  seconds: Math.min(expect.durationSeconds ?? assumed.seconds, timeoutSeconds),
  timeoutSeconds,
});

/** The function behind a placeholder; undefined for one that is no stage's. */
export const calleeOf = (facts: ReadonlyMap<string, KnownStage>, placeholder: string): StageFacts | undefined => {
  const [, kind, id = '', more] = /^(stage|fallback)_([^_]*)(_moreMemory)?$/.exec(placeholder) ?? [];
  const called: StageFacts | undefined = kind === 'fallback' ? facts.get(id)?.fallback : facts.get(id);
  return called && more ? { ...called, memoryMb: called.moreMemoryMb ?? called.memoryMb } : called;
};

type Sizes = ReadonlyMap<string, Size>;
type Ref = Extract<Binding, { kind: 'ref' }>;

/** The records that a call reads: each once, whole, however much of it is taken. */
const readsOf = (
  pipeline: Pipeline,
  node: HandledNode,
  bindings: readonly Binding[],
  sizes: Sizes,
): readonly ReadRecord[] => {
  const found = new Map<string, ReadRecord>();
  const add = (key: string, record: ReadRecord['record'], bytes: number): void => {
    const before = found.get(key)?.bytes ?? 0;
    found.set(key, { record, bytes: Math.max(before, bytes) });
  };
  const addRef = (of: Pipeline, ref: Ref, at: Sizes | undefined): void => {
    const { source } = ref;
    const bytes = sourceBytes(of, { ...ref, path: [] }, at ?? new Map());
    switch (source.kind) {
      case 'input':
      case 'partition':
        add(`run ${of.name}`, 'run', bytes);
        break;
      case 'stage':
      case 'given': {
        const isMap = at?.has(source.stage) ?? isMapIn(of, source.stage);
        add(`stage ${of.name} ${source.stage}`, 'stage', isMap ? 0 : bytes);
        if (isMap && readsOutputs(ref.path)) add(`batch ${of.name} ${source.stage}`, 'batch', bytes);
        break;
      }
      case 'item':
        if (source.stage !== undefined) add(`item ${source.stage}`, 'batch', bytes);
        break;
      case 'upstream': {
        // The run's own record says which run it is; its output is a binding of values where its stages stored them.
        add(`run ${of.name}`, 'run', 0);
        const above = of.upstream[source.upstream];
        if (!above) break;
        add(`run ${above.name}`, 'run', 0);
        for (const inner of refsIn(narrow(above.flow.output, ref.path))) addRef(above, inner, undefined);
        break;
      }
      case 'run':
      case 'event':
      case 'ledger':
    }
  };
  for (const ref of bindings.flatMap(refsIn)) addRef(pipeline, ref, sizes);
  for (const id of node.after) add(`stage ${pipeline.name} ${id}`, 'stage', 0);
  return [...found.values()];
};

/** `items` of one call. The times of some are reserved in one write, where none of them is late for that. */
const poolFacts = (pipeline: Pipeline, node: HandledNode, pool: Pool, items: number, sizes: Sizes): PoolFacts => {
  const { intervalMs, perMs = 0 } = poolLimits(pool);
  const inOneWrite = Math.max(1, Math.floor((perMs * poolSlack) / (intervalMs ?? 1)));
  return {
    // Without a key, who waits for a batch's turn need not know its items.
    reads: readsOf(pipeline, node, pool.key === undefined ? [node.bind] : bindingsOf(node), sizes),
    slots: pool.slots !== undefined,
    rate: intervalMs !== undefined,
    reservations: intervalMs === undefined ? 0 : Math.ceil((items - 1) / inOneWrite),
  };
};

/** The count of a map's items is in its own record. */
const readsOutputs = ([field]: readonly string[]): boolean => field === undefined || field === 'outputs';

const isMapIn = (pipeline: Pipeline, stage: string): boolean =>
  placesIn(pipeline.flow).some(({ id, node }) => id === stage && node.kind === 'map');

/** Of what a stage gave for the same items, a batch; of a map, its outputs and not the 10 elements that a list usually has. */
const sourceBytes = (pipeline: Pipeline, ref: Ref, sizes: Sizes): number => {
  const found = schemaOfRef(pipeline, ref);
  const schema = 'schema' in found ? found.schema : undefined;
  const { source } = ref;
  const size = 'stage' in source && source.stage !== undefined ? sizes.get(source.stage) : undefined;
  if (!size) return bytesOf(schema, usual);
  if (source.kind === 'item') return Math.ceil(size.items / Math.max(1, size.batches)) * bytesOf(schema, usual);
  const item = schemaAt(schema, ['outputs', '0']);
  return size.items * bytesOf('schema' in item ? item.schema : undefined, usual);
};
