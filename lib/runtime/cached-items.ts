// What earlier runs gave for the items of a batch, and what this one leaves for later runs.
import type { Stage } from '../definition/index.ts';
import type { Resolver } from '../ledger/index.ts';
import type { BatchRow, ItemResult, Json } from '../records/index.ts';
import { type Attempt, isoTime, scopeOf } from './attempt.ts';
import { cacheKeyOf } from './fingerprint.ts';

export interface CachedItems {
  /** The items whose results are taken over. */
  readonly results: readonly ItemResult[];
  /** Keeps the results that were worked for, each in a write of its own. */
  keep(worked: readonly ItemResult[]): Promise<void>;
}

/** Results kept at a time. */
const atOnce = 10;

/** Looks up the items that are to be worked on: one read of the table for up to a hundred. Undefined without a cache. */
export const cachedItems = async (
  stage: Stage,
  attempt: Attempt,
  resolver: Resolver,
  items: readonly BatchRow[],
  anew: boolean,
): Promise<CachedItems | undefined> => {
  const { call, ledger, now } = attempt;
  const { cache } = call;
  if (!cache || items.length === 0) return undefined;
  const { pipeline, id } = call.run;
  const at = { pipeline, stage: stage.name };
  const keys = new Map<number, string>();
  for (const { index, value: item, beside = {} } of items) {
    const bound = await resolver.resolve(call.bind, { ...scopeOf(call), item, beside });
    keys.set(index, cacheKeyOf(attempt, cache, bound));
  }
  const kept = anew ? undefined : await ledger.cache.find(at, [...keys.values()], cache, now());
  const results: ItemResult[] = [];
  for (const [index, key] of keys) {
    const record = kept?.get(key);
    if (record) results.push({ index, output: (await ledger.payloads.load(record.output)) as Json });
  }

  return {
    results,
    keep: async (worked) => {
      const made = { run: id, stage: call.stage, at: isoTime(now()) };
      for (let start = 0; start < worked.length; start += atOnce)
        await Promise.all(
          worked.slice(start, start + atOnce).map(async (one) => {
            const key = keys.get(one.index);
            if (key === undefined || !('output' in one)) return;
            await ledger.cache.keep(at, key, made, await ledger.payloads.store(pipeline, one.output), cache);
          }),
        );
    },
  };
};
