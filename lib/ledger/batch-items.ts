// The items of one call of a map stage, wherever they lie.
import type { Batch, BatchRecord, BatchRow, ItemResult, Json } from '../records/index.ts';
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
  spread: number | undefined,
): Promise<BatchItems> => {
  const elsewhere = async (stage: string, number: number): Promise<BatchRecord | undefined> => {
    const map = await stages.get({ ...scope, stage });
    return map && map.spread !== spread ? stages.getBatch({ ...scope, stage, spread: map.spread }, number) : undefined;
  };
  /** What a stage gave for each item of the batch, by index. Nothing where it was skipped, as who reads it will be. */
  const outputsOf = async (stage: string, number: number): Promise<ReadonlyMap<number, Json>> => {
    const found = await stages.getBatch({ ...scope, stage, spread }, number);
    // Its own record says where its batches are; in one Map they are where those of this one are, unless a definition has changed since.
    const record = found ?? (await elsewhere(stage, number));
    const results = record?.results ? ((await payloads.load(record.results)) as readonly ItemResult[]) : []; // as runBatch stored them
    return new Map(results.flatMap((one) => ('output' in one ? [[one.index, one.output as Json] as const] : [])));
  };
  if ('follows' in batch) {
    const outputs = await outputsOf(batch.follows, batch.index);
    return { items: [...outputs].map(([index, value]) => ({ index, value })) };
  }
  /** The rows for which every stage beside has given something, with that. */
  const joined = async (rows: readonly BatchRow[]): Promise<readonly BatchRow[]> => {
    const { beside = [] } = batch;
    if (beside.length === 0) return rows;
    const given = await Promise.all(
      beside.map(async (stage) => [stage, await outputsOf(stage, batchNumber(batch))] as const),
    );
    return rows
      .filter(({ index }) => given.every(([, outputs]) => outputs.has(index)))
      .map((row) => ({
        ...row,
        beside: Object.fromEntries(given.map(([stage, outputs]) => [stage, outputs.get(row.index) ?? null])),
      }));
  };
  if ('rows' in batch) return { items: await joined(batch.rows) };
  const first = batch.index * batch.size;
  const { values, total } = await resolver.slice(batch.items, scope, first, batch.size);
  return { items: await joined(values.map((value, offset) => ({ index: first + offset, value }))), total };
};
