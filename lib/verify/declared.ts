// What a definition declares of a run, said as plainly as possible: its stages in the order written, one after the other, on
// values that are at hand. No ledger, no retries, no state machine: what is verified is that all of those come to the same.
import {
  type Binding,
  type Block,
  besideIn,
  type Condition,
  type FoldNode,
  type MapNode,
  type Node,
  operandsOf,
  type Pipeline,
  type RowsFile,
  type RunNode,
  type StageNode,
  type TaskNode,
} from '../definition/index.ts';
import { graphOf, indexedIn, type PipelineGraph } from '../graph/index.ts';
import { holds, type Json, keyProblem, narrow, sliceFields, sliceOf, valueAt } from '../records/index.ts';
import { errorNames } from '../support/error-names.ts';
import { bucketName } from './deploy.ts';
import { type Batches, batchesBehind, batchesOf, portionsIn } from './folded.ts';
import { followersIn } from './followers.ts';
import { CannotVerifyError } from './refusals.ts';
import { filesOf, longestKey } from './rows-file.ts';
import {
  completed,
  type Deviation,
  failedFor,
  type Item,
  mapEnd,
  type StageEnd,
  skipped,
  taskEnd,
} from './stage-ends.ts';
import type { RowsText } from './stored.ts';
import { anyKey, anyRun, type Stubs } from './stubs.ts';
import { declaredUndoing, type UndoEnd } from './undoing.ts';

/** What a run of another pipeline reads of its upstreams. */
export interface ReadAbove {
  readonly child: Pipeline;
  readonly partition: string;
  readonly upstream: { readonly [alias: string]: Json };
}

export interface Declared {
  readonly run: 'completed' | 'failed';
  readonly stages: ReadonlyMap<string, StageEnd>;
  /** What becomes of the undoing of what a failed run did, by the names of the undoings. */
  readonly undone: ReadonlyMap<string, UndoEnd>;
  /** What the pipeline gives. Undefined where it depends on a stage that did not complete. */
  readonly output?: Json;
  /** What lies in S3 before the run, for maps over the rows of a file. */
  readonly files: readonly RowsText[];
  /** What upstream pipelines of those that it runs have given before the run. */
  readonly above: readonly ReadAbove[];
}

/** For what is read outside of all items. */
const noItem: Item = { value: null, index: -1 };

/** A value will not come, for the stage that gives it did not complete. */
class MissingError extends Error {}

export const declaredOutcome = async (
  graph: PipelineGraph,
  stubs: Stubs,
  hit: ReadonlyMap<string, Deviation> = new Map(),
): Promise<Declared> => {
  const { pipeline, stages: placed } = graph;
  const followers = followersIn(graph);
  const ends = new Map<string, StageEnd>();
  const files: RowsText[] = [];
  const children: ReadAbove[] = [];
  const taken = new Map<string, 'then' | 'otherwise' | 'none'>();

  /** What each stage of a flow.each gave, by item. */
  const given = new Map<string, ReadonlyMap<number, Json>>();
  /** What each map gave, in its batches. */
  const batches = new Map<string, Batches>();
  /** Of maps whose results are read from S3, where they are listed. */
  const indexes = new Map<string, Json>();
  const indexed = indexedIn(graph);

  const sourceOf = (binding: Extract<Binding, { kind: 'ref' }>, { value, index }: Item): Json => {
    const { source } = binding;
    switch (source.kind) {
      case 'run':
        return { id: anyRun, partition: stubs.partition, pipeline: pipeline.name };
      case 'partition': {
        const key = stubs.partition;
        return pipeline.partitions ? sliceFields(sliceOf(pipeline.partitions, key)) : { key };
      }
      case 'input':
        return stubs.input;
      case 'item':
        if (source.stage === undefined) return value;
        awaited([source.stage]);
        return given.get(source.stage)?.get(index) ?? null;
      case 'event':
      case 'ledger':
        throw new MissingError('what asked for a run is read by its trigger only');
      case 'given':
        return null; // only what undoes a stage reads it: see `declaredUndoing`
      case 'upstream':
        return stubs.upstream[source.upstream] ?? null;
      case 'stage': {
        const end = ends.get(source.stage);
        if (end?.status !== 'completed') throw new MissingError(`${source.stage} is ${end?.status ?? 'not there'}`);
        return end.output ?? null;
      }
    }
  };
  const resultsOf = ({ source, path }: Extract<Binding, { kind: 'ref' }>): Json | undefined => {
    if (source.kind !== 'stage' || path[0] !== 'results' || !indexed.has(source.stage)) return undefined;
    awaited([source.stage]);
    return valueAt(indexes.get(source.stage) ?? null, path.slice(1));
  };
  const noteIndex = async ({ id }: MapNode, { output }: StageEnd): Promise<void> => {
    if (output === undefined || !indexed.has(id)) return;
    const given = output as { readonly outputs: readonly Json[]; readonly count: number; readonly failed: number }; // of a map
    const { count, failed } = given;
    // Who really reads them is to find them.
    const place = stubs.isReal
      ? await stubs.stored?.index(pipeline.name, given)
      : { bucket: bucketName('artifacts'), key: anyKey };
    indexes.set(id, { ...place, count, failed });
  };
  /** The rows that a map goes over: made ones, which are to lie in S3, or of a list what does. */
  const rowsOf = async (node: MapNode, { bucket, format }: RowsFile, key: string): Promise<readonly Json[]> => {
    if (format === 'listing' && stubs.stored && key.length < longestKey) return stubs.stored.list(bucket, key);
    files.push(...filesOf(node, key, stubs, bucketName));
    return stubs.rows(node);
  };
  const resolve = (binding: Binding, item: Item = noItem): Json => {
    switch (binding.kind) {
      case 'value':
        return binding.value;
      case 'ref':
        return resultsOf(binding) ?? valueAt(sourceOf(binding, item), binding.path);
      case 'list':
        return binding.items.map((each) => resolve(each, item));
      case 'object':
        return Object.fromEntries(Object.entries(binding.fields).map(([name, each]) => [name, resolve(each, item)]));
      case 'chosen': {
        const branch = taken.get(binding.choose) ?? 'none';
        if (branch === 'none') throw new MissingError(`${binding.choose} took neither branch`);
        return resolve(narrow(branch === 'then' ? binding.onTrue : binding.onFalse, binding.path), item);
      }
    }
  };
  const awaited = (ids: readonly string[]): void => {
    for (const id of ids) {
      const branch = taken.get(id);
      if (branch === 'none' || (branch === undefined && ends.get(id)?.status !== 'completed'))
        throw new MissingError(`${id} is not done`);
    }
  };
  const truth = (condition: Condition): boolean => {
    const values = new Map(operandsOf(condition).map((operand) => [operand, resolve(operand)]));
    return holds(condition, (operand) => values.get(operand) ?? null);
  };
  const deviationAt = (id: string): Deviation => hit.get(id) ?? { kind: 'none' };

  /** What one call of a reduce gets: all is few enough for one. */
  const partsOf = ({ part }: FoldNode, outputs: readonly Json[]): readonly Json[] =>
    outputs.map((output) => resolve(part, { value: output, index: -1 }));
  /** The portions of the map that a reduce goes over. */
  const portionsOf = (over: string): Batches => {
    awaited([over]);
    return portionsIn(batches.get(over) ?? [], ends.get(over) ?? skipped);
  };
  const foldedMap = async (node: MapNode, fold: FoldNode): Promise<StageEnd> => {
    const portions = portionsOf(fold.over);
    resolve(node.bind);
    const items = portions.map((outputs, index): Item => {
      const parts = partsOf(fold, outputs);
      return { value: { parts }, index, ...(parts.length === 0 ? { output: fold.empty } : {}) };
    });
    const outputs = new Map<number, Json>();
    const end = await mapEnd(node, items, deviationAt(node.id), stubs, outputs);
    batches.set(node.id, batchesOf(outputs, items.length, node.batch));
    return end;
  };
  const foldedTask = async (node: TaskNode, fold: FoldNode): Promise<StageEnd> => {
    awaited([fold.over]);
    const parts = partsOf(fold, (batches.get(fold.over) ?? []).flat());
    return parts.length === 0 ? completed(fold.empty, 0) : taskEnd(node, { parts }, deviationAt(node.id), stubs);
  };

  const stageEnd = async (node: StageNode): Promise<StageEnd> => {
    awaited(node.after);
    switch (node.kind) {
      case 'task':
        if (node.fold) return foldedTask(node, node.fold);
        return taskEnd(node, resolve(node.bind), deviationAt(node.id), stubs);
      case 'map': {
        if (node.fold) return foldedMap(node, node.fold);
        resolve(node.bind); // what it needs beside its items
        const listed = resolve(node.items); // with rows: the key of the file
        const items = node.rows ? await rowsOf(node, node.rows, String(listed)) : (listed as readonly Json[]); // HDL230: maps take lists
        const beside = [...besideIn(node.bind), ...node.after].flatMap((id) => given.get(id) ?? []);
        const inputs = items
          .map((value, index): Item => ({ value, index }))
          .filter(({ index }) => beside.every((outputs) => outputs.has(index)))
          .map((item): Item => ({ value: resolve(node.bind, item), index: item.index }));
        const outputs = new Map<number, Json>();
        if (node.each !== undefined) given.set(node.id, outputs);
        const end = await mapEnd(node, inputs, deviationAt(node.id), stubs, outputs);
        await noteIndex(node, end);
        const before = node.each === undefined && followers.has(node.id) ? listBehind(node.items) : undefined;
        batches.set(
          node.id,
          before === undefined
            ? batchesOf(outputs, items.length, node.batch)
            : batchesBehind(batches.get(before) ?? [], outputs),
        );
        return end;
      }
      case 'wait':
        return completed({ until: node.wait.kind === 'until' ? resolve(node.wait.at) : null }, 0);
      case 'check': {
        const passed = truth(node.claim);
        return passed || node.severity === 'warn'
          ? completed({ passed }, 0)
          : { status: 'failed', letters: [], effects: 0 };
      }
      case 'service': {
        const args = resolve(node.bind);
        const deviation = deviationAt(node.id);
        if (deviation.kind === 'fails') return failedFor({ error: deviation.error }, undefined, 0);
        return completed(await stubs.service(node, args), 1);
      }
      case 'run': {
        const partition = node.partition ? String(resolve(node.partition)) : stubs.partition;
        const problem = node.child.partitions && keyProblem(node.child.partitions, partition);
        if (problem)
          throw new CannotVerifyError(
            `${pipeline.name}.${node.id} runs ${node.child.name} for '${partition}': ${problem}`,
          );
        const own = { ...(await stubs.childRun(node.child, partition)), input: resolve(node.bind) };
        if (Object.keys(own.upstream).length > 0)
          children.push({ child: node.child, partition, upstream: own.upstream });
        const { end, inner } = await childEnd(node, deviationAt(node.id), own);
        children.push(...inner);
        return end;
      }
      case 'approve': {
        resolve(node.show);
        if (deviationAt(node.id).kind !== 'unanswered') return completed(stubs.answer(node), 0);
        if (node.default) return completed(resolve(node.default), 0);
        return failedFor({ error: errorNames.unanswered }, undefined, 0);
      }
    }
  };

  const visit = async (nodes: readonly Node[]): Promise<void> => {
    for (const node of nodes) {
      if (node.kind === 'choose') {
        taken.set(
          node.id,
          branchOf(() => truth(node.when)),
        );
        if (taken.get(node.id) === 'then') await visit(node.onTrue.nodes);
        if (taken.get(node.id) === 'otherwise') await visit(node.onFalse.nodes);
        continue;
      }
      ends.set(node.id, await unlessMissing(() => stageEnd(node), skipped));
    }
  };
  await visit(pipeline.flow.nodes);
  for (const { id } of placed) if (!ends.has(id)) ends.set(id, skipped); // in a branch not taken
  const output = outputOf(pipeline.flow, resolve);
  const run = [...ends.values()].some(({ status }) => status === 'failed') ? 'failed' : 'completed';
  const bound = (node: TaskNode): Json => resolve(node.bind);
  return {
    run,
    stages: ends,
    undone: run === 'failed' ? await declaredUndoing(placed, { ends, bound, hit, stubs }) : new Map(),
    files,
    above: children,
    ...(output === undefined ? {} : { output }),
  };
};

/** The stage whose list a binding is. */
const listBehind = (binding: Binding): string | undefined =>
  binding.kind === 'ref' && binding.source.kind === 'stage' ? binding.source.stage : undefined;

/** What becomes of a stage that runs another pipeline: whatever becomes of that one. */
const childEnd = async (
  { child }: RunNode,
  deviation: Deviation,
  stubs: Stubs,
): Promise<{ readonly end: StageEnd; readonly inner: readonly ReadAbove[] }> => {
  const graph = graphOf(child);
  const failing: Deviation = { kind: 'fails', error: errorNames.permanent };
  const hits = new Map(deviation.kind === 'childFails' ? graph.handled.map(({ id }) => [id, failing] as const) : []);
  const { run, output, above: inner } = await declaredOutcome(graph, stubs, hits);
  if (run === 'completed' && output !== undefined) return { end: completed(output, 0), inner };
  return { end: failedFor({ error: errorNames.runFailed }, undefined, 0), inner };
};

const branchOf = (truth: () => boolean): 'then' | 'otherwise' | 'none' => {
  try {
    return truth() ? 'then' : 'otherwise';
  } catch (error) {
    if (error instanceof MissingError) return 'none';
    throw error;
  }
};

const unlessMissing = async <T>(work: () => Promise<T>, otherwise: T): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (error instanceof MissingError) return otherwise;
    throw error;
  }
};

const outputOf = ({ output }: Block, resolve: (binding: Binding) => Json): Json | undefined => {
  try {
    return resolve(output);
  } catch (error) {
    if (error instanceof MissingError) return undefined;
    throw error;
  }
};
