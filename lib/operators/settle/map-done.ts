import { UnavailableError } from '../../ledger/index.ts';
import { type Json, type Tolerance, valueAt } from '../../records/index.ts';
import { errorNames } from '../../support/error-names.ts';
import { isoTime, type Services } from '../services.ts';
import type { Call, SettleAnswer } from './answer.ts';

/** Counts a map's items, when all its batches are done, against what the stage bears. */
export const mapDone = async (call: Call<'mapDone'>, services: Services): Promise<SettleAnswer> => {
  const { ledger, now } = services;
  const { run, stage } = call;
  const at = { pipeline: run.pipeline, run: run.id, stage };
  const scope = { pipeline: run.pipeline, run: run.id, partition: run.partition, chosen: call.chosen };
  const resolver = ledger.resolver();
  try {
    await resolver.resolve(call.items, scope);
    await resolver.check(call.after, scope);
    await resolver.resolve(call.bind, { ...scope, item: null });
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    await ledger.stages.skip(at, error.message, isoTime(now()));
    return { control: {} };
  }
  const batches = await ledger.stages.listBatches(at, false);
  const completed = batches.reduce((sum, batch) => sum + batch.completed, 0);
  const failed = batches.reduce((sum, batch) => sum + batch.failed, 0);
  const items = { total: completed + failed, completed, failed };
  const endedAt = isoTime(now());
  if (failed > allowed(call.tolerate, items.total)) {
    const cause = `${failed} of ${items.total} items failed; the stage bears ${describe(call.tolerate)}`;
    await ledger.stages.closeMap(at, { status: 'failed', endedAt, items, error: errorNames.tooManyFailures, cause });
    return { control: {} };
  }
  await ledger.stages.closeMap(at, { status: 'completed', endedAt, items });
  const facts: Json = { count: completed, failed };
  const control = call.control.map(({ key, path }): [string, Json] => [
    key,
    path[0] === 'outputs' ? completed : valueAt(facts, path),
  ]);
  return { control: Object.fromEntries(control) };
};

const allowed = ({ count, percent }: Tolerance, total: number): number =>
  Math.min(
    count ?? Number.POSITIVE_INFINITY,
    percent === undefined ? Number.POSITIVE_INFINITY : (total * percent) / 100,
  );

const describe = ({ count, percent }: Tolerance): string =>
  [count === undefined ? [] : [`${count}`], percent === undefined ? [] : [`${percent} %`]].flat().join(' and ');
