// ItemBatcher: several items for one child, by number or by size.
import type { Json } from '../json.ts';
import type { ItemBatcher, MapState } from '../parse/machine.ts';
import type { Visit } from './visit.ts';

/** AWS: a batch is never larger than the payload limit. */
const MOST_BYTES = 262_144;

/** The input of one child, and how many items are in it. */
export interface ChildInput {
  readonly value: Json;
  readonly items: number;
}

/** Groups `items` in their order. An item larger than the limit is a batch of its own. */
export const groupItems = (items: readonly Json[], mostItems: number, mostBytes: number): Json[][] => {
  const batches: Json[][] = [];
  let batch: Json[] = [];
  let bytes = 0;
  for (const item of items) {
    const size = Buffer.byteLength(JSON.stringify(item));
    if (batch.length > 0 && (batch.length >= mostItems || bytes + size > mostBytes)) {
      batches.push(batch);
      batch = [];
      bytes = 0;
    }
    batch.push(item);
    bytes += size;
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
};

/** One input a child. Without a batcher each item is one. */
export const childInputs = async (
  visit: Visit<MapState>,
  batcher: ItemBatcher | undefined,
  items: readonly Json[],
  effective: Json,
): Promise<readonly ChildInput[]> => {
  if (!batcher) return items.map((value) => ({ value, items: 1 }));
  const scope = visit.scope(effective);
  const mostItems = (await batcher.maxItems?.(scope)) ?? Number.POSITIVE_INFINITY;
  const mostBytes = Math.min((await batcher.maxBytes?.(scope)) ?? MOST_BYTES, MOST_BYTES);
  const shared = await batcher.batchInput?.(scope);
  return groupItems(items, mostItems, mostBytes).map((batch) => ({
    value: { ...(shared !== undefined && { BatchInput: shared }), Items: batch },
    items: batch.length,
  }));
};
