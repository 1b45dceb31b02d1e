// Map, distributed: a child execution for every item or batch, tolerating a share of failures.
import type { Scope } from '../expressions/scope.ts';
import type { Json, Payload } from '../json.ts';
import type { Distribution, MapState } from '../parse/machine.ts';
import { runChildren, type Tolerance } from './distributed-children.ts';
import { type ChildInput, type Packing, packing } from './item-batches.ts';
import { countItems, itemReader } from './item-reader.ts';
import { type ItemGroup, mapContext, selectItem, startedWith } from './map-items.ts';
import type { MapRun } from './map-run.ts';
import { finish } from './outcome.ts';
import { openResults } from './result-writer.ts';
import type { Exit, Progress, Visit } from './visit.ts';

const number = async (value: Promise<number> | number | undefined): Promise<number> => (await value) ?? 0;

/** Reads what a map tolerates. Throws what its expressions throw. */
export const toleranceOf = async (
  { toleratedCount, toleratedPercentage }: Distribution,
  scope: Scope,
): Promise<Tolerance> => ({
  count: await number(toleratedCount?.(scope)),
  percentage: await number(toleratedPercentage?.(scope)),
});

/** Whether history has this event already, from before a restart. */
const isTold = (progress: Progress | undefined, event: string): boolean =>
  progress?.records.some(({ type }) => type === event) ?? false;

/** Opens the Map Run, telling it in history. After a restart it is the one that was running. */
const open = (
  visit: Visit<MapState>,
  distribution: Distribution,
  limits: { readonly concurrency: number; readonly tolerance: Tolerance },
  progress: Progress | undefined,
): MapRun => {
  const { frame, state } = visit;
  const { execution } = frame;
  const known = progress?.records.find(({ type }) => type === 'MapRunStarted')?.details?.mapRunArn;
  const plan = {
    parent: execution.identity,
    label: distribution.label,
    express: distribution.express,
    processor: state.processor,
    maxConcurrency: limits.concurrency,
    toleratedCount: limits.tolerance.count,
    toleratedPercentage: limits.tolerance.percentage,
  };
  frame.lifetime.check();
  const run = execution.host.mapRuns.open(plan, typeof known === 'string' ? known : undefined);
  if (known === undefined) frame.event('MapRunStarted', { mapRunArn: run.arn });
  else if (run.redrives > 0) frame.event('MapRunRedriven', { mapRunArn: run.arn, redriveCount: run.redrives });
  return run;
};

/** The inputs of the children, made as they are asked for. */
async function* inputsOf(
  visit: Visit<MapState>,
  packing: Packing,
  groups: Iterable<ItemGroup> | AsyncIterable<ItemGroup>,
  effective: Json,
): AsyncGenerator<ChildInput> {
  let index = 0;
  for await (const group of groups)
    for (const item of group.items) {
      const selected = selectItem(visit, effective, mapContext(index++, item, group), item);
      const full = packing.add(selected instanceof Promise ? await selected : selected);
      if (full) yield full;
    }
  const rest = packing.rest();
  if (rest) yield rest;
}

const work = async (
  visit: Visit<MapState>,
  distribution: Distribution,
  run: MapRun,
  effective: Json,
  own: ItemGroup | undefined,
): Promise<Payload> => {
  const { reader } = distribution;
  const read = reader && (await itemReader(visit, reader, effective));
  const items = read ? await countItems(read()) : (own?.items.length ?? 0);
  const packed = await packing(visit, distribution.batcher, effective);
  const children = packed.expected(items);
  run.expect(children, items);
  const inputs = {
    items,
    children,
    each: inputsOf(visit, packed, read?.() ?? (own ? [own] : []), effective),
  };
  return runChildren(visit, run, inputs, openResults(visit, distribution.writer, run));
};

export const runDistributed = async (
  visit: Visit<MapState>,
  distribution: Distribution,
  progress: Progress | undefined,
): Promise<Exit> => {
  const { frame, state } = visit;
  const effective = state.flow.input(visit.scope());
  const scope = visit.scope(effective);
  const concurrency = await number(state.maxConcurrency?.(scope));
  const own = distribution.reader ? undefined : await startedWith(visit, effective, progress);
  if (!own && !isTold(progress, 'MapStateStarted')) frame.event('MapStateStarted', { length: 0 });
  // Unlike the concurrency, what is tolerated is read once the map has started (seen in recorded executions).
  const tolerance = await toleranceOf(distribution, scope);
  const run = open(visit, distribution, { concurrency, tolerance }, progress);
  const forget = frame.lifetime.onEnd(() => run.end('ABORTED'));
  const written = frame.execution.commit();
  if (written !== undefined) await frame.lifetime.within(written);
  let result: Payload;
  try {
    result = await frame.lifetime.within(work(visit, distribution, run, effective, own));
  } catch (thrown) {
    const problem = visit.failure(thrown);
    run.end('FAILED');
    frame.event('MapRunFailed', {
      ...(problem.error !== undefined && { error: problem.error }),
      ...(problem.reason !== undefined && { cause: problem.reason }),
    });
    throw problem;
  } finally {
    forget();
  }
  // A Map Run is its children and their results. Where the state can make nothing of them, it is the state that fails.
  run.end('SUCCEEDED');
  if (!isTold(progress, 'MapRunSucceeded')) frame.aside('MapStateSucceeded', undefined, frame.aside('MapRunSucceeded'));
  return finish(visit, visit.limited(result));
};
