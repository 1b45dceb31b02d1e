// The items of one call of a map stage, wherever they lie.
import type { Batch, BatchRow, ItemResult, Json } from '../records/index.ts';
import { invariant } from '../support/invariant.ts';
import type { Payloads } from './payloads.ts';
import type { Resolver, Scope } from './resolve.ts';
import type { Stages } from './stages.ts';

/** What tells a batch from the others of its map, and orders it among them. */
export const batchNumber = (batch: Batch): number => ('rows' in batch ? (batch.rows[0]?.index ?? 0) : batch.index);

export interface BatchItems {
  readonly items: readonly BatchRow[];
  /** How many items the whole map has, where that is known. */
  readonly total?: number;
}

/** The items of a batch with their indexes in the whole map. Throws UnavailableError. */
export const batchItems = async (
  batch: Batch,
  { stages, payloads }: { readonly stages: Stages; readonly payloads: Payloads },
  resolver: Resolver,
  scope: Scope,
): Promise<BatchItems> => {
  if ('rows' in batch) return { items: batch.rows };
  if ('follows' in batch) {
    const record = await stages.getBatch({ ...scope, stage: batch.follows }, batch.index);
    if (!record?.results) return { items: [] }; // That map was skipped, and so will this one be.
    const results = (await payloads.load(record.results)) as readonly ItemResult[]; // as runBatch stored them
    return {
      items: results.flatMap((one) => ('output' in one ? [{ index: one.index, value: one.output as Json }] : [])),
    };
  }
  const list = await resolver.resolve(batch.items, scope);
  invariant(Array.isArray(list), 'a map over something that is not a list');
  const first = batch.index * batch.size;
  const items = list.slice(first, first + batch.size).map((value, offset) => ({ index: first + offset, value }));
  return { items, total: list.length };
};
