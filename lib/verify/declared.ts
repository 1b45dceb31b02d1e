// What a definition declares of a run, said as plainly as possible: its stages in the order written, one after the other, on
// values that are at hand. No ledger, no retries, no state machine: what is verified is that all of those come to the same.
import {
  type Binding,
  type Block,
  besideIn,
  type Condition,
  type MapNode,
  type Node,
  operandsOf,
  type RunNode,
  type Stage,
  type StageNode,
  type TaskNode,
} from '../definition/index.ts';
import { graphOf, type PipelineGraph } from '../graph/index.ts';
import {
  holds,
  type Json,
  narrow,
  type OnFailure,
  sliceFields,
  sliceOf,
  type Tolerance,
  valueAt,
} from '../records/index.ts';
import { errorNames } from '../support/error-names.ts';
import { UnfitValueError } from './refusals.ts';
import { fileOf, type RowsText } from './rows-file.ts';
import { anyRun, partitionOf, type Stubs } from './stubs.ts';

/** What a fault is to make of the stage that it hits. */
export type Deviation =
  | { readonly kind: 'none' }
  /** The stage, or every item of it or only the first, fails for good. `worked`: after its side effect. */
  | { readonly kind: 'fails'; readonly error: string; readonly worked?: true; readonly items?: 'first' }
  /** Its texts are as long as this. */
  | { readonly kind: 'longTexts'; readonly textLength: number }
  | { readonly kind: 'unanswered' }
  /** Every stage of the pipeline that it runs fails. */
  | { readonly kind: 'childFails' };

export interface Letter {
  readonly item?: number;
  readonly error: string;
}

export interface StageEnd {
  readonly status: 'completed' | 'failed' | 'skipped';
  readonly output?: Json;
  readonly letters: readonly Letter[];
  /** Units of work whose side effect happens: 1 for a task that works, one for each item of a map that does. */
  readonly effects: number;
}

export interface Declared {
  readonly run: 'completed' | 'failed';
  readonly stages: ReadonlyMap<string, StageEnd>;
  /** What the pipeline gives. Undefined where it depends on a stage that did not complete. */
  readonly output?: Json;
  /** What lies in S3 before the run, for maps over the rows of a file. */
  readonly files: readonly RowsText[];
}

/** An item of a map. */
interface Item {
  readonly value: Json;
  readonly index: number;
}
/** For what is read outside of all items. */
const noItem: Item = { value: null, index: -1 };

/** A value will not come, for the stage that gives it did not complete. */
class MissingError extends Error {}

export const declaredOutcome = async (
  { pipeline, stages: placed }: PipelineGraph,
  stubs: Stubs,
  hit: ReadonlyMap<string, Deviation> = new Map(),
): Promise<Declared> => {
  const ends = new Map<string, StageEnd>();
  const files: RowsText[] = [];
  const taken = new Map<string, 'then' | 'otherwise' | 'none'>();

  /** What each stage of a flow.each gave, by item. */
  const given = new Map<string, ReadonlyMap<number, Json>>();

  const sourceOf = (binding: Extract<Binding, { kind: 'ref' }>, { value, index }: Item): Json => {
    const { source } = binding;
    switch (source.kind) {
      case 'run':
        return { id: anyRun, partition: partitionOf(pipeline), pipeline: pipeline.name };
      case 'partition': {
        const key = partitionOf(pipeline);
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
        return null; // only what undoes a stage reads it, and that is no part of a run
      case 'upstream':
        return stubs.upstream[source.upstream] ?? null;
      case 'stage': {
        const end = ends.get(source.stage);
        if (end?.status !== 'completed') throw new MissingError(`${source.stage} is ${end?.status ?? 'not there'}`);
        return end.output ?? null;
      }
    }
  };
  const resolve = (binding: Binding, item: Item = noItem): Json => {
    switch (binding.kind) {
      case 'value':
        return binding.value;
      case 'ref':
        return valueAt(sourceOf(binding, item), binding.path);
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

  const stageEnd = async (node: StageNode): Promise<StageEnd> => {
    awaited(node.after);
    switch (node.kind) {
      case 'task':
        return taskEnd(node, resolve(node.bind), deviationAt(node.id), stubs);
      case 'map': {
        resolve(node.bind); // what it needs beside its items
        const listed = resolve(node.items); // with rows: the key of the file
        if (node.rows) files.push(fileOf(node, String(listed), stubs));
        const items = node.rows ? stubs.rows(node) : (listed as readonly Json[]); // HDL230: maps take lists
        const beside = [...besideIn(node.bind), ...node.after].flatMap((id) => given.get(id) ?? []);
        const inputs = items
          .map((value, index): Item => ({ value, index }))
          .filter(({ index }) => beside.every((outputs) => outputs.has(index)))
          .map((item): Item => ({ value: resolve(node.bind, item), index: item.index }));
        const outputs = new Map<number, Json>();
        if (node.each !== undefined) given.set(node.id, outputs);
        return mapEnd(node, inputs, deviationAt(node.id), stubs, outputs);
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
        resolve(node.bind);
        const deviation = deviationAt(node.id);
        if (deviation.kind === 'fails') return failedFor({ error: deviation.error }, undefined, 0);
        return completed(stubs.service(node), 1);
      }
      case 'run': {
        if (node.partition) resolve(node.partition);
        return childEnd(node, resolve(node.bind), deviationAt(node.id), stubs);
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
  return {
    run: [...ends.values()].some(({ status }) => status === 'failed') ? 'failed' : 'completed',
    stages: ends,
    files,
    ...(output === undefined ? {} : { output }),
  };
};

/** What becomes of a stage that runs another pipeline: whatever becomes of that one. */
const childEnd = async ({ child }: RunNode, input: Json, deviation: Deviation, stubs: Stubs): Promise<StageEnd> => {
  const graph = graphOf(child);
  const failing: Deviation = { kind: 'fails', error: errorNames.permanent };
  const hits = new Map(deviation.kind === 'childFails' ? graph.handled.map(({ id }) => [id, failing] as const) : []);
  const { run, output } = await declaredOutcome(graph, { ...stubs.child(child), input }, hits);
  if (run === 'completed' && output !== undefined) return completed(output, 0);
  return failedFor({ error: errorNames.runFailed }, undefined, 0);
};

const skipped: StageEnd = { status: 'skipped', letters: [], effects: 0 };
const completed = (output: Json, effects: number): StageEnd => ({ status: 'completed', output, letters: [], effects });

/** A stage that failed for good, as its `onFailure` has it. The dead letter stays. */
const failedFor = (letter: Letter, onFailure: OnFailure | undefined, effects: number): StageEnd => {
  const letters = [letter];
  if (onFailure === undefined) return { status: 'failed', letters, effects };
  if (onFailure === 'skip') return { status: 'skipped', letters, effects };
  return { status: 'completed', output: onFailure.value, letters, effects };
};

type Attempted = { readonly output: Json } | { readonly error: string; readonly effects: number };

const plain = (value: unknown): Json => JSON.parse(JSON.stringify(value ?? null)) as Json; // as it would travel

const attempt = async (
  id: string,
  stage: Stage,
  bound: Json,
  deviation: Deviation,
  stubs: Stubs,
): Promise<Attempted> => {
  if (deviation.kind === 'fails') return { error: deviation.error, effects: deviation.worked ? 1 : 0 };
  const input = await stage.input['~standard'].validate(bound);
  if (input.issues) return { error: errorNames.contractViolation, effects: 0 };
  const made = await madeBy(id, stage, plain(input.value), deviation, stubs);
  if (made instanceof Error) return { error: made.name, effects: 0 };
  const output = await stage.output['~standard'].validate(made);
  if (output.issues && stubs.isReal) return { error: errorNames.contractViolation, effects: 1 };
  if (output.issues)
    throw new UnfitValueError(
      `${id}: ${output.issues.map(({ message, path }) => `${(path ?? []).join('.')} ${message}`).join('; ')}`,
    );
  return { output: plain(output.value) };
};

/** What the handler gives; of a real one also how it fails. */
const madeBy = async (
  id: string,
  stage: Stage,
  input: Json,
  deviation: Deviation,
  stubs: Stubs,
): Promise<Json | Error> => {
  try {
    return plain(await stubs.output(id, stage, input, deviation.kind === 'longTexts' ? deviation : {}));
  } catch (error) {
    if (stubs.isReal && error instanceof Error) return error;
    throw error;
  }
};

const taskEnd = async (node: TaskNode, bound: Json, deviation: Deviation, stubs: Stubs): Promise<StageEnd> => {
  const first = await attempt(node.id, node.stage, bound, deviation, stubs);
  if ('output' in first) return completed(first.output, 1);
  if (!node.fallback) return failedFor({ error: first.error }, node.onFailure, first.effects);
  const second = await attempt(node.id, node.fallback, bound, { kind: 'none' }, stubs);
  return 'output' in second
    ? completed(second.output, first.effects + 1)
    : failedFor({ error: second.error }, node.onFailure, first.effects);
};

/** `given` gets the output of each item. */
const mapEnd = async (
  node: MapNode,
  inputs: readonly Item[],
  deviation: Deviation,
  stubs: Stubs,
  given: Map<number, Json>,
): Promise<StageEnd> => {
  const letters: Letter[] = [];
  let effects = 0;
  for (const { index: item, value: bound } of inputs) {
    const isHit = deviation.kind !== 'fails' || deviation.items !== 'first' || item === 0;
    const done = await attempt(node.id, node.stage, bound, isHit ? deviation : { kind: 'none' }, stubs);
    effects += 'output' in done ? 1 : done.effects;
    if ('output' in done) given.set(item, done.output);
    else letters.push({ item, error: done.error });
  }
  const failed = letters.length;
  const outputs = [...given.values()];
  const { onFailure } = node;
  if (failed <= allowedOf(node.tolerate, inputs.length))
    return { status: 'completed', output: { outputs, count: outputs.length, failed }, letters, effects };
  if (onFailure === undefined) return { status: 'failed', letters, effects };
  if (onFailure === 'skip') return { status: 'skipped', letters, effects };
  const value = onFailure.value as readonly Json[]; // of a map: the list of outputs
  return { status: 'completed', output: { outputs: value, count: value.length, failed }, letters, effects };
};

const allowedOf = ({ count, percent }: Tolerance, total: number): number =>
  Math.min(
    count ?? Number.POSITIVE_INFINITY,
    percent === undefined ? Number.POSITIVE_INFINITY : (total * percent) / 100,
  );

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
