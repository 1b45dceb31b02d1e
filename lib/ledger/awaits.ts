// Since when a pipeline waits for the rest of its upstreams, by partition: a deadline counts from there.
import { awaitsKey } from '../records/index.ts';
import type { Table } from './table.ts';

export interface Waiting {
  readonly since: string;
  /** The message that was the first to find something there. */
  readonly by: string;
}

export interface Awaits {
  /**
   * Since when it is so. The first to ask sets it, once for each `after`: the partition's run before, so that each further run has
   * a wait of its own.
   */
  since(pipeline: string, partition: string, now: Waiting & { readonly after: string }): Promise<Waiting>;
}

export const openAwaits = (table: Table): Awaits => ({
  since: async (pipeline, partition, { since, by, after }) => {
    const key = awaitsKey(pipeline, partition);
    const known = await table.get<Waiting & { readonly after: string }>(key);
    if (known?.after === after) return known;
    const condition = 'attribute_not_exists(pk) OR #after <> :set_after';
    const set = await table.update<Waiting>({ key, set: { since, by, after }, condition });
    return set ?? (await table.get<Waiting>(key)) ?? { since, by };
  },
});
