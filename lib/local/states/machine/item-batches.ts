// ItemBatcher: several items for one child, by number or by size.
import { PAYLOAD_LIMIT } from '../errors.ts';
import type { Json } from '../json.ts';
import type { ItemBatcher, MapState } from '../parse/machine.ts';
import type { Visit } from './visit.ts';

/** The input of one child, and how many items are in it. */
export interface ChildInput {
  readonly value: Json;
  readonly items: number;
}

/** Makes inputs of items as they come. */
export interface Packing {
  /** The input that is full now, if one is. */
  add(item: Json): ChildInput | undefined;
  /** What is left after the last item. */
  rest(): ChildInput | undefined;
  /** How many inputs so many items make, as far as that is known before they are seen. */
  expected(items: number): number;
}

const single: Packing = {
  add: (value) => ({ value, items: 1 }),
  rest: () => undefined,
  expected: (items) => items,
};

/** One input a child. Without a batcher each item is one; an item larger than the limit is a batch of its own. */
export const packing = async (
  visit: Visit<MapState>,
  batcher: ItemBatcher | undefined,
  effective: Json,
): Promise<Packing> => {
  if (!batcher) return single;
  const scope = visit.scope(effective);
  const mostItems = (await batcher.maxItems?.(scope)) ?? Number.POSITIVE_INFINITY;
  const mostBytes = (await batcher.maxBytes?.(scope)) ?? Number.POSITIVE_INFINITY; // of its items
  const shared = await batcher.batchInput?.(scope);
  const around = Buffer.byteLength(JSON.stringify({ BatchInput: shared, Items: [] }));
  let batch: Json[] = [];
  let bytes = 0;
  const take = (): ChildInput | undefined => {
    if (batch.length === 0) return undefined;
    const full = { value: { ...(shared !== undefined && { BatchInput: shared }), Items: batch }, items: batch.length };
    batch = [];
    bytes = 0;
    return full;
  };
  return {
    add: (item) => {
      const size = Buffer.byteLength(JSON.stringify(item));
      const whole = around + bytes + batch.length + size; // with a comma before each but the first
      const isFull = batch.length >= mostItems || bytes + size > mostBytes || whole > PAYLOAD_LIMIT;
      const full = isFull ? take() : undefined;
      batch.push(item);
      bytes += size;
      return full;
    },
    rest: take,
    expected: (items) => Math.ceil(items / Math.min(mostItems, items || 1)),
  };
};
