import { addressOf, spreadOf } from '../../ledger/index.ts';
import { needsOf } from '../../records/index.ts';
import { isoTime, type Services } from '../services.ts';
import type { Call, SettleAnswer } from './answer.ts';
import { brokenRows } from './broken-rows.ts';
import { controlOfMap, outputsOf, whatIsMissing } from './map-facts.ts';
import { stageFailed } from './stage-failed.ts';

/** Records a map that broke off as a whole; or one that was never to run, for it misses what it needs. */
export const mapFailed = async (call: Call<'mapFailed'>, services: Services): Promise<SettleAnswer> => {
  const { run, stage, chosen, items, control } = call;
  const { ledger, now } = services;
  const scope = { pipeline: run.pipeline, run: run.id, partition: run.partition, chosen };
  const address = addressOf(run, stage);
  const record = await ledger.stages.get(address);
  const at = { ...address, spread: spreadOf(record, call.spread) };
  const missing = await whatIsMissing(call, scope, ledger);
  if (missing !== undefined) {
    const needs = needsOf([items, call.bind], call.after, chosen);
    await ledger.stages.skip(at, missing, isoTime(now()), needs);
    return { control: {} };
  }
  const broken = await brokenRows(call, at, scope, services);
  if (broken?.mended) {
    if (broken.isCutOtherwise) await ledger.copies.keep(at, broken.mended);
    return { control: {}, mended: broken.mended };
  }
  // What an earlier execution completed stands, whatever has become of its rows.
  if (record?.status === 'completed' && !record.substituted)
    return { control: await controlOfMap(call, scope, ledger) };
  const error = broken?.cause === undefined ? call.error : { ...call.error, Cause: broken.cause };
  const onFailure = outputsOf(call.onFailure, 0);
  return stageFailed(
    {
      action: 'stageFailed',
      ...{ run, stage, bind: items, chosen, error, control },
      ...(call.spread ? { spread: call.spread } : {}),
      ...(onFailure ? { onFailure } : {}),
    },
    services,
  );
};
