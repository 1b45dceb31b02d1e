// Bindings into values: reads the run's input, stages' outputs and upstreams' outputs from where they are stored.
import {
  type Binding,
  type Choices,
  type ItemResult,
  type Json,
  narrow,
  type RunRecord,
  type Source,
  type StageRecord,
  type StoredPayload,
  sliceFields,
  type UpstreamPartition,
  type UpstreamRun,
  valueAt,
} from '../records/index.ts';
import { invariant } from '../support/invariant.ts';
import type { ChoiceRecords, Taken } from './choices.ts';
import { indexOutputs, indexResults } from './map-results.ts';
import type { Payloads } from './payloads.ts';
import { rangesOf } from './portions.ts';
import type { Runs } from './runs.ts';
import type { MapAddress, Stages } from './stages.ts';

/** A value that a binding needs will not come: the stage that gives it failed, was skipped or did not run. */
export class UnavailableError extends Error {
  override readonly name = 'Unavailable';
}

export interface Scope {
  readonly pipeline: string;
  readonly run: string;
  readonly partition: string;
  readonly chosen: Choices;
  /** The run's record, of one that the ledger does not have yet. */
  readonly record?: RunRecord;
  readonly item?: Json;
  /** What other stages of its `flow.each` gave for the item. */
  readonly beside?: { readonly [stage: string]: Json };
}

export interface Resolver {
  /** The value of a binding. Throws UnavailableError. */
  resolve(binding: Binding, scope: Scope): Promise<Json>;
  /** Some elements of the list that a binding gives, and how many there are; of what a map gave, only those are read. Throws UnavailableError. */
  slice(
    binding: Binding,
    scope: Scope,
    first: number,
    size: number,
  ): Promise<{ readonly values: readonly Json[]; readonly total: number }>;
  /** How many elements the list has that a binding gives; of what a map gave, without reading it. Throws UnavailableError. */
  lengthOf(binding: Binding, scope: Scope): Promise<number>;
  /** Throws UnavailableError unless a binding has a value, without reading what a map gave. */
  expect(binding: Binding, scope: Scope): Promise<void>;
  /** Throws UnavailableError unless these stages have completed and these choices have taken a branch. */
  check(ids: readonly string[], scope: Scope): Promise<void>;
  /** When the last of what it read of a run in this generation was there; undefined where it read nothing that tells. */
  readyAt(pipeline: string, run: string, generation: number): string | undefined;
}

/** Results of batches that are fetched at a time. */
const loadedAtOnce = 10;

/** How a stage stands that did not complete; of one that a check or a score blocked, why. */
const standing = ({ status, check, scores = {}, cause }: StageRecord): string => {
  const isBlocked = check?.outcome === 'blocked' || Object.values(scores).some(({ blocked }) => blocked);
  return `is ${status}${status === 'failed' && isBlocked && cause ? `: ${cause}` : ''}`;
};

/** Each call makes one resolver, which reads every record at most once. */
export const openResolver = (runs: Runs, stages: Stages, choices: ChoiceRecords, payloads: Payloads): Resolver => {
  const read = new Map<string, Promise<unknown>>();
  const moments: { readonly of: string; readonly at: string }[] = [];
  const note = (pipeline: string, run: string, generation: number | undefined, at: string | undefined): void => {
    if (at !== undefined) moments.push({ of: `${pipeline} ${run} ${generation ?? 1}`, at });
  };
  const once = <T>(key: string, load: () => Promise<T>): Promise<T> => {
    const known = read.get(key);
    if (known) return known as Promise<T>; // A key is only ever used with one loader.
    const loading = load();
    read.set(key, loading);
    return loading;
  };

  const runOf = (pipeline: string, run: string) =>
    once(`run ${pipeline} ${run}`, async () => {
      const record = await runs.get(pipeline, run);
      if (!record) throw new UnavailableError(`there is no run ${run} of ${pipeline}`);
      note(pipeline, run, record.generation, record.startedAt);
      return record;
    });

  const load = async (payload: StoredPayload): Promise<Json> => (await payloads.load(payload)) as Json;

  const mapOutputs = async (at: MapAddress): Promise<readonly Json[]> => {
    const batches = await stages.listBatches(at, true);
    const outputs: Json[] = [];
    const stored = batches.flatMap(({ results }) => (results ? [results] : []));
    for (let start = 0; start < stored.length; start += loadedAtOnce) {
      const loaded = await Promise.all(stored.slice(start, start + loadedAtOnce).map(payloads.load));
      for (const items of loaded as readonly (readonly ItemResult[])[])
        for (const item of items) if ('output' in item) outputs.push(item.output as Json);
    }
    return outputs;
  };

  const batchesAt = ({ pipeline, run }: Scope, { stage, spread }: StageRecord): MapAddress => ({
    pipeline,
    run,
    stage,
    spread,
  });

  const recordOf = ({ pipeline, run }: Scope, stage: string): Promise<StageRecord | undefined> =>
    once(`stage ${pipeline} ${run} ${stage}`, () => stages.get({ pipeline, run, stage }));

  const stageRecord = async (scope: Scope, stage: string): Promise<StageRecord> => {
    const record = await recordOf(scope, stage);
    if (record?.status === 'completed') {
      note(scope.pipeline, scope.run, record.generation, record.endedAt);
      return record;
    }
    throw new UnavailableError(`${stage} ${record ? standing(record) : 'did not run'}`);
  };

  /** The branch that a choice took, also where the flow's state cannot say: behind a latch, which lets no state through. */
  const takenAt = async (scope: Scope, choose: string): Promise<Taken | undefined> =>
    scope.chosen[choose] ??
    once(`choice ${scope.pipeline} ${scope.run} ${choose}`, () => choices.get(scope.pipeline, scope.run, choose));

  const check = async (ids: readonly string[], scope: Scope): Promise<void> => {
    for (const id of ids) {
      // Most are stages, and a choice has no stage's record.
      if (scope.chosen[id] === undefined && (await recordOf(scope, id))) await stageRecord(scope, id);
      else {
        const taken = await takenAt(scope, id);
        if (taken === 'none') throw new UnavailableError(`${id} took neither branch`);
        if (taken === undefined) throw new UnavailableError(`${id} did not run`);
      }
    }
  };

  const stageValue = async (scope: Scope, stage: string, path: readonly string[]): Promise<Json> => {
    const key = `${scope.pipeline} ${scope.run} ${stage}`;
    const record = await stageRecord(scope, stage);
    if (record.items && !record.output) {
      const { completed, failed } = record.items;
      const [field, ...rest] = path;
      if (field === 'count') return completed;
      if (field === 'failed') return failed;
      if (field === 'portions') return rangesOf(record) as unknown as Json;
      if (field === 'results') return valueAt(await resultsOf(scope, record), rest);
      const outputs = await once(`outputs ${key}`, () => mapOutputs(batchesAt(scope, record)));
      return field === 'outputs' ? valueAt(outputs, rest) : { outputs, count: completed, failed };
    }
    if (!record.output) throw new UnavailableError(`${stage} completed without an output`);
    if (record.items && path[0] === 'portions') return rangesOf(record) as unknown as Json;
    if (record.items && path[0] === 'results') return valueAt(await resultsOf(scope, record), path.slice(1));
    const output = record.output;
    return valueAt(await once(`output ${key}`, () => load(output)), path);
  };

  /** Where the index of a map's results is. It is made here where the definition did not ask for it when the map ended. */
  const resultsOf = async (scope: Scope, record: StageRecord): Promise<Json> => {
    const { results, output } = record;
    const at = batchesAt(scope, record);
    const make = async () => {
      if (!output) return results ?? indexResults({ stages, payloads }, at);
      const instead = (await payloads.load(output)) as { readonly outputs: readonly Json[]; readonly failed: number };
      return indexOutputs(payloads, at.pipeline, instead); // as `onFailure` gave it
    };
    return { bucket: payloads.bucket, ...(await once(`results ${at.pipeline} ${at.run} ${at.stage}`, make)) };
  };

  const sourceValue = async (source: Source, path: readonly string[], scope: Scope): Promise<Json> => {
    switch (source.kind) {
      case 'run':
        return valueAt({ id: scope.run, partition: scope.partition, pipeline: scope.pipeline }, path);
      case 'partition': {
        const { slice } = scope.record ?? (await runOf(scope.pipeline, scope.run));
        return valueAt(sliceFields(slice ?? { key: scope.partition }), path);
      }
      case 'item':
        return valueAt((source.stage === undefined ? scope.item : scope.beside?.[source.stage]) ?? null, path);
      case 'event':
      case 'ledger':
        throw new UnavailableError('what asked for a run is read by its trigger only');
      case 'input': {
        const { input } = await runOf(scope.pipeline, scope.run);
        return valueAt(await once(`input ${scope.pipeline} ${scope.run}`, () => load(input)), path);
      }
      case 'stage':
        return stageValue(scope, source.stage, path);
      case 'given': {
        const { given } = await stageRecord(scope, source.stage);
        if (!given) throw new UnavailableError(`what ${source.stage} was given was not kept`);
        return valueAt(await load(given), path);
      }
      case 'upstream': {
        const { upstream, upstreamLists, without } = scope.record ?? (await runOf(scope.pipeline, scope.run));
        const above = upstream[source.upstream];
        const missing = without?.[source.upstream] ?? [];
        const several = upstreamLists?.[source.upstream];
        if (several) return valueAt(await listAbove(several, missing), path);
        if (!above && missing.length > 0) return null; // it went on without
        if (!above) throw new UnavailableError(`the run has no upstream ${source.upstream}`);
        return outputAbove(above, path);
      }
    }
  };

  const outputAbove = async (above: UpstreamRun, path: readonly string[]): Promise<Json> => {
    const record = await runOf(above.pipeline, above.run);
    if (!record.output) throw new UnavailableError(`the run ${above.run} of ${above.pipeline} is ${record.status}`);
    const { pipeline, run, partition, chosen = {} } = record;
    return resolve(narrow(record.output, path), { pipeline, run, partition, chosen });
  };

  /** The outputs of several partitions of an upstream, with their keys, in the order of these. What is missing gives null. */
  const listAbove = async (
    runs: readonly UpstreamRun[],
    missing: readonly UpstreamPartition[],
  ): Promise<readonly Json[]> => {
    const there = runs.map(async (above) => ({
      key: above.partition ?? '',
      output: await once(`above ${above.pipeline} ${above.run}`, () => outputAbove(above, [])),
    }));
    const entries = [
      ...(await Promise.all(there)),
      ...missing.map(({ partition }) => ({ key: partition, output: null })),
    ];
    return entries.sort((a, b) => (a.key < b.key ? -1 : 1));
  };

  const resolve = async (binding: Binding, scope: Scope): Promise<Json> => {
    switch (binding.kind) {
      case 'value':
        return binding.value;
      case 'ref':
        return sourceValue(binding.source, binding.path, scope);
      case 'list':
        return Promise.all(binding.items.map((item) => resolve(item, scope)));
      case 'object': {
        const fields = Object.entries(binding.fields).map(
          async ([name, field]) => [name, await resolve(field, scope)] as const,
        );
        return Object.fromEntries(await Promise.all(fields));
      }
      case 'chosen': {
        const taken = await takenAt(scope, binding.choose);
        if (taken === 'then') return resolve(narrow(binding.onTrue, binding.path), scope);
        if (taken === 'otherwise') return resolve(narrow(binding.onFalse, binding.path), scope);
        throw new UnavailableError(`${binding.choose} took neither branch`);
      }
    }
  };
  /** The map whose outputs, all of them, a binding gives: its record. Undefined for any other binding. */
  const mapBehind = async (binding: Binding, scope: Scope): Promise<StageRecord | undefined> => {
    if (binding.kind !== 'ref' || binding.source.kind !== 'stage') return undefined;
    if (binding.path.length !== 1 || binding.path[0] !== 'outputs') return undefined;
    const record = await stageRecord(scope, binding.source.stage);
    return record.items && !record.output ? record : undefined;
  };

  const expect: Resolver['expect'] = async (binding, scope) => {
    if (!(await mapBehind(binding, scope))) await resolve(binding, scope);
  };

  const lengthOf: Resolver['lengthOf'] = async (binding, scope) => {
    const map = await mapBehind(binding, scope);
    if (map?.items) return map.items.completed;
    const value = await resolve(binding, scope);
    return Array.isArray(value) ? value.length : 0;
  };

  const slice: Resolver['slice'] = async (binding, scope, first, size) => {
    const map = await mapBehind(binding, scope);
    if (map?.items) {
      return { values: await sliceOfMap(batchesAt(scope, map), first, size), total: map.items.completed };
    }
    const list = await resolve(binding, scope);
    invariant(Array.isArray(list), 'a map over something that is not a list');
    return { values: list.slice(first, first + size), total: list.length };
  };

  /** Finds the batches by their counts, and reads the results of those alone. */
  const sliceOfMap = async (at: MapAddress, first: number, size: number): Promise<readonly Json[]> => {
    const values: Json[] = [];
    let before = 0;
    for await (const page of stages.batchPages(at))
      for (const { batch, completed = 0 } of page) {
        const [from, to] = [Math.max(0, first - before), Math.min(completed, first + size - before)];
        before += completed;
        if (from < to) {
          const results = (await stages.getBatch(at, batch))?.results;
          const items = results ? ((await payloads.load(results)) as readonly ItemResult[]) : [];
          const outputs = items.flatMap((item) => ('output' in item ? [item.output as Json] : [])); // as runBatch stored them
          for (const output of outputs.slice(from, to)) values.push(output);
        }
        if (before >= first + size) return values;
      }
    return values;
  };

  return {
    resolve,
    slice,
    lengthOf,
    expect,
    check,
    readyAt: (pipeline, run, generation) => {
      const own = moments.filter(({ of }) => of === `${pipeline} ${run} ${generation}`).map(({ at }) => at);
      return own.length > 0 ? own.reduce((last, at) => (at > last ? at : last)) : undefined;
    },
  };
};
