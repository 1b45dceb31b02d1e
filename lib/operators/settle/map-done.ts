import {
  addressOf,
  batchItems,
  batchNumber,
  indexResults,
  type MapAddress,
  portionsOf,
  type Scope,
  spreadOf,
  type Tally,
  tallyOf,
} from '../../ledger/index.ts';
import { type Batch, needsOf, type Spent, type Tolerance } from '../../records/index.ts';
import { errorNames } from '../../support/error-names.ts';
import { isoTime, type Services } from '../services.ts';
import type { Call, SettleAnswer } from './answer.ts';
import { batchFailed } from './batch-failed.ts';
import { tellDeadItems } from './dead-letter.ts';
import { controlOfMap, outputsOf, whatIsMissing } from './map-facts.ts';
import { outcomeOf } from './outcome.ts';

/** Counts a map's items, when all its batches are done, against what the stage bears. */
export const mapDone = async (call: Call<'mapDone'>, services: Services): Promise<SettleAnswer> => {
  const { ledger, now } = services;
  const { run, stage } = call;
  const address = addressOf(run, stage);
  const at = { ...address, spread: spreadOf(await ledger.stages.get(address), call.spread) };
  const scope = { pipeline: run.pipeline, run: run.id, partition: run.partition, chosen: call.chosen };
  const { beside } = call;
  const needs = { ...needsOf([call.items, call.bind], call.after, call.chosen), ...(beside ? { beside } : {}) };
  const missing = await whatIsMissing(call, scope, ledger);
  if (missing !== undefined) {
    await ledger.stages.skip(at, missing, isoTime(now()), needs);
    return { control: {} };
  }
  const { completed, failed, cached, telling: told, settled } = await settledTally(call, at, scope, services);
  // Who reduces the map reads in which portions its batches are taken.
  const isReduced = call.control.some(({ path }) => path[0] === 'portions');
  const portions = isReduced ? { portions: portionsOf(settled) } : {};
  const items = { total: completed + failed, completed, failed, ...(cached > 0 ? { cached } : {}) };
  if (failed > 0) await tellDeadItems(services, run, stage);
  const telling = call.express && told.spent ? { ...told, spent: inExpress(told.spent) } : told;
  const endedAt = isoTime(now());
  if (failed > allowed(call.tolerate, items.total)) {
    const cause = `${failed} of ${items.total} items failed; the stage bears ${describe(call.tolerate)}`;
    const failure = { error: errorNames.tooManyFailures, cause };
    const outcome = await outcomeOf(ledger, run.pipeline, outputsOf(call.onFailure, failed), failure);
    await ledger.stages.closeMap(at, { ...outcome, ...failure, endedAt, items, ...telling, ...portions }, needs);
  } else {
    const results = call.index ? { results: await indexResults(ledger, at) } : {};
    await ledger.stages.closeMap(
      at,
      { status: 'completed', endedAt, items, ...telling, ...portions, ...results },
      needs,
    );
  }
  return { control: await controlOfMap(call, scope, ledger) };
};

/** A wrapper cannot see that its execution is an Express one: its states are not billed one by one, but as long as it lasts. */
const inExpress = ({ usage, ...rest }: Spent): Spent => {
  const { transitions = 0, lambdaGbSeconds = 0, ...others } = usage;
  return {
    ...rest,
    usage: { ...others, lambdaGbSeconds, expressExecutions: transitions, expressGbSeconds: lambdaGbSeconds / 8 },
  };
};

/**
 * What the batches did. Those that ended without a word, as a child execution may, are settled first: their items failed, each
 * with its dead letter.
 */
const settledTally = async (
  call: Call<'mapDone'>,
  at: MapAddress,
  scope: Scope,
  services: Services,
): Promise<Tally & { readonly settled: readonly number[] }> => {
  const { run, stage, bind, after, chosen } = call;
  const { stages } = services.ledger;
  const settled = new Set<number>();
  const tally = await tallyOf(stages, at, { settled: (batch) => settled.add(batch) });
  const missing = (await expectedBatches(call, at, scope, services)).filter(
    (batch) => !settled.has(batchNumber(batch)),
  );
  const error = { Error: errorNames.batchLost, Cause: 'the child execution of its batch ended without settling it' };
  for (const batch of missing) {
    const lost = {
      run,
      stage,
      bind,
      after,
      control: [],
      chosen,
      batch,
      ...(call.spread ? { spread: call.spread } : {}),
    };
    await batchFailed({ action: 'batchFailed', call: lost, error }, services);
  }
  const counted = missing.length === 0 ? tally : await tallyOf(stages, at, { settled: (batch) => settled.add(batch) });
  return { ...counted, settled: [...settled].sort((a, b) => a - b) };
};

/** The batches that a map should have, where one may be lost. */
const expectedBatches = async (
  { run, items, size, follows, beside, spread }: Call<'mapDone'>,
  at: MapAddress,
  scope: Scope,
  { ledger }: Services,
): Promise<readonly Batch[]> => {
  if (follows !== undefined) {
    const first = addressOf(run, follows);
    const batches = { ...first, spread: spreadOf(await ledger.stages.get(first), spread) };
    const before = await ledger.stages.listBatches(batches, false);
    return before.map(({ batch }) => ({ follows, index: batch }));
  }
  if (size === undefined) return [];
  const { total = 0 } = await batchItems({ items, index: 0, size }, ledger, ledger.resolver(), scope, at.spread);
  return Array.from({ length: Math.ceil(total / size) }, (_, index) => ({
    items,
    index,
    size,
    ...(beside ? { beside } : {}),
  }));
};

const allowed = ({ count, percent }: Tolerance, total: number): number =>
  Math.min(
    count ?? Number.POSITIVE_INFINITY,
    percent === undefined ? Number.POSITIVE_INFINITY : (total * percent) / 100,
  );

const describe = ({ count, percent }: Tolerance): string =>
  [count === undefined ? [] : [`${count}`], percent === undefined ? [] : [`${percent} %`]].flat().join(' and ');
