import { addressOf, batchItems, batchNumber, spreadOf, UnavailableError } from '../../ledger/index.ts';
import { type ItemResult, readCause } from '../../records/index.ts';
import { invariant } from '../../support/invariant.ts';
import { isoTime, type Services } from '../services.ts';
import type { Call, SettleAnswer } from './answer.ts';
import { writeDeadLetter } from './dead-letter.ts';

/** The items of a failed batch that have no outcome yet become dead letters, each with the batch's error. */
export const batchFailed = async ({ call, error }: Call<'batchFailed'>, services: Services): Promise<SettleAnswer> => {
  const { ledger, now } = services;
  const { run, stage, batch } = call;
  invariant(batch, 'a batch failed without one');
  const address = addressOf(run, stage);
  const scope = { pipeline: run.pipeline, run: run.id, partition: run.partition, chosen: call.chosen };
  const resolver = ledger.resolver();
  try {
    await resolver.check(call.after, scope);
    await resolver.resolve(call.bind, { ...scope, item: null });
  } catch (error) {
    // It was never to run: the map's end records why it is skipped.
    if (error instanceof UnavailableError) return { control: {} };
    throw error;
  }
  const at = { ...address, spread: spreadOf(await ledger.stages.get(address), call.spread) };
  const number = batchNumber(batch);
  const owner = `settle:${run.execution}`;
  // As `runBatch` does: how many items the claim is for is known beforehand, or is what the map before gave.
  const load = () => batchItems(batch, ledger, resolver, scope, at.spread);
  const followed = 'follows' in batch ? await load() : undefined;
  const rows = 'rows' in batch ? batch.rows.length : followed?.items.length;
  const claim = await ledger.stages.claimBatch(at, number, owner, isoTime(now()), rows === undefined ? {} : { rows });
  if (!claim.held) return { control: {} };
  const { items } = followed ?? (await load());
  const known = claim.record.results
    ? ((await ledger.payloads.load(claim.record.results)) as readonly ItemResult[])
    : [];
  const results = new Map(known.map((result) => [result.index, result]));
  const cause = readCause(error.Cause);
  for (const { index, value: item, beside = {} } of items) {
    if (results.has(index)) continue;
    await writeDeadLetter(services, run, {
      stage,
      item: index,
      error: error.Error,
      cause,
      attempts: claim.record.attempts - 1,
      input: await ledger.payloads.store(run.pipeline, await resolver.resolve(call.bind, { ...scope, item, beside })),
      firstAt: claim.record.startedAt ?? isoTime(now()),
    });
    results.set(index, { index, error: error.Error, cause });
  }
  const outcomes = [...results.values()].sort((a, b) => a.index - b.index);
  const failed = outcomes.filter((outcome) => 'error' in outcome).length;
  await ledger.stages.settleBatch(at, number, owner, {
    status: 'completed',
    endedAt: isoTime(now()),
    durationMs: 0,
    completed: outcomes.length - failed,
    failed,
    results: await ledger.payloads.storeResults(run.pipeline, outcomes),
  });
  return { control: {} };
};
