// The items of one call of a map stage, wherever they lie.
import type { Batch, BatchRow } from '../records/index.ts';
import { invariant } from '../support/invariant.ts';
import type { Resolver, Scope } from './resolve.ts';

/** What tells a batch from the others of its map, and orders it among them. */
export const batchNumber = (batch: Batch): number => ('rows' in batch ? (batch.rows[0]?.index ?? 0) : batch.index);

export interface BatchItems {
  readonly items: readonly BatchRow[];
  /** How many items the whole map has, where that is known. */
  readonly total?: number;
}

/** The items of a batch with their indexes in the whole map. Throws UnavailableError. */
export const batchItems = async (batch: Batch, resolver: Resolver, scope: Scope): Promise<BatchItems> => {
  if ('rows' in batch) return { items: batch.rows };
  const list = await resolver.resolve(batch.items, scope);
  invariant(Array.isArray(list), 'a map over something that is not a list');
  const first = batch.index * batch.size;
  const items = list.slice(first, first + batch.size).map((value, offset) => ({ index: first + offset, value }));
  return { items, total: list.length };
};
