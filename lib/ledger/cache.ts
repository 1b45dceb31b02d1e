// Results that later runs may take over, each under a key made of what it came from.
import { type CachedFrom, type CachePolicy, type CacheRecord, cacheKey, type StoredPayload } from '../records/index.ts';
import type { Payloads } from './payloads.ts';
import type { Table } from './table.ts';

/** Whose results: of a stage's contract by its name, so that all its uses in a pipeline share them. */
export interface CacheAddress {
  readonly pipeline: string;
  readonly stage: string;
}

export interface Cache {
  /**
   * What is kept under these keys and is not older than the policy allows, by key. A result whose object is gone from the
   * bucket is not there. One read of the table for up to a hundred keys.
   */
  find(
    at: CacheAddress,
    keys: readonly string[],
    policy: CachePolicy,
    now: number,
  ): Promise<ReadonlyMap<string, CacheRecord>>;
  /** Keeps a result, unless a newer one is kept: one conditional write. */
  keep(at: CacheAddress, key: string, made: CachedFrom, output: StoredPayload, policy: CachePolicy): Promise<void>;
}

/** Records kept at a time. */
const atOnce = 10;

export const openCache = (table: Table, payloads: Payloads): Cache => ({
  find: async (at, keys, { seconds }, now) => {
    const wanted = [...new Set(keys)];
    const records = await table.getMany<CacheRecord>(wanted.map((key) => cacheKey(at.pipeline, at.stage, key)));
    const found = new Map<string, CacheRecord>();
    for (let start = 0; start < wanted.length; start += atOnce)
      await Promise.all(
        wanted.slice(start, start + atOnce).map(async (key, offset) => {
          const record = records[start + offset];
          if (record && Date.parse(record.at) + seconds * 1_000 > now && (await payloads.exists(record.output)))
            found.set(key, record);
        }),
      );
    return found;
  },

  keep: async ({ pipeline, stage }, key, made, output, { seconds }) => {
    const record: CacheRecord = { ...made, output, expiresAt: Math.ceil(Date.parse(made.at) / 1_000 + seconds) };
    await table.update({
      key: cacheKey(pipeline, stage, key),
      set: { ...record },
      // The newest result holds: a person who has a stage done again wants later runs to have that one.
      condition: 'attribute_not_exists(pk) OR #at <= :at',
      values: { at: made.at },
    });
  },
});
