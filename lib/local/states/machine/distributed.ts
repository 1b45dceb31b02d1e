// Map, distributed: a child execution for every item or batch, tolerating a share of failures.
import { StateError } from '../errors.ts';
import type { Scope } from '../expressions/scope.ts';
import type { Json } from '../json.ts';
import type { Distribution, MapState } from '../parse/machine.ts';
import { childInputs } from './item-batches.ts';
import { readItems } from './item-reader.ts';
import { mapContext, selectItem, startedWith } from './map-items.ts';
import type { ChildResult, MapRun } from './map-run.ts';
import { finish } from './outcome.ts';
import { gather } from './result-writer.ts';
import type { Exit, Progress, Visit } from './visit.ts';

/** AWS: at most this many children of one map at once. */
const MOST_CHILDREN = 10_000;

export interface Tolerance {
  readonly count: number;
  readonly percentage: number;
}

const number = async (value: Promise<number> | number | undefined): Promise<number> => (await value) ?? 0;

/** The failure of a map of which more children have failed than it tolerates. */
export const thresholdExceeded = (): StateError =>
  new StateError('States.ExceedToleratedFailureThreshold', 'The specified tolerated failure threshold was exceeded');

/** Reads what a map tolerates. Throws what its expressions throw. */
export const toleranceOf = async (
  { toleratedCount, toleratedPercentage }: Distribution,
  scope: Scope,
): Promise<Tolerance> => ({
  count: await number(toleratedCount?.(scope)),
  percentage: await number(toleratedPercentage?.(scope)),
});

export const exceeded = ({ count, percentage }: Tolerance, failed: number, total: number): boolean =>
  failed > count && (failed / total) * 100 > percentage;

const isStarted = (progress: Progress | undefined): boolean =>
  progress?.records.some(({ type }) => type === 'MapStateStarted') ?? false;

/** Opens the Map Run, telling it in history. After a restart it is the one that was running. */
const open = async (
  visit: Visit<MapState>,
  distribution: Distribution,
  limits: { readonly concurrency: number; readonly tolerance: Tolerance },
  progress: Progress | undefined,
): Promise<MapRun> => {
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
  const run = execution.host.mapRuns.open(plan, typeof known === 'string' ? known : undefined);
  if (known === undefined) frame.event('MapRunStarted', { mapRunArn: run.arn });
  await frame.lifetime.within(execution.host.journal.commit());
  return run;
};

/** Runs all children, within the limits of the moment. Rejects as soon as more of them have failed than is tolerated. */
const runChildren = (
  visit: Visit<MapState>,
  run: MapRun,
  inputs: readonly { readonly value: Json; readonly items: number }[],
): Promise<ChildResult[]> => {
  const { lifetime } = visit.frame;
  const children = lifetime.child();
  const results: ChildResult[] = new Array(inputs.length);
  let next = 0;
  let running = 0;
  let failed = 0;
  const { promise, resolve, reject } = Promise.withResolvers<ChildResult[]>();

  const start = async (index: number, { value, items }: { readonly value: Json; readonly items: number }) => {
    try {
      const result = await run.child(index, visit.payload(value), items, children);
      results[index] = result;
      running--;
      if (result.status !== 'SUCCEEDED') failed++;
      goOn();
    } catch (error) {
      children.end();
      reject(error);
    }
  };

  const goOn = (): void => {
    if (children.ended) return;
    const { maxConcurrency, toleratedCount: count, toleratedPercentage: percentage } = run.limits();
    if (failed > 0 && exceeded({ count, percentage }, failed, inputs.length)) {
      children.end();
      reject(thresholdExceeded());
      return;
    }
    const most = maxConcurrency === 0 ? MOST_CHILDREN : Math.min(maxConcurrency, MOST_CHILDREN);
    for (let input = inputs[next]; input && running < most; input = inputs[next]) {
      running++;
      void start(next++, input);
    }
    if (running === 0) resolve(results);
  };

  run.onChange(goOn);
  goOn();
  return lifetime.within(promise);
};

const work = async (
  visit: Visit<MapState>,
  distribution: Distribution,
  run: MapRun,
  effective: Json,
  source: readonly Json[] | undefined,
) => {
  const items = source ?? (distribution.reader ? await readItems(visit, distribution.reader, effective) : []);
  const selected = visit.state.selector
    ? await Promise.all(items.map((item, index) => selectItem(visit, effective, mapContext(index, item), item)))
    : items;
  const inputs = await childInputs(visit, distribution.batcher, selected, effective);
  run.expect(inputs.length, items.length);
  const children = await runChildren(visit, run, inputs);
  return gather(visit, distribution.writer, run, children);
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
  const source = distribution.reader ? undefined : await startedWith(visit, effective, progress);
  if (!source && !isStarted(progress)) frame.event('MapStateStarted', { length: 0 });
  // Unlike the concurrency, what is tolerated is read once the map has started (seen in recorded executions).
  const tolerance = await toleranceOf(distribution, scope);
  const run = await open(visit, distribution, { concurrency, tolerance }, progress);
  const forget = frame.lifetime.onEnd(() => run.end('ABORTED'));
  try {
    const result = await work(visit, distribution, run, effective, source);
    run.end('SUCCEEDED');
    frame.event('MapRunSucceeded');
    frame.aside('MapStateSucceeded');
    return await finish(visit, visit.limited(result));
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
};
